//! The audit log.

use crate::config::Installation;
use crate::words::{read_text, say, say_json, wrong_use};
use std::path::PathBuf;
use throughline_audit::Head;
use throughline_domain::ids::PersonId;
use throughline_domain::time::date_time_short;
use throughline_store::audit;

/// Verifies and reads the audit log
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Checks every row of the log against its hash, and against a head kept earlier
    #[command(after_help = "Example:  throughline audit verify --head /media/kept/head.json")]
    Verify {
        #[command(flatten)]
        installation: Installation,
        /// A head written by `throughline audit head` and kept elsewhere: shows whether the log was cut or replaced since
        #[arg(long, value_name = "FILE")]
        head: Option<PathBuf>,
    },
    /// Says who looked at, or changed, a person's record
    #[command(after_help = "Example:  throughline audit who-looked 01890000-0000-7000-8000-000000000001 --format json")]
    WhoLooked {
        /// The person's id: the last part of the address of their page
        person: PersonId,
        #[command(flatten)]
        installation: Installation,
        /// How to write it
        #[arg(long, default_value = "table", value_parser = ["table", "json"])]
        format: String,
    },
    /// Writes the head of the log: keep it where this machine cannot change it
    #[command(after_help = "Example:  throughline audit head > /media/kept/head.json")]
    Head {
        #[command(flatten)]
        installation: Installation,
    },
}

/// Does a command.
pub async fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Verify { installation, head } => verify(&installation, head).await,
        Command::WhoLooked { person, installation, format } => who_looked(&installation, person, &format).await,
        Command::Head { installation } => {
            let store = super::open(&installation.load()?).await?;
            say_json(&audit::head(&mut *store.read().await?).await?)
        }
    }
}

async fn verify(installation: &Installation, head: Option<PathBuf>) -> anyhow::Result<()> {
    let kept: Option<Head> = match head {
        Some(file) => Some(
            serde_json::from_str(&read_text(&file)?)
                .map_err(|error| wrong_use(format!("{} is not a head of the log: {error}", file.display())))?,
        ),
        None => None,
    };
    let store = super::open(&installation.load()?).await?;
    match audit::verify(&mut *store.read().await?, kept.as_ref()).await? {
        Ok(head) => say(format!("The audit log is whole: {} rows, head {}", head.seq, head.hash)),
        Err(broken) => anyhow::bail!(
            "the audit log is broken: {broken}. Keep this database as it is, tell information governance, and compare with the newest backup"
        ),
    }
}

async fn who_looked(installation: &Installation, person: PersonId, format: &str) -> anyhow::Result<()> {
    let store = super::open(&installation.load()?).await?;
    let mut tx = super::begin(&store).await?;
    let looks = audit::looks(&mut tx, person, 10_000).await?;
    tx.note_act("view", "who_looked", person.into(), "");
    tx.commit().await?;
    if format == "json" {
        return say_json(&looks);
    }
    if looks.is_empty() {
        return say("Nobody looked at a person with this id.");
    }
    for look in looks {
        say(format!(
            "{}  {:<24} {:<22} {:<10} {:<8} {} ({})",
            date_time_short(look.at),
            look.actor_name,
            look.role,
            look.relationship,
            look.verb,
            look.classes,
            look.outcome
        ))?;
    }
    Ok(())
}
