//! Finding words within a text: without regard to case, accents and punctuation, and shown with the words around.

use crate::name::{fold_char, folded};
use std::ops::Range;

/// The longest search that is read, in characters: what follows is left out.
const LONGEST_SEARCH: usize = 200;

/// How much is shown before and after a hit, in characters.
const BEFORE: usize = 60;
/// As [`BEFORE`].
const AFTER: usize = 160;

/// The words that are looked for, folded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words(Vec<Vec<char>>);

/// A part of a text, and whether it is what was looked for.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Part {
    /// The text, exactly.
    pub text: String,
    /// Whether it is what was looked for.
    pub hit: bool,
}

/// A hit with the words around it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Excerpt {
    /// The text around the first hit, in parts. "…" stands where it was cut.
    pub parts: Vec<Part>,
    /// How many hits lie outside what is shown.
    pub more: usize,
}

impl Words {
    /// Reads what somebody typed; `None` when there is no letter or digit in it.
    pub fn read(typed: &str) -> Option<Self> {
        let typed: String = typed.chars().take(LONGEST_SEARCH).collect();
        let words: Vec<Vec<char>> = folded(&typed).split_whitespace().map(|word| word.chars().collect()).collect();
        (!words.is_empty()).then_some(Self(words))
    }

    /// Where the words stand in a text, as ranges of its bytes in order; `None` unless each of them does. A word is
    /// found at the start of a word: `med` finds `medication` and not `remedy`.
    pub fn within(&self, text: &str) -> Option<Vec<Range<usize>>> {
        let text = Folded::of(text);
        let mut hits = Vec::new();
        for word in &self.0 {
            let found = text.starts_of(word);
            if found.is_empty() {
                return None;
            }
            hits.extend(found);
        }
        Some(joined(hits))
    }

    /// The first place where the words stand, with the words around it; `None` unless each of them does.
    pub fn excerpt(&self, text: &str) -> Option<Excerpt> {
        let hits = self.within(text)?;
        let first = hits.first()?;
        let window = start_of(text, first.start)..end_of(text, first.end);
        let shown: Vec<Range<usize>> = hits.iter().filter(|hit| hit.end <= window.end).cloned().collect();
        Some(Excerpt { more: hits.len() - shown.len(), parts: parts(text, &window, &shown) })
    }
}

/// A folded text, each character with the bytes it comes from.
struct Folded(Vec<(char, Range<usize>)>);

impl Folded {
    fn of(text: &str) -> Self {
        let mut out: Vec<(char, Range<usize>)> = Vec::with_capacity(text.len());
        for (at, c) in text.char_indices() {
            fold_char(c, |folded| out.push((folded, at..at + c.len_utf8())));
        }
        Self(out)
    }

    fn starts_of(&self, word: &[char]) -> Vec<Range<usize>> {
        let is_start = |at: usize| at == 0 || self.0[at - 1].0 == ' ';
        let stands = |at: &usize| self.0[*at..].iter().map(|(c, _)| c).take(word.len()).eq(word);
        (0..self.0.len())
            .filter(|at| is_start(*at) && stands(at))
            .map(|at| self.0[at].1.start..self.0[at + word.len() - 1].1.end)
            .collect()
    }
}

/// Ranges in order, those that touch or lie over each other joined.
fn joined(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut out: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match out.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => out.push(range),
        }
    }
    out
}

/// Some characters before a place, from the start of a word.
fn start_of(text: &str, hit: usize) -> usize {
    let Some((cut, _)) = text[..hit].char_indices().rev().nth(BEFORE) else { return 0 };
    text[cut..hit].find(char::is_whitespace).map_or(cut, |space| cut + space)
}

/// Some characters after a place, to the end of a word.
fn end_of(text: &str, hit: usize) -> usize {
    let Some((cut, _)) = text[hit..].char_indices().nth(AFTER) else { return text.len() };
    text[hit..hit + cut].rfind(char::is_whitespace).map_or(hit + cut, |space| hit + space)
}

fn parts(text: &str, window: &Range<usize>, hits: &[Range<usize>]) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut add = |words: &str, hit: bool| {
        if !words.is_empty() {
            parts.push(Part { text: words.to_owned(), hit });
        }
    };
    if window.start > 0 {
        add("…", false);
    }
    let mut from = window.start;
    for hit in hits {
        add(&text[from..hit.start], false);
        add(&text[hit.clone()], true);
        from = hit.end;
    }
    add(&text[from..window.end], false);
    if window.end < text.len() {
        add("…", false);
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hits<'a>(typed: &str, text: &'a str) -> Vec<&'a str> {
        let words = Words::read(typed).expect("there are words");
        words.within(text).unwrap_or_default().into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn case_accents_and_punctuation_make_no_difference() {
        assert_eq!(hits("lucja", "Spoke with Łucja’s mother"), ["Łucja"]);
        assert_eq!(hits("łucja", "Lucja rang"), ["Lucja"]);
        assert_eq!(hits("self harm", "No SELF-HARM now; harmed herself in 2020"), ["SELF", "HARM", "harm"]);
        assert_eq!(hits("o'brien", "Dr O’Brien"), ["O’Brien"]);
        assert_eq!(hits("strasse", "In der Straße 3"), ["Straße"]);
        // Written with a letter and an accent of its own.
        assert_eq!(hits("cafe", "at the cafe\u{301}"), ["cafe"]);
    }

    #[test]
    fn a_word_is_found_at_its_start_and_every_word_must_be_there() {
        assert_eq!(hits("med", "Medication: a remedy"), ["Med"]);
        assert_eq!(hits("sister phone", "Her sister has no telephone"), Vec::<&str>::new());
        assert_eq!(hits("sister no", "Her sister has no telephone"), ["sister", "no"]);
        assert_eq!(Words::read(" .-' "), None);
    }

    #[test]
    fn a_hit_is_shown_with_the_words_around_it() {
        let text = format!("{}Her sister, Ada, has the keys. {}sister", "before ".repeat(30), "after ".repeat(60));
        let excerpt = Words::read("sister").unwrap().excerpt(&text).unwrap();
        assert_eq!(excerpt.parts.first().unwrap().text, "…");
        assert_eq!(excerpt.parts.last().unwrap().text, "…");
        assert_eq!(excerpt.more, 1);
        let hit: Vec<&str> = excerpt.parts.iter().filter(|part| part.hit).map(|part| part.text.as_str()).collect();
        assert_eq!(hit, ["sister"]);
        let shown: String = excerpt.parts.iter().map(|part| part.text.as_str()).collect();
        assert!(shown.contains("Her sister, Ada, has the keys.") && shown.chars().count() < 250, "{shown}");
    }

    #[test]
    fn any_text_and_any_words_are_safe() {
        for text in ["", " ", "😀", "ﷺ ﬁ ẞ", "\u{301}\u{301}", "a\u{0}b", "İstanbul ŉ"] {
            for typed in ["a", "fi", "ss", "i", "ن", "s"] {
                let Some(words) = Words::read(typed) else { continue };
                for range in words.within(text).unwrap_or_default() {
                    assert!(text.get(range).is_some());
                }
                words.excerpt(text);
            }
        }
    }
}
