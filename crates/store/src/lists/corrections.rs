//! What people said that rows of lists should say. Only added to; what holds is worked out by whoever reads.

use super::List;
use crate::{Conn, Result, Row, Tx, args};
use throughline_domain::ids::ListId;
use throughline_domain::list::ListState;
use throughline_domain::time::Instant;
use throughline_policy::{Grant, ImportList, Subject, ViewList};
use uuid::Uuid;

/// What was said of one field of one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Corrected {
    /// The list it was said of.
    pub list_id: ListId,
    /// The key of the row, as that list gave it.
    pub row_key: String,
    /// The field's code.
    pub field: String,
    /// What the list said there.
    pub list_says: String,
    /// What it should say; `None` takes back what was said before.
    pub should_say: Option<String>,
    /// Counts what was said of the site's lists of the kind and day: greater is newer.
    pub version: i64,
    /// Who said it.
    pub by: String,
    /// When.
    pub at: Instant,
}

/// Something to be said of a field of a row.
#[derive(Debug, Clone)]
pub struct NewCorrection<'a> {
    /// The key of the row, as the list gives it.
    pub row_key: &'a str,
    /// The row's number in the file.
    pub row_number: i64,
    /// The field's code.
    pub field: &'a str,
    /// What the list says there.
    pub list_says: &'a str,
    /// What it should say; `None` takes back what was said before.
    pub should_say: Option<&'a str>,
}

/// Everything said of rows of the lists of the same site, kind and day, the newest last: a row that says the
/// same on another of them is meant too. Of a list that was brought in, what was said until then.
///
/// # Errors
/// The store's.
pub async fn corrections(conn: &mut Conn, grant: &Grant<ViewList>, list: &List) -> Result<Vec<Corrected>> {
    let until = list.committed_at.filter(|_| list.state == ListState::Committed);
    let rows = conn
        .fetch_all(
            "SELECT c.list_id, c.row_key, c.field, c.list_says, c.should_say, c.version, c.corrected_at, u.name AS by_name
               FROM list_correction c JOIN list l ON l.id = c.list_id JOIN app_user u ON u.id = c.corrected_by
              WHERE l.site_id = $1 AND l.kind = $2 AND l.list_date = $3 ORDER BY c.version, c.id",
            args![grant.site(), list.kind, list.list_date],
        )
        .await?;
    let mut all = rows.iter().map(said).collect::<Result<Vec<_>>>()?;
    all.retain(|one| until.is_none_or(|until| one.at <= until));
    Ok(all)
}

fn said(row: &Row) -> Result<Corrected> {
    Ok(Corrected {
        list_id: row.get("list_id")?,
        row_key: row.get("row_key")?,
        field: row.get("field")?,
        list_says: row.get("list_says")?,
        should_say: row.get("should_say")?,
        version: row.get("version")?,
        by: row.get("by_name")?,
        at: row.get("corrected_at")?,
    })
}

/// Holds a list that waits for review, so that nobody else corrects it, brings it in or discards it meanwhile.
///
/// # Errors
/// [`crate::Error::Stale`] when it was brought in or discarded before.
pub async fn begin_correction(tx: &mut Tx, grant: &Grant<ImportList>, id: ListId) -> Result<()> {
    // The site's row first, as bringing a list in does: the two wait for each other and never cross.
    tx.execute("UPDATE site SET sort_order = sort_order WHERE id = $1", args![grant.site()]).await?;
    tx.execute_versioned(
        "UPDATE list SET state = state WHERE id = $1 AND site_id = $2 AND state = 'preview'",
        args![id, grant.site()],
    )
    .await
}

/// Says what fields of a list should say. `seen` is the newest version of which whoever says it knows.
///
/// # Errors
/// [`crate::Error::Stale`] when the list was brought in or discarded before, or somebody said something of
/// its site's lists of the day that was not seen.
pub async fn correct(
    tx: &mut Tx,
    grant: &Grant<ImportList>,
    list: &List,
    seen: i64,
    new: &[NewCorrection<'_>],
) -> Result<()> {
    begin_correction(tx, grant, list.id).await?;
    let newest: i64 = tx
        .fetch_one(
            "SELECT COALESCE(MAX(c.version), 0) AS newest FROM list_correction c JOIN list l ON l.id = c.list_id
              WHERE l.site_id = $1 AND l.kind = $2 AND l.list_date = $3",
            args![grant.site(), list.kind, list.list_date],
        )
        .await?
        .get("newest")?;
    if newest != seen {
        return Err(crate::Error::Stale);
    }
    let now = tx.now();
    for one in new {
        tx.execute(
            "INSERT INTO list_correction (id, list_id, row_key, row_number, field, list_says, should_say, version, corrected_by, corrected_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            args![
                Uuid::now_v7(),
                list.id,
                one.row_key,
                one.row_number,
                one.field,
                one.list_says,
                one.should_say,
                newest + 1,
                grant.actor().user,
                now
            ],
        )
        .await?;
    }
    let words = if new.iter().all(|one| one.should_say.is_none()) {
        "A correction of a row was taken back"
    } else {
        "A row of a list was corrected"
    };
    tx.note_act("change", "list", Subject::from(grant.site()), words);
    Ok(())
}
