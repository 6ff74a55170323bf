//! From bytes to text, JSON, XML or the sheets of a workbook, with the guards that keep a hostile or
//! broken file harmless.

mod json;
pub(crate) mod pdf;
mod text;
mod workbook;
mod xml;

pub(crate) use json::parse as parse_json;
pub use xml::Element;

use crate::grid::{Grid, Sheet};
use crate::tables::printed;
use crate::{FORMATS, ListNotice, MAX_BYTES, MAX_COLUMNS, MAX_ROWS};

/// A file's content, decoded once for every reader.
#[derive(Debug)]
pub struct Source {
    /// The content.
    pub content: Content,
    /// What a person should know about how it was decoded.
    pub notices: Vec<ListNotice>,
}

/// What a file's content is, at first sight.
#[derive(Debug)]
pub enum Content {
    /// The content is JSON.
    Json(serde_json::Value),
    /// The content is XML.
    Xml(Element),
    /// The content is an Excel workbook, or a PDF whose tables and labels stand as rows.
    Sheets(Vec<Sheet>),
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
    #[error("This file is {seems}. Save the list as an Excel workbook (.xlsx) or as CSV and try again")]
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
    /// A message from Libra with no document in it.
    #[error("This message from Libra holds no documents, so there is no list in it. Ask for it to be sent again")]
    NoDocuments,
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
    /// A message that tells of a deletion, and not of which hearing.
    #[error("This message says that a hearing was deleted and does not say which. Ask for it to be sent again")]
    DeletionOfNothing,
    /// The content begins as XML but is damaged or cut short.
    #[error(
        "This file is damaged or cut short: it stops making sense at line {line}, column {column}. Fetch it again from where it came"
    )]
    BrokenXml {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// An XML file that declares entities of its own.
    #[error(
        "This file defines its own abbreviations (a DOCTYPE), which no list does. It was not read, as such files can do harm"
    )]
    DeclaresEntities,
    /// An Excel workbook that cannot be read.
    #[error("This Excel workbook is damaged. Open it in Excel, save it again and try once more")]
    BrokenWorkbook,
    /// An Excel workbook with a password.
    #[error("This Excel workbook has a password. Save it without one and try again")]
    Locked,
    /// A PDF that cannot be read.
    #[error("This PDF is damaged or unusual. Print it to a new PDF, or send the list as Excel or CSV")]
    BrokenPdf,
    /// A PDF that is locked, or packed in a way that is no longer used.
    #[error("This PDF is locked. Print it to a new PDF, or send the list as Excel or CSV")]
    LockedPdf,
    /// A PDF that holds pictures of pages and no letters.
    #[error(
        "This PDF is a picture of a page (a scan or a photo), so there are no letters to read. Ask the sender for the list itself"
    )]
    PictureOnly,
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
        let mut wanted: Vec<&str> = FORMATS.iter().map(|format| format.looked_for).collect();
        // Formats of one shape stand side by side and look for the same.
        wanted.dedup();
        Self::NotRecognised { looked_for: wanted.join("; or ") }
    }
}

impl Source {
    /// Decodes the bytes of a file.
    ///
    /// # Errors
    /// When the file is empty, too large, not a kind that can be read, or broken.
    pub fn decode(bytes: &[u8]) -> Result<Self, ReadError> {
        if bytes.len() > MAX_BYTES {
            return Err(ReadError::TooLarge);
        }
        if bytes.starts_with(b"PK\x03\x04") {
            return Ok(Self { content: Content::Sheets(workbook::sheets(bytes)?), notices: Vec::new() });
        }
        if bytes.starts_with(b"%PDF") {
            let sheet = printed::sheet(&pdf::pages(bytes)?);
            return Ok(Self { content: Content::Sheets(vec![sheet]), notices: vec![ListNotice::ReadFromPdf] });
        }
        if let Some(seems) = known_binary(bytes) {
            return Err(ReadError::NotText { seems });
        }
        let (text, is_windows_1252) = text::text(bytes);
        let mut notices = Vec::from_iter(is_windows_1252.then_some(ListNotice::ReadAsWindows1252));
        if text.trim().is_empty() {
            return Err(ReadError::Empty);
        }
        let (text, zeros) = without_zeros(text)?;
        notices.extend(zeros);
        let trimmed = text.trim();
        let content = if trimmed.starts_with(['{', '[']) {
            let (value, repeated) = json::parse(&text)?;
            notices.extend(repeated.into_iter().map(ListNotice::RepeatedKey));
            Content::Json(value)
        } else if trimmed.starts_with('<') {
            Content::Xml(xml::parse(trimmed)?)
        } else {
            Content::Text(text)
        };
        Ok(Self { content, notices })
    }

    /// The tables that the content may be: one for each sheet, or the text cut in each usual way.
    pub(crate) fn grids(&self) -> Vec<Grid<'_>> {
        match &self.content {
            Content::Text(text) => [',', ';', '\t', '|'].into_iter().map(|cut| Grid::Text(text, cut)).collect(),
            Content::Sheets(sheets) => sheets.iter().map(Grid::Sheet).collect(),
            Content::Json(_) | Content::Xml(_) => Vec::new(),
        }
    }
}

/// A few zero bytes are slips of whatever wrote the text (no database keeps them); many are no text.
fn without_zeros(text: String) -> Result<(String, Option<ListNotice>), ReadError> {
    let zeros = text.bytes().filter(|byte| *byte == 0).count();
    if zeros == 0 {
        return Ok((text, None));
    }
    if zeros * 100 > text.len() {
        return Err(ReadError::NotText { seems: "not text" });
    }
    Ok((text.replace('\0', "\u{FFFD}"), Some(ListNotice::NoCharacters(zeros))))
}

fn known_binary(bytes: &[u8]) -> Option<&'static str> {
    const PICTURE: &str = "a picture, in which there are no letters to read";
    const KINDS: [(&[u8], &str); 4] = [
        (b"\xd0\xcf\x11\xe0", "an older Excel or Word file, or one with a password"),
        (b"{\\rtf", "a Word document"),
        (b"\x89PNG", PICTURE),
        (b"\xff\xd8\xff", PICTURE),
    ];
    KINDS.iter().find(|(start, _)| bytes.starts_with(start)).map(|(_, seems)| *seems)
}
