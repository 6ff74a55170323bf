//! All that a template can reach: our fonts, our templates, the facts. No other file, no package,
//! no network, no clock.

use std::collections::HashMap;
use std::sync::LazyLock;

use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Feature, Library, LibraryExt, World};

use crate::kind;

/// The fonts, in the order in which they are tried for a character.
static FONTS: &[&[u8]] = &[
    include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../vendor/fonts/SourceSans3-Regular.ttf")),
    include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../vendor/fonts/SourceSans3-SemiBold.ttf")),
    include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../vendor/fonts/SourceSans3-Bold.ttf")),
    include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../vendor/fonts/DejaVuSans.ttf")),
    include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../vendor/fonts/DejaVuSans-Bold.ttf")),
    include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../vendor/fonts/NotoEmoji-Regular.ttf")),
];

/// What every rendering shares, made once: parsing fonts and templates costs more than a letter.
struct Shared {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    sources: HashMap<FileId, Source>,
}

static SHARED: LazyLock<Shared> = LazyLock::new(|| {
    // Header cells for rows are behind this feature; without them a screen reader can not say
    // which label a value belongs to.
    let features = std::iter::once(Feature::A11yExtras).collect();
    let fonts: Vec<Font> = FONTS.iter().flat_map(|data| Font::iter(Bytes::new(*data))).collect();
    let sources = kind::sources().iter().map(|(name, text)| {
        let id = file_id(name);
        (id, Source::new(id, (*text).to_owned()))
    });
    Shared {
        library: LazyHash::new(Library::builder().with_features(features).build()),
        book: LazyHash::new(FontBook::from_fonts(&fonts)),
        sources: sources.collect(),
        fonts,
    }
});

/// Whether some family can draw this character in each of its weights: the same text may stand in
/// a heading and in a paragraph.
pub(crate) fn has_glyph(c: char) -> bool {
    SHARED
        .fonts
        .chunk_by(|one, next| one.info().family == next.info().family)
        .any(|family| family.iter().all(|font| font.info().coverage.contains(u32::from(c))))
}

fn file_id(name: &str) -> FileId {
    let path = VirtualPath::new(name).expect("our file names are plain");
    RootedPath::new(VirtualRoot::Project, path).intern()
}

/// One rendering: the shared things, one template, one set of facts.
pub(crate) struct DocumentWorld {
    main: FileId,
    data_id: FileId,
    data: Bytes,
}

impl DocumentWorld {
    /// The world of one rendering of the template `kind` with `data` as `data.json`.
    pub(crate) fn new(kind: &str, data: Vec<u8>) -> Self {
        Self { main: file_id(&format!("{kind}.typ")), data_id: file_id("data.json"), data: Bytes::new(data) }
    }
}

impl World for DocumentWorld {
    fn library(&self) -> &LazyHash<Library> {
        &SHARED.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &SHARED.book
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        SHARED.sources.get(&id).cloned().ok_or(FileError::AccessDenied)
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == self.data_id { Ok(self.data.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn font(&self, index: usize) -> Option<Font> {
        SHARED.fonts.get(index).cloned()
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}
