//! Throughline: the working record of a Liaison and Diversion service, in one program.
//!
//! **What this crate is for.** Commands, configuration and wiring. It reads a command line, hands
//! values to the crate that knows the work, and says what came of it.
//!
//! **Its words.** A command is a file in `commands/` with its arguments and one function that does
//! it. Data goes to standard output, everything else to standard error. A command ends with
//! 0 (done), 1 (failed) or 2 (wrong use).
//!
//! **How to add a command.** A file in `commands/` with an `Args` struct (its doc comment is the
//! help) and a function; a line in [`cli::Command`] and in [`cli::run`].
//!
//! **What it will never do.** Hold a rule of the service, print a secret, or write an identifier
//! of a person to a log.

mod cli;
mod commands;
mod config;
mod inboxes;
mod passwords;
mod patient_index;
mod patient_row;
mod people_csv;
mod people_fhir;
mod progress;
mod upkeep;
mod words;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let started = std::time::Instant::now();
    let cli = cli::Cli::parse();
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("throughline: the operating system gives no threads: {error}");
            return ExitCode::from(1);
        }
    };
    match runtime.block_on(cli::run(cli.command, started)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("throughline: {error:#}");
            ExitCode::from(words::exit_code(&error))
        }
    }
}
