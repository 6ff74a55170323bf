//! Taking over what another system knows.

use crate::config::Installation;
use crate::people_csv::read_people;
use crate::progress::Progress;
use crate::words::{counted, say};
use std::path::PathBuf;
use throughline_domain::ids::PersonId;
use throughline_domain::time::london_date;
use throughline_store::people;
use uuid::Uuid;

/// Rows saved together: a power cut loses none that was counted.
const BATCH: usize = 200;

/// Takes over people from another system
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Takes over a patient index as CSV: record_id, nhs_number, pnc_id, first, middle, last, alias_names, dob, sex, address, postcode, phone, gp
    ///
    /// A row that cannot be taken is told with its number and reason, and the rest is taken. A
    /// record that was taken before (same source, same record_id) is passed over, so a run that
    /// was cut short is simply run again.
    #[command(after_help = "Example:  throughline import people patients.csv --source PAS")]
    People {
        /// The file (`-` for standard input)
        file: PathBuf,
        /// The name of the system it comes from
        #[arg(long, value_name = "NAME", default_value = "import")]
        source: String,
        #[command(flatten)]
        installation: Installation,
    },
}

/// Does a command.
pub async fn run(command: &Command) -> anyhow::Result<()> {
    let Command::People { file, source, installation } = command;
    let csv = read_people(file)?;
    if !csv.unused.is_empty() {
        eprintln!("not used: {}", csv.unused.join(", "));
    }
    for (row, reason) in &csv.unread {
        eprintln!("row {row}: not taken: {reason}");
    }
    let store = super::open(&installation.load()?).await?;
    let today = london_date(chrono::Utc::now());
    let mut there = people::identifiers(&mut *store.read().await?, "local").await?;
    let mut progress = Progress::new("Taking over people", csv.rows.len());
    let (mut taken, mut known, mut refused) = (0, 0, csv.unread.len());
    for rows in csv.rows.chunks(BATCH) {
        let mut tx = super::begin(&store).await?;
        for row in rows {
            match row.person(source, today) {
                Err(reason) => {
                    refused += 1;
                    eprintln!("row {}: not taken: {reason}", row.row);
                }
                Ok(_) if row.local_id().is_some_and(|id| !there.insert(format!("{source}: {id}"))) => known += 1,
                Ok(person) => {
                    people::import(&mut tx, PersonId::new(Uuid::now_v7()), &person).await?;
                    taken += 1;
                }
            }
        }
        tx.commit().await?;
        progress.at(taken + known + refused);
    }
    drop(progress);
    store.close().await;
    say(format!(
        "{}: {taken} taken over, {known} known before, {refused} not taken.",
        counted(csv.rows.len() + csv.unread.len(), "row", "rows")
    ))?;
    if refused > 0 {
        anyhow::bail!(
            "{} not taken: the reasons are above. Put them right and run it again; what was taken is passed over",
            counted(refused, "row was", "rows were")
        );
    }
    Ok(())
}
