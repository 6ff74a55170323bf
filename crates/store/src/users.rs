//! Users: who may sign in, as what, and where they work.

use crate::{Conn, Result, Row, Tx, args};
use chrono::NaiveDate;
use std::collections::HashSet;
use throughline_domain::ids::{OrganisationId, SiteId, UserId};
use throughline_domain::role::{OrganisationKind, Role};
use throughline_domain::time::{Instant, london_date};
use throughline_policy::{Actor, ChangeSupervision, ChangeUsers, Grant, ViewUsers};

/// A user.
#[derive(Debug, Clone, serde::Serialize)]
pub struct User {
    /// Their id.
    pub id: UserId,
    /// Version of the row.
    pub version: i64,
    /// Their employer.
    pub organisation_id: OrganisationId,
    /// What their employer is to the service.
    pub organisation_kind: OrganisationKind,
    /// Their employer's name.
    pub organisation_name: String,
    /// What they sign in with.
    pub email: String,
    /// Their name.
    pub name: String,
    /// Their role.
    pub role: Role,
    /// Professional registration, as it stands under what they sign.
    pub registration: String,
    /// Whether sign-in is refused.
    pub locked: bool,
    /// When access ends by itself (bank, agency, students).
    pub access_until: Option<Instant>,
    /// The last day, in London, until which what they sign waits for a colleague: a new starter.
    pub countersign_until: Option<NaiveDate>,
    /// The sites they work at.
    pub sites: Vec<SiteId>,
}

/// What sign-in needs besides the user: never serialised, never shown.
#[derive(Debug, Clone)]
pub struct Secrets {
    /// Argon2id hash, in PHC form.
    pub password_hash: String,
    /// Shared secret of the second factor; `None` until it is set up.
    pub totp_secret: Option<Vec<u8>>,
    /// The last time step whose code was used: a code works once.
    pub totp_last_step: i64,
}

impl User {
    /// This user as an actor for the policy.
    pub fn actor(&self) -> Actor {
        Actor {
            user: self.id,
            name: self.name.clone(),
            role: self.role,
            organisation: self.organisation_id,
            organisation_kind: self.organisation_kind,
            sites: self.sites.clone(),
        }
    }

    /// Whether they may sign in at this instant.
    pub fn may_sign_in(&self, now: Instant) -> bool {
        !self.locked && self.access_until.is_none_or(|until| until > now)
    }

    /// Whether what they sign on this day waits for a colleague: a student's always, a new starter's
    /// until their day.
    pub fn is_countersigned(&self, today: NaiveDate) -> bool {
        self.role.needs_countersignature() || self.countersign_until.is_some_and(|until| until >= today)
    }
}

async fn with_sites(conn: &mut Conn, row: &Row) -> Result<User> {
    let id: UserId = row.get("id")?;
    let sites = conn
        .fetch_all(
            "SELECT u.site_id FROM user_site u JOIN site s ON s.id = u.site_id WHERE u.user_id = $1 ORDER BY s.sort_order",
            args![id],
        )
        .await?;
    Ok(User {
        id,
        version: row.get("version")?,
        organisation_id: row.get("organisation_id")?,
        organisation_kind: row.get("organisation_kind")?,
        organisation_name: row.get("organisation_name")?,
        email: row.get("email")?,
        name: row.get("name")?,
        role: row.get("role")?,
        registration: row.get("registration")?,
        locked: row.get("locked")?,
        access_until: row.get("access_until")?,
        countersign_until: row.get("countersign_until")?,
        sites: sites.iter().map(|row| row.get("site_id")).collect::<Result<_>>()?,
    })
}

/// The user of this e-mail address, with what sign-in needs. For sign-in only.
///
/// # Errors
/// The store's.
pub async fn for_sign_in(conn: &mut Conn, email: &str) -> Result<Option<(User, Secrets)>> {
    let row = conn
        .fetch_optional(
            "SELECT u.id, u.version, u.organisation_id, o.kind AS organisation_kind, o.name AS organisation_name, u.email,
                    u.name, u.role, u.registration, u.locked, u.access_until, u.countersign_until, u.password_hash, u.totp_secret, u.totp_last_step
               FROM app_user u JOIN organisation o ON o.id = u.organisation_id WHERE u.email = $1",
            args![email.trim().to_lowercase()],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    let secrets = Secrets {
        password_hash: row.get("password_hash")?,
        totp_secret: row.get("totp_secret")?,
        totp_last_step: row.get("totp_last_step")?,
    };
    Ok(Some((with_sites(conn, &row).await?, secrets)))
}

/// One user.
///
/// # Errors
/// The store's.
pub async fn by_id(conn: &mut Conn, id: UserId) -> Result<Option<User>> {
    let row = conn
        .fetch_optional(
            "SELECT u.id, u.version, u.organisation_id, o.kind AS organisation_kind, o.name AS organisation_name, u.email,
                    u.name, u.role, u.registration, u.locked, u.access_until, u.countersign_until
               FROM app_user u JOIN organisation o ON o.id = u.organisation_id WHERE u.id = $1",
            args![id],
        )
        .await?;
    match row {
        Some(row) => with_sites(conn, &row).await.map(Some),
        None => Ok(None),
    }
}

/// A colleague's name and role, to hand work to.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Colleague {
    /// Their id.
    pub id: UserId,
    /// Their name.
    pub name: String,
    /// Their role.
    pub role: Role,
    /// Their employer.
    pub organisation_id: OrganisationId,
}

/// Everybody who may own work: colleagues and link workers who may sign in.
///
/// # Errors
/// The store's.
pub async fn colleagues(conn: &mut Conn) -> Result<Vec<Colleague>> {
    let rows = conn
        .fetch_all("SELECT id, name, role, organisation_id FROM app_user WHERE locked = $1 ORDER BY name", args![false])
        .await?;
    let all: Vec<Colleague> = rows
        .iter()
        .map(|row| {
            Ok(Colleague {
                id: row.get("id")?,
                name: row.get("name")?,
                role: row.get("role")?,
                organisation_id: row.get("organisation_id")?,
            })
        })
        .collect::<Result<_>>()?;
    Ok(all
        .into_iter()
        .filter(|one| one.role.is_clinical() || matches!(one.role, Role::LinkWorker | Role::LinkWorkerLead))
        .collect())
}

/// Every user, by name.
///
/// # Errors
/// The store's.
pub async fn all(conn: &mut Conn, _grant: &Grant<ViewUsers>) -> Result<Vec<User>> {
    let rows = conn
        .fetch_all(
            "SELECT u.id, u.version, u.organisation_id, o.kind AS organisation_kind, o.name AS organisation_name, u.email,
                    u.name, u.role, u.registration, u.locked, u.access_until, u.countersign_until
               FROM app_user u JOIN organisation o ON o.id = u.organisation_id ORDER BY u.name",
            args![],
        )
        .await?;
    let mut users = Vec::with_capacity(rows.len());
    for row in &rows {
        users.push(with_sites(conn, row).await?);
    }
    Ok(users)
}

/// A user to be added.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// Their id.
    pub id: UserId,
    /// Their employer.
    pub organisation_id: OrganisationId,
    /// What they sign in with.
    pub email: String,
    /// Their name.
    pub name: String,
    /// Their role.
    pub role: Role,
    /// Professional registration.
    pub registration: String,
    /// Argon2id hash, in PHC form.
    pub password_hash: String,
    /// Shared secret of the second factor; `None` to set it up at the first sign-in.
    pub totp_secret: Option<Vec<u8>>,
    /// When access ends by itself.
    pub access_until: Option<Instant>,
    /// The sites they work at.
    pub sites: Vec<SiteId>,
}

/// Adds a user. From the command line, which stands outside the policy: whoever runs it owns the
/// database's key.
///
/// # Errors
/// The store's, also when the e-mail address is taken.
pub async fn add(tx: &mut Tx, new: &NewUser) -> Result<()> {
    let now = tx.now();
    tx.execute(
        "INSERT INTO app_user (id, organisation_id, email, name, role, registration, password_hash, totp_secret, access_until, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        args![
            new.id,
            new.organisation_id,
            new.email.trim().to_lowercase(),
            &new.name,
            new.role,
            &new.registration,
            &new.password_hash,
            new.totp_secret.clone(),
            new.access_until,
            now
        ],
    )
    .await?;
    for site in &new.sites {
        tx.execute("INSERT INTO user_site (user_id, site_id) VALUES ($1, $2)", args![new.id, *site]).await?;
    }
    tx.note_act("create", "users", throughline_policy::Subject::default(), &format!("user {}", new.id));
    Ok(())
}

/// Locks or unlocks a user; their sessions end at once when locked.
///
/// # Errors
/// [`crate::Error::Stale`] when somebody else changed the user first.
pub async fn set_locked(
    tx: &mut Tx,
    _grant: &Grant<ChangeUsers>,
    user: UserId,
    version: i64,
    locked: bool,
) -> Result<()> {
    lock(tx, user, Some(version), locked).await
}

/// Locks or unlocks a user from the command line.
///
/// # Errors
/// The store's.
pub async fn lock(tx: &mut Tx, user: UserId, version: Option<i64>, locked: bool) -> Result<()> {
    tx.execute_versioned(
        "UPDATE app_user SET locked = $2, version = version + 1 WHERE id = $1 AND ($3 IS NULL OR version = $3)",
        args![user, locked, version],
    )
    .await?;
    if locked {
        tx.execute("DELETE FROM session WHERE user_id = $1", args![user]).await?;
    }
    tx.note_act("change", "users", throughline_policy::Subject::default(), if locked { "locked" } else { "unlocked" });
    Ok(())
}

/// Sets or clears the second factor.
///
/// # Errors
/// The store's.
pub async fn set_totp(tx: &mut Tx, user: UserId, secret: Option<Vec<u8>>) -> Result<()> {
    tx.execute(
        "UPDATE app_user SET totp_secret = $2, totp_last_step = 0, version = version + 1 WHERE id = $1",
        args![user, secret],
    )
    .await?;
    tx.note_act("change", "users", throughline_policy::Subject::default(), "second factor");
    Ok(())
}

/// The users whose second factor is set up.
///
/// # Errors
/// The store's.
pub async fn with_second_factor(conn: &mut Conn, _grant: &Grant<ViewUsers>) -> Result<HashSet<UserId>> {
    let rows = conn.fetch_all("SELECT id FROM app_user WHERE totp_secret IS NOT NULL", args![]).await?;
    rows.iter().map(|row| row.get("id")).collect()
}

/// Takes a user's second factor away, so that they set it up anew at the next sign-in; their
/// sessions end at once.
///
/// # Errors
/// [`crate::Error::Stale`] when somebody else changed the user first.
pub async fn reset_second_factor(tx: &mut Tx, _grant: &Grant<ChangeUsers>, user: UserId, version: i64) -> Result<()> {
    tx.execute_versioned(
        "UPDATE app_user SET totp_secret = NULL, totp_last_step = 0, version = version + 1 WHERE id = $1 AND version = $2",
        args![user, version],
    )
    .await?;
    tx.execute("DELETE FROM session WHERE user_id = $1", args![user]).await?;
    tx.note_act(
        "change",
        "users",
        throughline_policy::Subject::default(),
        &format!("second factor of user {user} reset"),
    );
    Ok(())
}

/// Uses a time step of the second factor. `false` when it, or a later one, was used before.
///
/// # Errors
/// The store's.
pub async fn use_totp_step(tx: &mut Tx, user: UserId, step: i64) -> Result<bool> {
    let changed = tx
        .execute("UPDATE app_user SET totp_last_step = $2 WHERE id = $1 AND totp_last_step < $2", args![user, step])
        .await?;
    Ok(changed == 1)
}

/// Replaces the password's hash.
///
/// # Errors
/// The store's.
pub async fn set_password_hash(tx: &mut Tx, user: UserId, hash: &str) -> Result<()> {
    tx.execute("UPDATE app_user SET password_hash = $2, version = version + 1 WHERE id = $1", args![user, hash])
        .await?;
    tx.note_act("change", "users", throughline_policy::Subject::default(), "password");
    Ok(())
}

/// Whether what an actor signs now waits for a colleague.
pub(crate) async fn is_countersigned(tx: &mut Tx, actor: &Actor) -> Result<bool> {
    let today = london_date(tx.now());
    let user = by_id(tx, actor.user).await?;
    Ok(actor.role.needs_countersignature() || user.is_some_and(|user| user.is_countersigned(today)))
}

/// The colleagues of the grant's employer who sign records, by name.
///
/// # Errors
/// The store's.
pub async fn signers(conn: &mut Conn, grant: &Grant<ChangeSupervision>) -> Result<Vec<User>> {
    let rows = conn
        .fetch_all(
            "SELECT u.id, u.version, u.organisation_id, o.kind AS organisation_kind, o.name AS organisation_name, u.email,
                    u.name, u.role, u.registration, u.locked, u.access_until, u.countersign_until
               FROM app_user u JOIN organisation o ON o.id = u.organisation_id
              WHERE u.organisation_id = $1 AND u.locked = $2 ORDER BY u.name",
            args![grant.actor().organisation, false],
        )
        .await?;
    let mut users = Vec::with_capacity(rows.len());
    for row in &rows {
        users.push(with_sites(conn, row).await?);
    }
    users.retain(|user| user.role.is_clinical());
    Ok(users)
}

/// Says until which day what a colleague signs waits for a countersignature; `None` ends it now. As with the
/// signatures themselves, nobody decides while what they sign waits for a colleague.
///
/// # Errors
/// [`crate::Error::Stale`] when somebody else changed the user first, it is the actor's own, or what the actor signs
/// is countersigned.
pub async fn set_countersign_until(
    tx: &mut Tx,
    grant: &Grant<ChangeSupervision>,
    user: UserId,
    version: i64,
    until: Option<NaiveDate>,
) -> Result<()> {
    let today = london_date(tx.now());
    if by_id(tx, grant.actor().user).await?.is_none_or(|actor| actor.is_countersigned(today)) {
        return Err(crate::Error::Stale);
    }
    tx.execute_versioned(
        "UPDATE app_user SET countersign_until = $4, version = version + 1
          WHERE id = $1 AND version = $2 AND organisation_id = $3 AND id <> $5",
        args![user, version, grant.actor().organisation, until, grant.actor().user],
    )
    .await?;
    let words = until.map_or_else(|| "no countersignature".to_owned(), |until| format!("countersigned until {until}"));
    tx.note_act("change", "users", throughline_policy::Subject::default(), &format!("user {user}: {words}"));
    Ok(())
}
