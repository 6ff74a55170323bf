//! Legal clocks from event times.

use crate::words::{read_text, say_json, wrong_use};
use std::path::PathBuf;
use throughline_clocks::Events;

/// Works out the legal clocks of a detention
///
/// Reads the recorded times as JSON and writes each clock with its rule, its source and its state.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:  echo '{\"arrived_station_at\": \"2026-03-03T09:40:00Z\", \"detention_authorised_at\": \"2026-03-03T10:05:00Z\"}' | throughline clocks --events -"
)]
pub struct Args {
    /// The recorded times, as JSON (`-` for standard input)
    #[arg(long, value_name = "FILE")]
    events: PathBuf,
}

/// Writes the clocks.
pub fn run(args: &Args) -> anyhow::Result<()> {
    let text = read_text(&args.events)?;
    let events = Events::read(&text).map_err(|error| {
        wrong_use(format!(
            "{} cannot be used: {error}. Times are written like 2026-03-03T09:40:00Z",
            args.events.display()
        ))
    })?;
    let as_of = events.as_of.unwrap_or_else(chrono::Utc::now);
    say_json(&throughline_clocks::clocks(&events, as_of))
}
