//! Text as recorded, made printable without losing a character.
//!
//! PDF/A refuses a file with a character that no font can draw, and some characters change the
//! order in which others are read. Such a character is printed by its code, `[U+4E2D]`, so that
//! nothing vanishes and nothing is guessed.

use std::fmt::Write as _;

use unicode_normalization::char::is_combining_mark;

use crate::world;

/// The longest run without a place to break a line; a longer one would leave the page.
const LONGEST_WORD: usize = 24;

/// Which characters are printed as themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Script {
    /// All that the fonts can draw.
    Every,
    /// Only letters without joined forms: what always passes PDF/A.
    Simple,
}

/// The text to print, and whether some character is printed by its code.
pub(crate) fn printable(text: &str, script: Script) -> (String, bool) {
    let mut out = String::with_capacity(text.len());
    let mut coded = false;
    let mut run = 0;
    for c in text.replace("\r\n", "\n").chars() {
        if run >= LONGEST_WORD && !joins_the_last(c) {
            out.push('\u{200b}');
            run = 0;
        }
        run = if c.is_whitespace() { 0 } else { run + 1 };
        match c {
            '\n' | '\r' => out.push('\n'),
            '\t' => out.push_str("    "),
            c if can_print(c, script) => out.push(c),
            c => {
                write!(out, "[U+{:04X}]", u32::from(c)).expect("writing to a string");
                coded = true;
            }
        }
    }
    (out, coded)
}

fn can_print(c: char, script: Script) -> bool {
    let hidden =
        c.is_control() || is_private(c) || changes_order(c) || matches!(c, '\u{feff}' | '\u{2028}' | '\u{2029}');
    let drawn = world::has_glyph(c);
    match script {
        Script::Every => !hidden && (drawn || is_joiner(c)),
        Script::Simple => !hidden && drawn && stands_alone(c),
    }
}

/// A letter, digit or sign of the Latin, Greek and Cyrillic scripts that takes no other shape
/// beside its neighbours.
fn stands_alone(c: char) -> bool {
    matches!(c, '\0'..'\u{590}' | '\u{1e00}'..'\u{2100}') && !joins_the_last(c)
}

/// A mark or joiner that must stay with the character before it.
fn joins_the_last(c: char) -> bool {
    is_joiner(c) || is_combining_mark(c)
}

/// What joins emoji or picks their shape; it has no shape itself.
fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe0e}' | '\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}')
}

/// Directional overrides can make a page read otherwise than it was typed.
fn changes_order(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Characters without a public meaning; PDF/A forbids them.
fn is_private(c: char) -> bool {
    matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..)
}
