//! Completions and the manual page.

use crate::words::say;

/// Writes completions for a shell
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:  throughline completions bash > /etc/bash_completion.d/throughline")]
pub struct Args {
    /// The shell
    shell: clap_complete::Shell,
}

/// Writes completions of the program's command line to standard output.
pub fn completions(args: &Args, program: &mut clap::Command) -> anyhow::Result<()> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, program, "throughline", &mut text);
    say(String::from_utf8_lossy(&text))
}

/// Writes the manual page to standard output.
pub fn man(program: clap::Command) -> anyhow::Result<()> {
    let mut text = Vec::new();
    clap_mangen::Man::new(program).render(&mut text)?;
    say(String::from_utf8_lossy(&text))
}
