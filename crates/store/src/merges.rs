//! Two records of one person: proposed, joined by somebody, and taken apart again.
//!
//! Joining points every row of one person at the other and notes each of them, so that undoing it
//! is exact. The row of the person who was joined away stays as it is and says where they are now
//! (`merged_into`). Which rows are a person's stands in `rows`, once.

mod pairs;
mod rows;

pub use pairs::{
    Compared, Decided, Known, Line, Queue, Side, decide_different, decide_not_sure, open, people_of, propose, queue,
    report, weigh,
};
pub use rows::{NOT_MOVED, moved_columns};

use crate::people::{self, ContactDetails, Person};
use crate::{Conn, Error, Result, Row, Tx, args};
use throughline_domain::ids::{MergeId, PersonId, SiteId};
use throughline_domain::merge::{self, Pair, Reason, Refusal, WrongNumber};
use throughline_domain::name::{Name, folded};
use throughline_domain::time::{Instant, date_long, london_date};
use throughline_policy::{
    Class, Grant, MergePeople, Permit, UnmergePeople, ViewContactDetails, ViewDuplicates, ViewIdentity,
};
use uuid::Uuid;

/// The kind of the events that say that records were joined or taken apart.
pub const EVENT: &str = "merge";

/// What the store answers where the service's rules may refuse: nothing was saved then.
pub type Ruled<T> = Result<std::result::Result<T, Refusal>>;

/// Into whom a person was joined, at the end of the chain; `None` for everybody else.
///
/// A search leaves such people out by `person.merged_into IS NULL`.
///
/// # Errors
/// The store's.
pub async fn kept(conn: &mut Conn, person: PersonId) -> Result<Option<PersonId>> {
    let row = conn
        .fetch_optional(
            "WITH RECURSIVE up (id, merged_into) AS (
               SELECT p.id, p.merged_into FROM person p WHERE p.id = $1
               UNION SELECT p.id, p.merged_into FROM person p JOIN up ON p.id = up.merged_into)
             SELECT id FROM up WHERE merged_into IS NULL AND id <> $1",
            args![person],
        )
        .await?;
    row.map(|row| row.get("id")).transpose()
}

/// Everybody who was joined into a person, also by way of others.
///
/// # Errors
/// The store's.
pub async fn joined_into(conn: &mut Conn, person: PersonId) -> Result<Vec<PersonId>> {
    let rows = conn
        .fetch_all(
            "WITH RECURSIVE joined (id) AS (
               SELECT p.id FROM person p WHERE p.merged_into = $1
               UNION SELECT p.id FROM person p JOIN joined ON p.merged_into = joined.id)
             SELECT id FROM joined",
            args![person],
        )
        .await?;
    rows.iter().map(|row| row.get("id")).collect()
}

/// One joining, in a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joined {
    /// Its id.
    pub id: MergeId,
    /// When.
    pub at: Instant,
    /// By whom.
    pub by_name: String,
    /// The name on the record that was joined into the other.
    pub away: Name,
}

/// The joinings that stand in a person's record, newest first.
///
/// # Errors
/// The store's.
pub async fn of_person(conn: &mut Conn, grant: &Grant<ViewIdentity>) -> Result<Vec<Joined>> {
    let rows = conn
        .fetch_all(
            "WITH RECURSIVE joined (id) AS (
               SELECT p.id FROM person p WHERE p.merged_into = $1
               UNION SELECT p.id FROM person p JOIN joined ON p.merged_into = joined.id)
             SELECT m.id, m.at, m.by_name, p.forenames, p.surname
               FROM joined j JOIN person_merge m ON m.away_id = j.id JOIN person p ON p.id = j.id
              WHERE m.undone_at IS NULL ORDER BY m.at DESC, m.id DESC",
            args![grant.person()],
        )
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Joined {
                id: row.get("id")?,
                at: row.get("at")?,
                by_name: row.get("by_name")?,
                away: Name { forenames: row.get("forenames")?, surname: row.get("surname")? },
            })
        })
        .collect()
}

/// Joins the record of one person into that of another.
///
/// # Errors
/// The store's; a [`Refusal`] of the service's rules, in which case nothing was saved.
pub async fn merge(
    tx: &mut Tx,
    keep: &Grant<MergePeople>,
    away: &Grant<MergePeople>,
    reason: &Reason,
    wrong: Option<(WrongNumber, &Reason)>,
) -> Ruled<MergeId> {
    let Some(pair) = Pair::of(keep.person(), away.person()) else { return Ok(Err(Refusal::Same)) };
    let (kept, gone) = (load(tx, keep.person()).await?, load(tx, away.person()).await?);
    let number = match merge::check(&kept.side(), &gone.side(), wrong) {
        Ok(number) => number,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let id = MergeId::new(Uuid::now_v7());
    let (now, name) = (tx.now(), tx.actor_name());
    let before = kept.person.nhs_number.as_ref().filter(|_| number.is_some());
    tx.execute(
        "INSERT INTO person_merge (id, keep_id, away_id, reason, at, by_user, by_name, wrong_number, wrong_number_reason,
                                   number_before, number_after)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        args![
            id,
            keep.person(),
            away.person(),
            reason.words(),
            now,
            keep.actor().user,
            name,
            wrong.map_or("", |(which, _)| which.code()),
            wrong.map_or("", |(_, reason)| reason.words()),
            before.map(|number| number.digits().to_owned()),
            number.as_ref().map(|number| number.digits().to_owned())
        ],
    )
    .await?;
    // Told first, and so noted as there: it is not among what was added since.
    tell(tx, keep.person(), id, "Records joined: one record was joined into this one").await?;
    rows::note_there(tx, id, keep.person()).await?;
    move_names(tx, id, &kept.person, &gone.person).await?;
    move_identifiers(tx, id, keep.person(), away.person()).await?;
    rows::move_all(tx, id, away.person(), keep.person()).await?;
    if let Some(number) = &number {
        set_number(tx, keep, Some(number.digits())).await?;
    }
    tx.execute_versioned(
        "UPDATE person SET merged_into = $2, version = version + 1 WHERE id = $1 AND merged_into IS NULL",
        args![away.person(), keep.person()],
    )
    .await?;
    pairs::joined(tx, pair, id, reason.words()).await?;
    pairs::carry_over(tx, id, away.person(), keep.person()).await?;
    // The matching engine finds the one by what both are known by, and the other no longer.
    tx.describes_anew(keep.person());
    tx.describes_anew(away.person());
    tx.audit_detail(&format!("records joined: {id}"));
    tx.relationships_changed();
    Ok(Ok(id))
}

/// Takes two joined records apart, exactly as they were. What was added to the joined record since
/// stays with it, except for what belongs to an episode that goes back.
///
/// # Errors
/// The store's; a [`Refusal`] when a later joining stands on this one, or it was undone before.
pub async fn unmerge(
    tx: &mut Tx,
    keep: &Grant<UnmergePeople>,
    away: &Grant<UnmergePeople>,
    id: MergeId,
    reason: &Reason,
) -> Ruled<()> {
    let row = tx
        .fetch_optional(
            "SELECT number_before, number_after, undone_at FROM person_merge WHERE id = $1 AND keep_id = $2 AND away_id = $3",
            args![id, keep.person(), away.person()],
        )
        .await?
        .ok_or(Error::Stale)?;
    if row.get::<Option<Instant>>("undone_at")?.is_some() {
        return Ok(Err(Refusal::UndoneBefore));
    }
    if let Some(later) = later_joining(tx, id, keep.person()).await? {
        return Ok(Err(later));
    }
    let (now, name) = (tx.now(), tx.actor_name());
    tx.execute_versioned(
        "UPDATE person_merge SET undone_at = $2, undone_by = $3, undone_by_name = $4, undo_reason = $5
          WHERE id = $1 AND undone_at IS NULL",
        args![id, now, keep.actor().user, name, reason.words()],
    )
    .await?;
    rows::move_back(tx, id, away.person(), keep.person()).await?;
    rows::take_back_added(tx, id, keep.person()).await?;
    let after: Option<String> = row.get("number_after")?;
    if after.is_some() && load(tx, keep.person()).await?.digits() == after.as_deref() {
        let before: Option<String> = row.get("number_before")?;
        set_number(tx, keep, before.as_deref()).await?;
    }
    tx.execute_versioned(
        "UPDATE person SET merged_into = NULL, version = version + 1 WHERE id = $1 AND merged_into = $2",
        args![away.person(), keep.person()],
    )
    .await?;
    pairs::taken_apart(tx, id).await?;
    tx.describes_anew(keep.person());
    tx.describes_anew(away.person());
    tell(tx, keep.person(), id, "Records taken apart again: the other record is its own again").await?;
    tell(tx, away.person(), id, "Records taken apart again: this record is its own again").await?;
    tx.audit_detail(&format!("records taken apart: {id}"));
    tx.relationships_changed();
    Ok(Ok(()))
}

/// A person with what the rules look at.
struct Loaded {
    person: Person,
    merged_into: Option<PersonId>,
}

impl Loaded {
    fn side(&self) -> merge::Side {
        merge::Side { id: self.person.id, merged_into: self.merged_into, nhs_number: self.person.nhs_number.clone() }
    }

    fn digits(&self) -> Option<&str> {
        self.person.nhs_number.as_ref().map(throughline_domain::identifier::NhsNumber::digits)
    }
}

async fn load(tx: &mut Tx, id: PersonId) -> Result<Loaded> {
    let row =
        tx.fetch_optional("SELECT merged_into FROM person WHERE id = $1", args![id]).await?.ok_or(Error::Stale)?;
    let (person, _) = people::load(tx, &[id]).await?.pop().ok_or(Error::Stale)?;
    Ok(Loaded { person, merged_into: row.get("merged_into")? })
}

/// The name of the one who goes becomes another name of the one who stays, and so do their other
/// names, where they are not known already.
async fn move_names(tx: &mut Tx, id: MergeId, keep: &Person, away: &Person) -> Result<()> {
    let as_compared = |name: &Name| (folded(&name.forenames), folded(&name.surname));
    let mut known: Vec<_> = keep.aliases.iter().chain([&keep.name]).map(as_compared).collect();
    let rows = tx
        .fetch_all("SELECT id, forenames, surname FROM person_alias WHERE person_id = $1 ORDER BY id", args![away.id])
        .await?;
    for row in &rows {
        let alias = as_compared(&Name { forenames: row.get("forenames")?, surname: row.get("surname")? });
        if !known.contains(&alias) {
            rows::move_one(tx, id, &rows::NAMES, row.get("id")?, keep.id).await?;
            known.push(alias);
        }
    }
    if !away.name.is_unknown() && !known.contains(&as_compared(&away.name)) {
        let alias = Uuid::now_v7();
        tx.execute(
            "INSERT INTO person_alias (id, person_id, forenames, surname) VALUES ($1, $2, $3, $4)",
            args![alias, keep.id, &away.name.forenames, &away.name.surname],
        )
        .await?;
        rows::note(tx, id, &rows::NAMES, alias, "added").await?;
    }
    Ok(())
}

async fn move_identifiers(tx: &mut Tx, id: MergeId, keep: PersonId, away: PersonId) -> Result<()> {
    let rows = tx
        .fetch_all(
            "SELECT a.id FROM person_identifier a
              WHERE a.person_id = $1 AND NOT EXISTS
                (SELECT 1 FROM person_identifier k WHERE k.person_id = $2 AND k.kind = a.kind AND k.value = a.value)",
            args![away, keep],
        )
        .await?;
    for row in &rows {
        rows::move_one(tx, id, &rows::IDENTIFIERS, row.get("id")?, keep).await?;
    }
    Ok(())
}

/// Puts an NHS number into the record that stays; its former state is kept.
async fn set_number<P: Permit>(tx: &mut Tx, keep: &Grant<P>, number: Option<&str>) -> Result<()> {
    people::keep_version(tx, keep).await?;
    tx.execute(
        "UPDATE person SET nhs_number = $2, version = version + 1 WHERE id = $1",
        args![keep.person(), number.map(str::to_owned)],
    )
    .await?;
    Ok(())
}

/// A line in the timeline, and a word to the board of the site where an episode is open: the name on
/// it may be another now.
async fn tell(tx: &mut Tx, person: PersonId, id: MergeId, words: &str) -> Result<()> {
    let row = tx
        .fetch_optional(
            "SELECT site_id FROM episode WHERE person_id = $1 AND closed_at IS NULL ORDER BY opened_at DESC LIMIT 1",
            args![person],
        )
        .await?;
    let site: Option<SiteId> = row.map(|row| row.get("site_id")).transpose()?;
    let event = crate::events::NewEvent {
        at: None,
        site,
        person: Some(person),
        episode: None,
        kind: EVENT,
        class: Class::Identity,
        words: words.to_owned(),
        link: format!("/duplicates/joined/{id}"),
    };
    crate::events::add(tx, event).await
}

/// The newest joining that must be undone before this one.
async fn later_joining(conn: &mut Conn, id: MergeId, keep: PersonId) -> Result<Option<Refusal>> {
    let row = conn
        .fetch_optional(
            "SELECT m.at, m.by_name FROM person_merge m JOIN person_merge this ON this.id = $1
              WHERE m.undone_at IS NULL AND (m.keep_id = $2 OR m.away_id = $2)
                AND (m.at > this.at OR (m.at = this.at AND m.id > this.id))
              ORDER BY m.at DESC, m.id DESC LIMIT 1",
            args![id, keep],
        )
        .await?;
    row.map(|row| {
        let at: Instant = row.get("at")?;
        Ok(Refusal::LaterJoining { on: date_long(london_date(at)), by: row.get("by_name")? })
    })
    .transpose()
}

/// The two people of a joining: who stayed, and who was joined into them.
///
/// # Errors
/// The store's. `None` when there is no such joining.
pub async fn people_of_merge(conn: &mut Conn, id: MergeId) -> Result<Option<(PersonId, PersonId)>> {
    let row = conn.fetch_optional("SELECT keep_id, away_id FROM person_merge WHERE id = $1", args![id]).await?;
    row.map(|row| Ok((row.get("keep_id")?, row.get("away_id")?))).transpose()
}

/// The joining by which a person's record went into another, when it did.
///
/// # Errors
/// The store's.
pub async fn how_joined(conn: &mut Conn, away: PersonId) -> Result<Option<MergeId>> {
    let row = conn
        .fetch_optional(
            "SELECT m.id FROM person_merge m JOIN person p ON p.id = m.away_id AND p.merged_into = m.keep_id
              WHERE m.away_id = $1 AND m.undone_at IS NULL ORDER BY m.at DESC LIMIT 1",
            args![away],
        )
        .await?;
    row.map(|row| row.get("id")).transpose()
}

/// When and by whom records were joined, for the notice to those who followed an old link. The
/// grant's person must be the one in whose record they stand now.
///
/// # Errors
/// The store's. `None` when it is no joining of this person's record.
pub async fn notice(conn: &mut Conn, grant: &Grant<ViewIdentity>, id: MergeId) -> Result<Option<Joined>> {
    Ok(of_person(conn, grant).await?.into_iter().find(|joined| joined.id == id))
}

/// A joining with what it did.
#[derive(Debug, Clone)]
pub struct Merge {
    /// Its id.
    pub id: MergeId,
    /// Who stayed.
    pub keep: Known,
    /// Who was joined into them.
    pub away: Known,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Instant,
    /// By whom.
    pub by_name: String,
    /// Which NHS number was said to be wrong.
    pub wrong_number: Option<WrongNumber>,
    /// Why.
    pub wrong_number_reason: String,
    /// Whether the record that stayed took the other's NHS number.
    pub took_number: bool,
    /// What moved, by kind.
    pub moved: Vec<(&'static str, i64)>,
    /// What was added to the joined record since, by kind.
    pub added: Vec<Added>,
    /// Why it cannot be undone now, where that is so.
    pub not_now: Option<Refusal>,
    /// How it was undone, when it was.
    pub undone: Option<Undone>,
}

/// What was added to a joined record since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Added {
    /// What, in words, several of it.
    pub kind: &'static str,
    /// How many stay with the record that stayed.
    pub stays: i64,
    /// How many go back with the episode they belong to.
    pub goes_back: i64,
}

/// How a joining was undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undone {
    /// When.
    pub at: Instant,
    /// By whom.
    pub by_name: String,
    /// Why.
    pub reason: String,
}

/// A joining, for those who may see both records in it.
///
/// # Errors
/// The store's. `None` when it is no joining of these two.
pub async fn get(
    conn: &mut Conn,
    keep: &Grant<ViewDuplicates>,
    away: &Grant<ViewDuplicates>,
    id: MergeId,
) -> Result<Option<Merge>> {
    let row = conn
        .fetch_optional(
            "SELECT m.id, m.reason, m.at, m.by_name, m.wrong_number, m.wrong_number_reason, m.number_after, m.undone_at,
                    m.undone_by_name, m.undo_reason, k.forenames AS k_forenames, k.surname AS k_surname, k.date_of_birth AS k_born,
                    a.forenames AS a_forenames, a.surname AS a_surname, a.date_of_birth AS a_born
               FROM person_merge m JOIN person k ON k.id = m.keep_id JOIN person a ON a.id = m.away_id
              WHERE m.id = $1 AND m.keep_id = $2 AND m.away_id = $3",
            args![id, keep.person(), away.person()],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    let undone = undone(&row)?;
    let wrong: String = row.get("wrong_number")?;
    let stands = undone.is_none();
    Ok(Some(Merge {
        id,
        keep: Known {
            id: keep.person(),
            name: Name { forenames: row.get("k_forenames")?, surname: row.get("k_surname")? },
            date_of_birth: row.get("k_born")?,
        },
        away: Known {
            id: away.person(),
            name: Name { forenames: row.get("a_forenames")?, surname: row.get("a_surname")? },
            date_of_birth: row.get("a_born")?,
        },
        reason: row.get("reason")?,
        at: row.get("at")?,
        by_name: row.get("by_name")?,
        wrong_number: WrongNumber::from_code(&wrong),
        wrong_number_reason: row.get("wrong_number_reason")?,
        took_number: row.get::<Option<String>>("number_after")?.is_some(),
        moved: rows::moved(conn, id).await?,
        added: if stands { rows::added_since(conn, id, keep.person()).await? } else { Vec::new() },
        not_now: if stands { later_joining(conn, id, keep.person()).await? } else { None },
        undone,
    }))
}

fn undone(row: &Row) -> Result<Option<Undone>> {
    let Some(at) = row.get::<Option<Instant>>("undone_at")? else { return Ok(None) };
    Ok(Some(Undone { at, by_name: row.get("undone_by_name")?, reason: row.get("undo_reason")? }))
}

/// A detail that is not the same in both records: joining leaves that of the other one behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detail {
    /// What, in words.
    pub label: &'static str,
    /// In the record that stays.
    pub keep: String,
    /// In the record that is joined into it.
    pub away: String,
}

/// What stands only in the record that is joined into the other, and is not shown any more once it
/// is: rules for safe contact above all.
///
/// # Errors
/// The store's.
pub async fn left_behind(
    conn: &mut Conn,
    keep: &Grant<ViewContactDetails>,
    away: &Grant<ViewContactDetails>,
) -> Result<Vec<Detail>> {
    behind(conn, keep.person(), away.person()).await
}

/// The same of records that were joined, for those who may see the joined record.
///
/// # Errors
/// The store's.
pub async fn left_behind_in(conn: &mut Conn, keep: &Grant<ViewContactDetails>, id: MergeId) -> Result<Vec<Detail>> {
    match people_of_merge(conn, id).await? {
        Some((kept, away)) if kept == keep.person() => behind(conn, kept, away).await,
        _ => Ok(Vec::new()),
    }
}

async fn behind(conn: &mut Conn, keep: PersonId, away: PersonId) -> Result<Vec<Detail>> {
    let (Some(keep), Some(away)) = (details(conn, keep).await?, details(conn, away).await?) else {
        return Ok(Vec::new());
    };
    let differs = |keep: &str, away: &str| !away.trim().is_empty() && folded(keep) != folded(away);
    Ok(keep
        .into_iter()
        .zip(away)
        .filter(|((_, keep), (_, away))| differs(keep, away))
        .map(|((label, keep), (_, away))| Detail { label, keep, away })
        .collect())
}

async fn details(conn: &mut Conn, id: PersonId) -> Result<Option<Vec<(&'static str, String)>>> {
    let Some((person, _)) = people::load(conn, &[id]).await?.pop() else { return Ok(None) };
    let row = conn
        .fetch_one("SELECT address, postcode, phone, safe_contact, gp FROM person WHERE id = $1", args![id])
        .await?;
    let contact = ContactDetails {
        address: row.get("address")?,
        postcode: row.get("postcode")?,
        phone: row.get("phone")?,
        safe_contact: row.get("safe_contact")?,
        gp: row.get("gp")?,
    };
    let yes = |is: bool| if is { "Yes".to_owned() } else { String::new() };
    Ok(Some(vec![
        ("Contact safely", contact.safe_contact),
        ("Communication needs and adjustments", person.adjustments),
        ("Interpreter needed", yes(person.interpreter)),
        ("Language", person.language),
        ("Date of birth", person.date_of_birth.map(date_long).unwrap_or_default()),
        ("Died", person.deceased_on.map(date_long).unwrap_or_default()),
        ("Likes to be called", person.preferred_name),
        ("Gender", known(person.gender.label())),
        ("Ethnic category", known(person.ethnicity.label())),
        ("Phone", contact.phone),
        ("Address", contact.address),
        ("Postcode", contact.postcode),
        ("GP practice", contact.gp),
    ]))
}

/// What nobody knows is not left behind.
fn known(label: &str) -> String {
    if label == "Not known" { String::new() } else { label.to_owned() }
}
