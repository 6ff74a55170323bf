//! The database's tables.

use crate::config::Installation;
use crate::words::{counted, say};
use throughline_store::{Store, pending};

/// Brings the database's tables up to date
///
/// `serve` does this by itself when it starts; this does it, or shows it, beforehand. Make a
/// backup first: tables are never taken back.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:  throughline migrate --plan --config /etc/throughline/config.toml")]
pub struct Args {
    #[command(flatten)]
    installation: Installation,
    /// Shows the statements and changes nothing
    #[arg(long)]
    plan: bool,
}

/// Shows or applies what the database lacks.
pub async fn run(args: &Args) -> anyhow::Result<()> {
    let config = args.installation.load()?;
    let store = Store::connect(&config.location()?).await.map_err(|error| config.explain(&error))?;
    let pending = pending(&store).await.map_err(|error| config.explain(&error))?;
    store.close().await;
    if pending.is_empty() {
        return say("The database is up to date.");
    }
    for migration in &pending {
        say(format!("-- {}: {}", migration.name, counted(migration.statements.len(), "statement", "statements")))?;
        if args.plan {
            for statement in &migration.statements {
                say(format!("{statement};"))?;
            }
        }
    }
    if args.plan {
        return say("-- Nothing was changed.");
    }
    super::open(&config).await?.close().await;
    say(format!("Applied {}.", counted(pending.len(), "migration", "migrations")))
}
