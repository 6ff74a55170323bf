//! Reading the audit log: who looked at a person, and whether the chain is whole.

use crate::sql::placeholders;
use crate::{Args, Conn, Result, Row, args};
use throughline_audit as log;
use throughline_domain::ids::PersonId;
use throughline_domain::time::Instant;
use throughline_policy::{Grant, ViewAuditLog, ViewWhoLooked};

/// One line of "who looked".
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Look {
    /// When.
    pub at: Instant,
    /// Who.
    pub actor_name: String,
    /// In which role (code).
    pub role: String,
    /// Why they may (code of the relationship).
    pub relationship: String,
    /// What they did (code of the verb).
    pub verb: String,
    /// To which parts (codes of classes, joined by spaces).
    pub classes: String,
    /// `allowed`, or why it was refused.
    pub outcome: String,
}

fn look(row: &Row) -> Result<Look> {
    Ok(Look {
        at: row.get("at")?,
        actor_name: row.get("actor_name")?,
        role: row.get("role")?,
        relationship: row.get("relationship")?,
        verb: row.get("verb")?,
        classes: row.get("classes")?,
        outcome: row.get("outcome")?,
    })
}

/// Who looked at, or changed, a person's record: newest first.
///
/// # Errors
/// The store's.
pub async fn who_looked(conn: &mut Conn, grant: &Grant<ViewWhoLooked>, limit: i64) -> Result<Vec<Look>> {
    looks(conn, grant.person(), limit).await
}

/// The same for the command line, whose user owns the database's key. Who looked at a record that
/// was joined into this one looked at this person.
///
/// # Errors
/// The store's.
pub async fn looks(conn: &mut Conn, person: PersonId, limit: i64) -> Result<Vec<Look>> {
    let mut people = crate::merges::joined_into(conn, person).await?;
    people.push(person);
    let mut args: Args = people.iter().map(|person| (*person).into()).collect();
    args.push(limit.into());
    let sql = format!(
        "SELECT at, actor_name, role, relationship, verb, classes, outcome FROM audit_row
          WHERE person IN ({}) ORDER BY seq DESC LIMIT ${}",
        placeholders(1, people.len()),
        args.len()
    );
    conn.fetch_text(sqlx::AssertSqlSafe(sql), args).await?.iter().map(look).collect()
}

/// The newest rows of the whole log.
///
/// # Errors
/// The store's.
pub async fn newest(conn: &mut Conn, _grant: &Grant<ViewAuditLog>, limit: i64) -> Result<Vec<Look>> {
    let rows = conn
        .fetch_all(
            "SELECT at, actor_name, role, relationship, verb, classes, outcome FROM audit_row ORDER BY seq DESC LIMIT $1",
            args![limit],
        )
        .await?;
    rows.iter().map(look).collect()
}

/// The head of the chain.
///
/// # Errors
/// The store's.
pub async fn head(conn: &mut Conn) -> Result<log::Head> {
    let row = conn.fetch_one("SELECT seq, hash FROM audit_head WHERE id = 1", args![]).await?;
    Ok(log::Head { seq: row.get("seq")?, hash: row.get("hash")? })
}

/// A stretch of the log after a position, in order: for verification and export.
///
/// # Errors
/// The store's.
pub async fn stretch(conn: &mut Conn, after: i64, limit: i64) -> Result<Vec<(log::Row, log::Hash)>> {
    let rows = conn
        .fetch_all(
            "SELECT seq, at, actor, actor_name, role, organisation, relationship, purpose, verb, classes, person, episode,
                    site, outcome, detail, request, hash
               FROM audit_row WHERE seq > $1 ORDER BY seq LIMIT $2",
            args![after, limit],
        )
        .await?;
    rows.iter().map(|row| Ok((audit_row(row)?, row.get("hash")?))).collect()
}

fn audit_row(row: &Row) -> Result<log::Row> {
    Ok(log::Row {
        seq: row.get("seq")?,
        at: row.get("at")?,
        actor: row.get("actor")?,
        actor_name: row.get("actor_name")?,
        role: row.get("role")?,
        organisation: row.get("organisation")?,
        relationship: row.get("relationship")?,
        purpose: row.get("purpose")?,
        verb: row.get("verb")?,
        classes: row.get("classes")?,
        person: row.get("person")?,
        episode: row.get("episode")?,
        site: row.get("site")?,
        outcome: row.get("outcome")?,
        detail: row.get("detail")?,
        request: row.get("request")?,
    })
}

/// Rows read at a time: a long log is not held in memory.
const STRETCH: i64 = 5_000;

/// Verifies the whole log against its hashes, its head, and an earlier head when one was kept.
///
/// # Errors
/// The store's; the inner result says where the log is broken.
pub async fn verify(conn: &mut Conn, kept: Option<&log::Head>) -> Result<Result<log::Head, log::Broken>> {
    verify_after(conn, &log::Head::empty(), kept).await
}

/// Verifies what was added to the log after a head that was verified before, and that the row of
/// that head is still the same. What was changed before it shows only in [`verify`].
///
/// # Errors
/// The store's; the inner result says where the log is broken.
pub async fn verify_after(
    conn: &mut Conn,
    verified: &log::Head,
    kept: Option<&log::Head>,
) -> Result<Result<log::Head, log::Broken>> {
    if let Err(broken) = still_there(conn, verified).await? {
        return Ok(Err(broken));
    }
    let mut found = verified.clone();
    loop {
        // The head is read after the rows, and rows once more when it is ahead of them: the
        // service goes on writing meanwhile.
        let before = found.seq;
        loop {
            let rows = stretch(conn, found.seq, STRETCH).await?;
            if rows.is_empty() {
                break;
            }
            found = match log::verify_after(&found, rows, kept) {
                Ok(head) => head,
                Err(broken) => return Ok(Err(broken)),
            };
        }
        let head = head(conn).await?;
        match found.seq.cmp(&head.seq) {
            std::cmp::Ordering::Less if found.seq > before => {}
            std::cmp::Ordering::Less => return Ok(Err(log::Broken::CutBack { kept: head.seq, found: found.seq })),
            _ if found != head => return Ok(Err(log::Broken::Replaced(found.seq))),
            _ => return Ok(log::reaches(&found, kept).map(|()| found)),
        }
    }
}

/// Whether the last row of a head verified before is in the log as it was.
async fn still_there(conn: &mut Conn, verified: &log::Head) -> Result<Result<(), log::Broken>> {
    if verified.seq == 0 {
        return Ok(Ok(()));
    }
    let row = conn.fetch_optional("SELECT hash FROM audit_row WHERE seq = $1", args![verified.seq]).await?;
    let Some(row) = row else {
        let found = head(conn).await?.seq.min(verified.seq - 1);
        return Ok(Err(log::Broken::CutBack { kept: verified.seq, found }));
    };
    let same = row.get::<String>("hash")? == verified.hash;
    Ok(if same { Ok(()) } else { Err(log::Broken::Replaced(verified.seq)) })
}
