//! What is said to whoever runs a command, and how a command ends.

use std::io::{ErrorKind, Write};
use std::path::Path;

/// The command was used wrongly: the words say how to use it.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct WrongUse(pub String);

/// A [`WrongUse`] as an error of a command.
pub fn wrong_use(words: impl Into<String>) -> anyhow::Error {
    WrongUse(words.into()).into()
}

/// How a command that failed ends: 2 when it was used wrongly, else 1.
pub fn exit_code(error: &anyhow::Error) -> u8 {
    if error.is::<WrongUse>() { 2 } else { 1 }
}

/// Writes to standard output. A reader that stopped reading (`| head`) is not an error.
pub fn say(text: impl AsRef<str>) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    let text = text.as_ref();
    let end = if text.ends_with('\n') { "" } else { "\n" };
    match write!(out, "{text}{end}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// Writes a value as indented JSON to standard output.
pub fn say_json(value: &impl serde::Serialize) -> anyhow::Result<()> {
    say(serde_json::to_string_pretty(value)?)
}

/// Reads a file, or standard input for `-`.
pub fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    if file.as_os_str() == "-" {
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut std::io::stdin().lock(), &mut bytes)?;
        return Ok(bytes);
    }
    std::fs::read(file).map_err(|error| unreadable(file, &error))
}

/// Why a file cannot be read, in words that say what to do.
pub fn unreadable(file: &Path, error: &std::io::Error) -> anyhow::Error {
    let file = file.display();
    match error.kind() {
        ErrorKind::NotFound => wrong_use(format!("there is no file {file}: check its name and folder")),
        ErrorKind::PermissionDenied => anyhow::anyhow!("{file} may not be read by this user"),
        _ => anyhow::anyhow!("{file} cannot be read: {error}"),
    }
}

/// Reads a file of text.
pub fn read_text(file: &Path) -> anyhow::Result<String> {
    String::from_utf8(read(file)?).map_err(|_| wrong_use(format!("{} is not UTF-8 text", file.display())))
}

/// A number with its noun: "1 row", "2 rows".
pub fn counted(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
