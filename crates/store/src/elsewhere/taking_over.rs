//! A register's index taken over: what came, and what is kept of it.

use super::{AT_ONCE, Record};
use crate::sql::placeholders;
use crate::{Conn, Error, Result, Tx, args};
use std::collections::HashMap;
use throughline_domain::ids::ElsewhereId;
use throughline_domain::time::Instant;
use uuid::Uuid;

/// What became of records that came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Taken {
    /// Not known before, or gone and back again.
    pub new: usize,
    /// Another content than before.
    pub changed: usize,
    /// As before.
    pub unchanged: usize,
}

/// A record as it was when it came before.
struct Before {
    id: ElsewhereId,
    sha256: String,
    is_gone: bool,
}

/// Takes over records of a source, each number once. From the command line, which stands outside the
/// policy: whoever runs it owns the database's key.
///
/// # Errors
/// The store's.
pub async fn take_in(tx: &mut Tx, source: &str, records: &[Record]) -> Result<Taken> {
    let before = before(tx, source, records).await?;
    let mut taken = Taken::default();
    let mut unchanged = Vec::new();
    for record in records {
        let sha256 = record.sha256()?;
        match before.get(&record.number) {
            Some(known) if known.sha256 == sha256 && !known.is_gone => unchanged.push(known.id),
            Some(known) => {
                change(tx, known.id, record, &sha256).await?;
                if known.is_gone { taken.new += 1 } else { taken.changed += 1 }
            }
            None => {
                add(tx, source, record, &sha256).await?;
                taken.new += 1;
            }
        }
    }
    taken.unchanged = unchanged.len();
    seen_again(tx, &unchanged).await?;
    if taken.new + taken.changed > 0 {
        let detail = format!("{source}: {} new, {} changed", taken.new, taken.changed);
        tx.note_act("import", "elsewhere", throughline_policy::Subject::default(), &detail);
    }
    Ok(taken)
}

async fn before(conn: &mut Conn, source: &str, records: &[Record]) -> Result<HashMap<String, Before>> {
    let mut all = HashMap::new();
    for some in records.chunks(AT_ONCE) {
        let sql = format!(
            "SELECT id, number, sha256, gone_at FROM elsewhere WHERE source = $1 AND number IN ({})",
            placeholders(2, some.len())
        );
        let mut args = args![source];
        args.extend(some.iter().map(|record| (&record.number).into()));
        for row in &conn.fetch_text(sqlx::AssertSqlSafe(sql), args).await? {
            let is_gone = row.get::<Option<Instant>>("gone_at")?.is_some();
            all.insert(row.get("number")?, Before { id: row.get("id")?, sha256: row.get("sha256")?, is_gone });
        }
    }
    Ok(all)
}

async fn add(tx: &mut Tx, source: &str, record: &Record, sha256: &str) -> Result<()> {
    let (id, now) = (ElsewhereId::new(Uuid::now_v7()), tx.now());
    let mut values = said(record, sha256)?;
    values.extend(args![now, id, source, &record.number]);
    tx.execute(
        "INSERT INTO elsewhere (forenames, surname, aliases, date_of_birth, born_from, born_to, gender, ethnicity, address,
                                postcodes, nhs_number, pnc, cro, phone, gp, is_deceased, deceased_on, in_use, sha256,
                                first_seen_at, last_seen_at, id, source, number)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $20, $21, $22, $23)",
        values,
    )
    .await?;
    tx.describes_anew(id);
    Ok(())
}

async fn change(tx: &mut Tx, id: ElsewhereId, record: &Record, sha256: &str) -> Result<()> {
    let now = tx.now();
    let mut values = said(record, sha256)?;
    values.extend(args![now, id]);
    tx.execute(
        "UPDATE elsewhere SET forenames = $1, surname = $2, aliases = $3, date_of_birth = $4, born_from = $5, born_to = $6,
                gender = $7, ethnicity = $8, address = $9, postcodes = $10, nhs_number = $11, pnc = $12, cro = $13, phone = $14,
                gp = $15, is_deceased = $16, deceased_on = $17, in_use = $18, sha256 = $19, last_seen_at = $20, gone_at = NULL
          WHERE id = $21",
        values,
    )
    .await?;
    tx.describes_anew(id);
    Ok(())
}

/// What a record says, as the first nineteen values of a statement.
fn said(record: &Record, sha256: &str) -> Result<crate::Args> {
    let json = |error: serde_json::Error| Error::Corrupt(error.to_string());
    Ok(args![
        &record.name.forenames,
        &record.name.surname,
        serde_json::to_string(&record.aliases).map_err(json)?,
        record.date_of_birth,
        record.born_between.map(|(from, _)| from),
        record.born_between.map(|(_, to)| to),
        record.gender,
        record.ethnicity,
        &record.address,
        serde_json::to_string(&record.postcodes).map_err(json)?,
        record.kept_nhs_number(),
        record.pnc.clone(),
        record.cro.clone(),
        &record.phone,
        &record.gp,
        record.is_deceased,
        record.deceased_on,
        record.in_use,
        sha256
    ])
}

async fn seen_again(tx: &mut Tx, ids: &[ElsewhereId]) -> Result<()> {
    let now = tx.now();
    for some in ids.chunks(AT_ONCE) {
        let sql = format!("UPDATE elsewhere SET last_seen_at = $1 WHERE id IN ({})", placeholders(2, some.len()));
        let mut args = args![now];
        args.extend(some.iter().map(|id| (*id).into()));
        tx.execute_text(sqlx::AssertSqlSafe(sql), args).await?;
    }
    Ok(())
}

/// The next records of a source that its newest index had, by id: who they are with us and their number there.
///
/// # Errors
/// The store's.
pub async fn numbers_after(
    conn: &mut Conn,
    source: &str,
    after: ElsewhereId,
    most: i64,
) -> Result<Vec<(ElsewhereId, String)>> {
    let rows = conn
        .fetch_all(
            "SELECT id, number FROM elsewhere WHERE source = $1 AND id > $2 AND gone_at IS NULL ORDER BY id LIMIT $3",
            args![source, after, most],
        )
        .await?;
    rows.iter().map(|row| Ok((row.get("id")?, row.get("number")?))).collect()
}
