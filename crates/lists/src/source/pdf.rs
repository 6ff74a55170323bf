//! A PDF as lines of printed words with their places on the page.
//!
//! A PDF holds letters and where they stand, not words, rows or columns. Letters of one height make a
//! line; a gap as wide as a space makes a word; a wider one makes another [`Span`], which is how cells
//! of a table and labels with their values stand apart.

use hayro_interpret::font::Glyph;
use hayro_interpret::hayro_cmap::BfString;
use hayro_interpret::hayro_syntax::Pdf;
use hayro_interpret::hayro_syntax::page::Page as PdfPage;
use hayro_interpret::{
    BlendMode, ClipPath, Context, Device, GlyphDrawMode, Image, InterpreterCache, InterpreterSettings, Paint,
    PathDrawMode, SoftMask, interpret_page,
};
use kurbo::{Affine, BezPath, Point, Rect};
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::ReadError;

/// The most pages that are read.
const MOST_PAGES: usize = 400;
/// The most letters on all pages: the longest list seen in the field has some 800,000.
const MOST_LETTERS: usize = 8_000_000;
/// The most that the compressed parts of a PDF may unpack to, in bytes.
const MOST_UNPACKED: u64 = 200 * 1024 * 1024;
/// How deep compressed parts may hold compressed parts.
const DEEPEST_PACKED: usize = 3;

/// Gaps between letters in heights of the letter: from the first on a new word, from the second on a new
/// span.
const WORD_GAP: f64 = 0.15;
const SPAN_GAP: f64 = 0.9;
/// Letters stand on one line when their feet are this near, in heights.
const SAME_LINE: f64 = 0.35;

/// A page of a PDF.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Page {
    /// Its lines, from the top.
    pub lines: Vec<Line>,
}

/// A line of words.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// How far its foot is from the top of the page, in points.
    pub foot: f64,
    /// The height of its letters, in points.
    pub height: f64,
    /// What stands apart on it, from the left.
    pub spans: Vec<Span>,
}

/// Words that stand together.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    /// Where it begins, in points from the left.
    pub left: f64,
    /// Where it ends.
    pub right: f64,
    /// Its words, a space between each.
    pub text: String,
}

/// The pages of a PDF.
pub(super) fn pages(bytes: &[u8]) -> Result<Vec<Page>, ReadError> {
    measure(bytes)?;
    // A file may be made to trip whatever reads it: the server must go on.
    catch_unwind(AssertUnwindSafe(|| read(bytes))).unwrap_or(Err(ReadError::BrokenPdf))
}

fn read(bytes: &[u8]) -> Result<Vec<Page>, ReadError> {
    let pdf = Pdf::new(bytes.to_vec()).map_err(|_| ReadError::BrokenPdf)?;
    let mut left = MOST_LETTERS;
    let mut pages = Vec::new();
    for page in pdf.pages().iter() {
        if pages.len() == MOST_PAGES {
            return Err(ReadError::TooLarge);
        }
        let letters = letters(&pdf, page, left).ok_or(ReadError::TooLarge)?;
        left -= letters.len();
        pages.push(Page { lines: lines(letters) });
    }
    if pages.iter().all(|page| page.lines.is_empty()) {
        return Err(ReadError::PictureOnly);
    }
    Ok(pages)
}

/// Unpacks every compressed part once and keeps nothing: a small file may be made to fill the memory of
/// whoever reads it.
fn measure(bytes: &[u8]) -> Result<(), ReadError> {
    let holds = |name: &[u8]| bytes.windows(name.len()).any(|window| window == name);
    // Both hide how much they unpack to. No program has written the first for decades.
    if holds(b"/LZWDecode") || holds(b"/Encrypt") {
        return Err(ReadError::LockedPdf);
    }
    let mut left = MOST_UNPACKED;
    let mut rest = bytes;
    while let Some(at) = rest.windows(6).position(|window| window == b"stream") {
        rest = &rest[at + 6..];
        let content = rest.strip_prefix(b"\r\n").or_else(|| rest.strip_prefix(b"\n")).unwrap_or(rest);
        unpack(content, &mut left, DEEPEST_PACKED)?;
    }
    Ok(())
}

fn unpack(content: &[u8], left: &mut u64, deep: usize) -> Result<(), ReadError> {
    let is_packed = matches!(content, [0x78, flags, ..] if (0x7800 + u16::from(*flags)) % 31 == 0);
    if !is_packed {
        return Ok(());
    }
    let mut unpacked = Vec::new();
    // What is cut short or damaged counts as far as it goes.
    let _ = flate2::read::ZlibDecoder::new(content).take(*left + 1).read_to_end(&mut unpacked);
    *left = left.checked_sub(unpacked.len() as u64).filter(|_| deep > 0).ok_or(ReadError::TooLarge)?;
    unpack(&unpacked, left, deep - 1)
}

/// A letter, or a few that are printed as one.
#[derive(Debug, Clone)]
struct Letter {
    left: f64,
    right: f64,
    foot: f64,
    height: f64,
    text: String,
}

/// The letters of a page; `None` when there are more than are left.
fn letters(pdf: &Pdf, page: &PdfPage<'_>, left: usize) -> Option<Vec<Letter>> {
    let (width, height) = page.render_dimensions();
    let bounds = Rect::new(0.0, 0.0, f64::from(width), f64::from(height));
    let settings = InterpreterSettings { render_annotations: false, ..InterpreterSettings::default() };
    let upright = Affine::new(page.initial_transform(true).as_coeffs());
    let mut context = Context::new(upright, bounds, &InterpreterCache::new(), pdf.xref(), settings);
    let mut gathered = Gathered { letters: Vec::new(), left };
    interpret_page(page, &mut context, &mut gathered);
    (gathered.letters.len() < left).then_some(gathered.letters)
}

struct Gathered {
    letters: Vec<Letter>,
    left: usize,
}

impl<'a> Device<'a> for Gathered {
    fn draw_glyph(
        &mut self,
        glyph: &Glyph<'a>,
        transform: Affine,
        glyph_transform: Affine,
        _: &Paint<'a>,
        _: &GlyphDrawMode,
    ) {
        let Some(text) = glyph.as_unicode().filter(|_| self.letters.len() < self.left) else { return };
        // Letters are drawn a thousand units high.
        let place = transform * glyph_transform;
        let width = match glyph {
            Glyph::Outline(glyph) => glyph.advance_width().map_or(500.0, f64::from),
            Glyph::Type3(_) => 500.0,
        };
        let (from, to, top) = (place * Point::ZERO, place * Point::new(width, 0.0), place * Point::new(0.0, 1_000.0));
        let text = match text {
            BfString::Char(letter) => letter.to_string(),
            BfString::String(letters) => letters,
        };
        let letter = Letter { left: from.x, right: to.x, foot: from.y, height: (from.y - top.y).abs(), text };
        // Turned letters (a stamp across the page) are in no line.
        if letter.height > 0.0 && (to.y - from.y).abs() < letter.height / 2.0 && to.x >= from.x {
            self.letters.push(letter);
        }
    }

    fn set_soft_mask(&mut self, _: Option<SoftMask<'a>>) {}
    fn set_blend_mode(&mut self, _: BlendMode) {}
    fn draw_path(&mut self, _: &BezPath, _: Affine, _: &Paint<'a>, _: &PathDrawMode) {}
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}
    fn draw_image(&mut self, _: Image<'a, '_>, _: Affine) {}
    fn pop_clip_path(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}

fn lines(mut letters: Vec<Letter>) -> Vec<Line> {
    letters.sort_by(|a, b| a.foot.total_cmp(&b.foot));
    let mut lines: Vec<Vec<Letter>> = Vec::new();
    for letter in letters {
        let is_same = |line: &Vec<Letter>| {
            let first = &line[0];
            (letter.foot - first.foot).abs() < SAME_LINE * letter.height.max(first.height)
        };
        match lines.last_mut().filter(|line| is_same(line)) {
            Some(line) => line.push(letter),
            None => lines.push(vec![letter]),
        }
    }
    lines.into_iter().filter_map(line).collect()
}

fn line(mut letters: Vec<Letter>) -> Option<Line> {
    letters.sort_by(|a, b| a.left.total_cmp(&b.left));
    let height = letters.iter().map(|letter| letter.height).fold(0.0, f64::max);
    let foot = letters.iter().map(|letter| letter.foot).fold(0.0, f64::max);
    let mut spans: Vec<Span> = Vec::new();
    for letter in letters {
        let is_space = letter.text.chars().all(char::is_whitespace);
        if is_space {
            continue;
        }
        let gap = spans.last().map(|span| (letter.left - span.right) / letter.height);
        match spans.last_mut().zip(gap).filter(|(_, gap)| *gap < SPAN_GAP) {
            Some((span, gap)) => {
                if gap > WORD_GAP {
                    span.text.push(' ');
                }
                span.text.push_str(&letter.text);
                span.right = span.right.max(letter.right);
            }
            None => spans.push(Span { left: letter.left, right: letter.right, text: letter.text }),
        }
    }
    (!spans.is_empty()).then_some(Line { foot, height, spans })
}
