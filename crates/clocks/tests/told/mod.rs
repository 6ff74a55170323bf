//! Legal events in a few words.
#![allow(dead_code, reason = "each test file uses its own part")]

use chrono::Duration;
use throughline_domain::legal::{Detail, LegalEvent, LegalEventKind, Origin};
use throughline_domain::time::{Instant, from_london};

pub fn london(text: &str) -> Instant {
    from_london(chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap())
}

/// So many minutes into 10 November 2026.
pub fn at(minutes: i64) -> Instant {
    london("2026-11-10 00:00") + Duration::minutes(minutes)
}

pub fn event(kind: LegalEventKind, at: &str) -> LegalEvent {
    with(kind, at, Detail::None)
}

pub fn with(kind: LegalEventKind, at: &str, detail: Detail) -> LegalEvent {
    LegalEvent { kind, at: london(at), detail, origin: Origin::Recorded }
}
