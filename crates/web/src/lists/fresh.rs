//! The board's likeliest matches, found anew when anything has changed that they stand on.

use crate::Problem;
use crate::line::facts;
use chrono::NaiveDate;
use throughline_lists::Entry;
use throughline_policy::{Grant, ViewBoard};
use throughline_store::{Tx, lists};

/// Finds anew who the lines of a site, from one day to another, are likeliest to be, where a person or a
/// record of another register changed since, records were joined, or somebody decided. When nothing did,
/// which is nearly always, it costs two small questions.
pub(crate) async fn freshen(
    tx: &mut Tx,
    grant: &Grant<ViewBoard>,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<(), Problem> {
    for line in lists::stale(tx, grant, from, to).await? {
        // A line whose entry cannot be read keeps what was found before: its own page says so.
        let Ok(entry) = serde_json::from_str::<Entry>(&line.source) else { continue };
        lists::find_best(tx, line.id, &facts::description(&entry, line.list_date)).await?;
    }
    Ok(())
}
