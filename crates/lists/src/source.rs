//! From bytes to text or JSON, with the guards that keep a hostile or broken file harmless.

use crate::{FORMATS, MAX_BYTES, MAX_COLUMNS, MAX_ROWS};

/// A file's content, decoded once for every reader.
#[derive(Debug)]
pub struct Source {
    /// The content.
    pub content: Content,
    /// Whether the bytes were not UTF-8 and were read as Windows-1252, which older custody
    /// systems and Excel write.
    pub read_as_windows_1252: bool,
}

/// What a file's content is, at first sight.
#[derive(Debug)]
pub enum Content {
    /// The content is JSON.
    Json(serde_json::Value),
    /// The content is any other text.
    Text(String),
}

/// Why a file could not be read as a list, in words for the person who chose it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// There is nothing in the file.
    #[error("This file is empty")]
    Empty,
    /// The file is larger than [`MAX_BYTES`], or says so much about each person that it would be.
    #[error("This file is too large: the limit is {} MB. Check that it is one list", MAX_BYTES / (1024 * 1024))]
    TooLarge,
    /// The file has more rows than [`MAX_ROWS`].
    #[error("This file has more than {MAX_ROWS} rows. Check that it is one list")]
    TooManyRows,
    /// A row has more columns than [`MAX_COLUMNS`].
    #[error("Row {row} has more than {MAX_COLUMNS} columns, so this is not a list")]
    TooManyColumns {
        /// The row as a spreadsheet numbers it.
        row: usize,
    },
    /// The file is not text; `seems` names what it looks like.
    #[error("This file is {seems}. Save the list as CSV (or as the JSON the court sent) and try again")]
    NotText {
        /// What the file looks like, with its article.
        seems: &'static str,
    },
    /// The content is of no known format.
    #[error("This is not a list that Throughline can read. It looked for {looked_for}")]
    NotRecognised {
        /// What every format looks for.
        looked_for: String,
    },
    /// The content begins as JSON but is damaged or cut short.
    #[error(
        "This file is damaged or cut short: it stops making sense at line {line}, column {column}. Fetch it again from where it came"
    )]
    BrokenJson {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// A row of a CSV file cannot be told apart from the next.
    #[error("Row {row} cannot be read: {reason}")]
    BrokenCsv {
        /// The row as a spreadsheet numbers it.
        row: usize,
        /// What is wrong and what would put it right.
        reason: String,
    },
    /// The file looks like a custody list but lacks columns it cannot be worked without.
    #[error("This looks like a custody list but has no column for {}. Check the first row of headings", .0.join(" or "))]
    MissingColumns(Vec<String>),
}

impl ReadError {
    /// The error for content of no known format, naming everything that was looked for.
    pub fn not_recognised() -> Self {
        let wanted: Vec<&str> = FORMATS.iter().map(|format| format.looked_for).collect();
        Self::NotRecognised { looked_for: wanted.join("; or ") }
    }
}

impl Source {
    /// Decodes the bytes of a file.
    ///
    /// # Errors
    /// When the file is empty, too large, not text, or broken JSON.
    pub fn decode(bytes: &[u8]) -> Result<Self, ReadError> {
        if bytes.len() > MAX_BYTES {
            return Err(ReadError::TooLarge);
        }
        if let Some(seems) = known_binary(bytes) {
            return Err(ReadError::NotText { seems });
        }
        let (text, read_as_windows_1252) = text(bytes);
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return Err(ReadError::Empty);
        }
        if text.contains('\0') {
            return Err(ReadError::NotText { seems: "not text" });
        }
        let content = if trimmed.starts_with(['{', '[']) { Content::Json(json(&text)?) } else { Content::Text(text) };
        Ok(Self { content, read_as_windows_1252 })
    }
}

fn known_binary(bytes: &[u8]) -> Option<&'static str> {
    const KINDS: [(&[u8], &str); 4] = [
        (b"PK\x03\x04", "an Excel workbook or a zip file"),
        (b"\xd0\xcf\x11\xe0", "an older Excel or Word file"),
        (b"%PDF", "a PDF"),
        (b"{\\rtf", "a Word document"),
    ];
    KINDS.iter().find(|(start, _)| bytes.starts_with(start)).map(|(_, seems)| *seems)
}

/// The text of the bytes, and whether it took Windows-1252 to read them.
fn text(bytes: &[u8]) -> (String, bool) {
    match bytes {
        [0xff, 0xfe, rest @ ..] => (utf_16(rest, u16::from_le_bytes), false),
        [0xfe, 0xff, rest @ ..] => (utf_16(rest, u16::from_be_bytes), false),
        [0xef, 0xbb, 0xbf, rest @ ..] => utf_8_or_windows_1252(rest),
        all => utf_8_or_windows_1252(all),
    }
}

fn utf_16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
    String::from_utf16_lossy(&units)
}

fn utf_8_or_windows_1252(bytes: &[u8]) -> (String, bool) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (text.to_owned(), false),
        Err(_) => (bytes.iter().map(|byte| windows_1252(*byte)).collect(), true),
    }
}

/// The character of one byte of Windows-1252. The five bytes it leaves undefined stay the
/// control characters of Latin-1, as the WHATWG Encoding Standard says.
fn windows_1252(byte: u8) -> char {
    const UPPER: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘',
        '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9f => UPPER[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

/// Parses JSON. The parser refuses nesting deeper than 128, so a deep file cannot exhaust the stack.
fn json(text: &str) -> Result<serde_json::Value, ReadError> {
    serde_json::from_str(text).map_err(|error| ReadError::BrokenJson { line: error.line(), column: error.column() })
}
