//! The command line.

use crate::commands::{
    audit, backup, clocks, demo, doctor, forms, import, lists, matching, migrate, restore, serve, shell, token, user,
    version,
};
use crate::words::say;
use clap::{CommandFactory, Parser, Subcommand};
use std::time::Instant;

/// The working record of a Liaison and Diversion service.
///
/// Ends with 0 when done, 1 when it failed, 2 when it was used wrongly.
#[derive(Debug, Parser)]
#[command(name = "throughline", version, max_term_width = 100, after_help = "Try it:  throughline demo")]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What the program can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Opens an invented service to look at
    Demo(demo::Args),
    /// Runs the service
    Serve(serve::Args),
    /// Brings the database's tables up to date
    Migrate(migrate::Args),
    /// Adds, locks and helps users
    #[command(subcommand)]
    User(user::Command),
    /// Issues, lists and revokes the tokens of programs that hand in lists
    #[command(subcommand)]
    Token(token::Command),
    /// Says whether this installation is well
    Doctor(doctor::Args),
    /// Makes a copy of the database that can be checked
    Backup(backup::Args),
    /// Checks a copy and puts it in place
    Restore(restore::Args),
    /// Verifies and reads the audit log
    #[command(subcommand)]
    Audit(audit::Command),
    /// Reads custody and court lists
    #[command(subcommand)]
    Lists(lists::Command),
    /// Finds the people of a list in an index of people, and learns from what was decided
    Match(matching::Args),
    /// Takes over people from another system
    #[command(subcommand)]
    Import(import::Command),
    /// Checks forms and scores instruments
    #[command(subcommand)]
    Forms(forms::Command),
    /// Works out the legal clocks of a detention
    Clocks(clocks::Args),
    /// Says which version this is
    Version,
    /// Writes completions for a shell
    Completions(shell::Args),
    /// Writes the manual page
    Man,
}

/// Does a command.
pub async fn run(command: Command, started: Instant) -> anyhow::Result<()> {
    match command {
        Command::Demo(args) => demo::run(args, started).await,
        Command::Serve(args) => serve::run(&args, started).await,
        Command::Migrate(args) => migrate::run(&args).await,
        Command::User(command) => user::run(command).await,
        Command::Token(command) => token::run(command).await,
        Command::Doctor(args) => doctor::run(&args).await,
        Command::Backup(args) => backup::run(&args).await,
        Command::Restore(args) => restore::run(&args).await,
        Command::Audit(command) => audit::run(command).await,
        Command::Lists(command) => lists::run(&command),
        Command::Match(args) => matching::run(&args).await,
        Command::Import(command) => import::run(&command).await,
        Command::Forms(command) => forms::run(&command),
        Command::Clocks(args) => clocks::run(&args),
        Command::Version => say(version()),
        Command::Completions(args) => shell::completions(&args, &mut Cli::command()),
        Command::Man => shell::man(Cli::command()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_that_takes_anything_shows_an_example() {
        fn check(command: &clap::Command) {
            if command.has_subcommands() {
                command.get_subcommands().for_each(check);
            } else if command.get_arguments().next().is_some() {
                let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
                assert!(help.contains("throughline "), "`{}` has no example in its help", command.get_name());
            }
        }
        Cli::command().get_subcommands().for_each(check);
    }
}
