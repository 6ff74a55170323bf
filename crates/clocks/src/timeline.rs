//! On which legal basis somebody was held, from one minute to the next; where nothing or more than
//! one thing is recorded, that is said.

use throughline_domain::legal::{LegalEvent, LegalEventKind, Origin};
use throughline_domain::time::{Instant, date_time_long};

use crate::answer::Answer;
use crate::basis::{Basis, begins, ends};
use crate::recorded::{POLICE_LIMITS, S135_LIMITS, S136_LIMITS, limit_that_stands};
use crate::words::length;

/// A stretch of time on one basis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// The basis.
    pub basis: Basis,
    /// From when.
    pub from: Instant,
    /// Until when; `None` while it lasts.
    pub to: Option<Instant>,
    /// The event that began it.
    pub began_by: LegalEventKind,
    /// Where that event was taken from.
    pub origin: Origin,
    /// When the power ends by law, as far as its clock knows.
    pub limit: Option<Instant>,
}

/// What is wrong with a stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarkKind {
    /// Nothing is recorded that holds the person or lets them go.
    Gap,
    /// More than one power is recorded.
    Overlap,
    /// A power is recorded beyond its limit.
    BeyondLimit,
}

/// A stretch of time that somebody should look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// What is wrong.
    pub kind: MarkKind,
    /// From when.
    pub from: Instant,
    /// Until when; `None` while it lasts.
    pub to: Option<Instant>,
    /// What is wrong and what to do, in plain English.
    pub words: String,
}

/// The legal bases of an episode, in the order in which they began, and what does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeline {
    /// The stretches of time.
    pub spans: Vec<Span>,
    /// Gaps, overlaps, and powers beyond their limit, in the order of time.
    pub marks: Vec<Mark>,
    /// Up to when it goes.
    pub as_of: Instant,
}

impl Timeline {
    /// Every basis that is recorded for an instant: none is a gap, several powers are an overlap.
    pub fn at(&self, instant: Instant) -> Vec<Basis> {
        let covers = |span: &&Span| span.from <= instant && span.to.is_none_or(|to| instant < to);
        self.spans.iter().filter(covers).map(|span| span.basis).collect()
    }

    /// The basis now: a power before a freedom, and of several the one that began last.
    pub fn current(&self) -> Option<&Span> {
        let open = || self.spans.iter().filter(|span| span.to.is_none());
        open().rfind(|span| span.basis.is_held()).or_else(|| open().next_back())
    }
}

/// The legal bases of an episode up to an instant, from its events in the order in which they
/// happened, and from its clocks, which know when a power ends. What lies ahead is left out.
pub fn timeline(known: &[LegalEvent], clocks: &Answer, as_of: Instant) -> Timeline {
    let mut spans: Vec<Span> = Vec::new();
    for event in known.iter().filter(|event| event.at <= as_of) {
        step(&mut spans, event);
    }
    // What began and ended in the same moment held nobody.
    spans.retain(|span| span.to != Some(span.from));
    set_limits(&mut spans, clocks);
    let mut marks = gaps_and_overlaps(&spans, as_of);
    marks.extend(beyond_limits(&spans, as_of));
    marks.sort_by_key(|mark| mark.from);
    Timeline { spans, marks, as_of }
}

fn step(spans: &mut Vec<Span>, event: &LegalEvent) {
    let is_open = |basis: Basis| spans.iter().any(|span| span.to.is_none() && span.basis == basis);
    let goes_on = match begins(event) {
        Some(Basis::Police) => is_open(Basis::Charged),
        // A charge by post holds nobody.
        Some(Basis::Charged) => !is_open(Basis::Police),
        _ => false,
    };
    let begun = begins(event).filter(|basis| !goes_on && !is_open(*basis));
    for span in spans.iter_mut().filter(|span| span.to.is_none()) {
        if ends(event, span.basis) {
            span.to = Some(event.at);
        }
    }
    spans.extend(begun.map(|basis| Span {
        basis,
        from: event.at,
        to: None,
        began_by: event.kind,
        origin: event.origin,
        limit: None,
    }));
}

/// The last stretch of each basis is the one that the clocks are about.
fn set_limits(spans: &mut [Span], clocks: &Answer) {
    let mut done: Vec<Basis> = Vec::new();
    for span in spans.iter_mut().rev() {
        if !done.contains(&span.basis) {
            done.push(span.basis);
            span.limit = limit(span.basis, clocks);
        }
    }
}

fn limit(basis: Basis, clocks: &Answer) -> Option<Instant> {
    let section;
    let ids: &[&str] = match basis {
        Basis::Police => POLICE_LIMITS,
        Basis::S136 => S136_LIMITS,
        Basis::S135 => S135_LIMITS,
        Basis::Section(which) => {
            section = format!("mha_{}", which.code());
            &[section.as_str()]
        }
        _ => &[],
    };
    limit_that_stands(clocks, ids)?.due_at
}

fn gaps_and_overlaps(spans: &[Span], as_of: Instant) -> Vec<Mark> {
    let mut bounds: Vec<Instant> = spans.iter().flat_map(|span| [Some(span.from), span.to]).flatten().collect();
    bounds.push(as_of);
    bounds.sort_unstable();
    bounds.dedup();
    let mut marks: Vec<(Vec<Basis>, Instant, Instant)> = Vec::new();
    for pair in bounds.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let there = |span: &&Span| span.from <= from && span.to.is_none_or(|end| from < end);
        let bases: Vec<Basis> = spans.iter().filter(there).map(|span| span.basis).collect();
        let held: Vec<Basis> = bases.iter().copied().filter(|basis| basis.is_held()).collect();
        if !bases.is_empty() && held.len() < 2 {
            continue;
        }
        match marks.last_mut() {
            Some((before, _, end)) if *before == held && *end == from => *end = to,
            _ => marks.push((held, from, to)),
        }
    }
    let last = |to: Instant| (to < as_of).then_some(to);
    marks.into_iter().map(|(held, from, to)| mark(&held, from, last(to), to - from)).collect()
}

fn mark(held: &[Basis], from: Instant, to: Option<Instant>, lasted: chrono::Duration) -> Mark {
    let when = match to {
        Some(to) => format!("from {} to {} ({})", date_time_long(from), date_time_long(to), length(lasted)),
        None => format!("since {} ({})", date_time_long(from), length(lasted)),
    };
    if held.is_empty() {
        let words = format!(
            "Nothing is recorded {when} that holds the person or lets them go. Record on which basis they were held, or that they were free."
        );
        return Mark { kind: MarkKind::Gap, from, to, words };
    }
    let names: Vec<String> = held.iter().map(|basis| in_sentence(basis.words())).collect();
    let words =
        format!("More than one power is recorded {when}: {}. Record when one of them ended.", names.join(" and "));
    Mark { kind: MarkKind::Overlap, from, to, words }
}

/// Words inside a sentence; a section keeps its capital, as people write it.
fn in_sentence(words: &str) -> String {
    if words.starts_with("Section") { words.to_owned() } else { words.to_lowercase() }
}

fn beyond_limits(spans: &[Span], as_of: Instant) -> Vec<Mark> {
    let beyond = spans.iter().filter_map(|span| {
        let limit = span.limit.filter(|limit| *limit < span.to.unwrap_or(as_of))?;
        let from = limit.max(span.from);
        let words = format!(
            "{} is recorded beyond its limit, which was at {}. Record what happened then: an extension, another power, or the end of this one.",
            span.basis.words(),
            date_time_long(limit)
        );
        Some(Mark { kind: MarkKind::BeyondLimit, from, to: span.to, words })
    });
    beyond.collect()
}
