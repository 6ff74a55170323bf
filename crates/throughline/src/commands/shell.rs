//! Completions and the manual page.

use crate::cli::Cli;
use crate::words::say;
use clap::CommandFactory;

/// Writes completions for a shell
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:  throughline completions bash > /etc/bash_completion.d/throughline")]
pub struct Args {
    /// The shell
    shell: clap_complete::Shell,
}

/// Writes completions to standard output.
pub fn completions(args: &Args) -> anyhow::Result<()> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "throughline", &mut text);
    say(String::from_utf8_lossy(&text))
}

/// Writes the manual page to standard output.
pub fn man() -> anyhow::Result<()> {
    let mut text = Vec::new();
    clap_mangen::Man::new(Cli::command()).render(&mut text)?;
    say(String::from_utf8_lossy(&text))
}
