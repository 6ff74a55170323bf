//! What the columns of tables mean, as somebody told, and reading a list anew by it.

use crate::{Conn, Result, Tx, args};
use throughline_domain::ids::ListId;
use throughline_domain::list::ListKind;
use throughline_policy::{Grant, ImportList, Subject};
use uuid::Uuid;

/// The mappings that hold, the newest first, each as JSON: one for every set of headings.
///
/// # Errors
/// The store's.
pub async fn templates(conn: &mut Conn, _: &Grant<ImportList>) -> Result<Vec<String>> {
    known_templates(conn).await
}

/// The same for the service itself, which reads what comes without anybody's asking. A mapping says what headings
/// mean, and nothing of anybody.
///
/// # Errors
/// The store's.
pub async fn known_templates(conn: &mut Conn) -> Result<Vec<String>> {
    const NEWEST: &str = "SELECT t.mapping FROM list_template t
        WHERE NOT EXISTS (SELECT 1 FROM list_template n WHERE n.headings = t.headings
            AND (n.told_at > t.told_at OR (n.told_at = t.told_at AND n.id > t.id)))
        ORDER BY t.told_at DESC, t.id DESC";
    conn.fetch_all(NEWEST, args![]).await?.iter().map(|row| row.get("mapping")).collect()
}

/// Remembers what the columns of a table mean. `headings` tells tables of one making: the same for the
/// same headings in any order.
///
/// # Errors
/// The store's.
pub async fn remember_template(tx: &mut Tx, grant: &Grant<ImportList>, headings: &str, mapping: &str) -> Result<()> {
    let now = tx.now();
    tx.execute(
        "INSERT INTO list_template (id, headings, mapping, told_by, told_at) VALUES ($1, $2, $3, $4, $5)",
        args![Uuid::now_v7(), headings, mapping, grant.actor().user, now],
    )
    .await?;
    tx.note_act("create", "list_template", Subject::default(), "The columns of a list were told");
    Ok(())
}

/// The bytes of a list of the grant's site, as they came.
///
/// # Errors
/// The store's. `None` when the site has no such list.
pub async fn original(conn: &mut Conn, grant: &Grant<ImportList>, id: ListId) -> Result<Option<Vec<u8>>> {
    let sql = "SELECT original FROM list WHERE id = $1 AND site_id = $2";
    conn.fetch_optional(sql, args![id, grant.site()]).await?.map(|row| row.get("original")).transpose()
}

/// Keeps another reading of a list that is not brought in yet.
///
/// # Errors
/// [`crate::Error::Stale`] when it was brought in or discarded before.
pub async fn read_anew(
    tx: &mut Tx,
    grant: &Grant<ImportList>,
    id: ListId,
    (kind, format): (ListKind, &str),
    reading: &str,
) -> Result<()> {
    tx.execute_versioned(
        "UPDATE list SET kind = $3, format = $4, reading = $5 WHERE id = $1 AND site_id = $2 AND state = 'preview'",
        args![id, grant.site(), kind, format, reading],
    )
    .await
}
