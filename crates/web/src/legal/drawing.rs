//! The legal timeline as bars: one lane for each basis, all on one scale, drawn by the server.

use chrono::NaiveDate;
use minijinja::{Value, context};
use throughline_clocks::{Basis, Mark, MarkKind, Span, Timeline};
use throughline_domain::time::{Instant, london_date, london_day};

/// The whole length, in units of the drawing.
const WIDTH: f64 = 1000.0;
/// What is short is still seen.
const LEAST: f64 = 6.0;
/// More midnights than this would be a grey wall.
const MOST_MIDNIGHTS: usize = 15;

/// The lanes of a timeline, its scale, and the rows of the table that says the same; nothing when there is nothing
/// to draw.
pub(super) fn drawing(timeline: &Timeline) -> Option<Value> {
    let first = timeline.spans.iter().map(|span| span.from).min()?;
    let scale = Scale { from: first, to: timeline.as_of };
    let mut lanes: Vec<(String, &str, Vec<Value>)> = Vec::new();
    for span in &timeline.spans {
        let bar = scale.bar(span.from, span.to);
        lane(&mut lanes, span.basis.words(), tone(span.basis), bar);
    }
    for mark in timeline.marks.iter().filter(|mark| mark.kind != MarkKind::BeyondLimit) {
        let (words, tone) = if mark.kind == MarkKind::Gap { ("Gap", "gap") } else { ("Overlap", "overlap") };
        lane(&mut lanes, words, tone, scale.bar(mark.from, mark.to));
    }
    let lanes: Vec<Value> = lanes.into_iter().map(|(words, tone, bars)| context! { words, tone, bars }).collect();
    Some(
        context! { from => first, to => timeline.as_of, lanes, midnights => scale.midnights(), rows => rows(timeline) },
    )
}

fn lane(lanes: &mut Vec<(String, &'static str, Vec<Value>)>, words: &str, tone: &'static str, bar: Value) {
    match lanes.iter_mut().find(|(known, _, _)| known == words) {
        Some((_, _, bars)) => bars.push(bar),
        None => lanes.push((words.to_owned(), tone, vec![bar])),
    }
}

fn tone(basis: Basis) -> &'static str {
    match basis {
        Basis::Police | Basis::Charged | Basis::Remanded => "custody",
        Basis::S136 | Basis::S135 | Basis::Section(_) => "hospital",
        Basis::Bail | Basis::UnderInvestigation | Basis::Liberty => "free",
    }
}

struct Scale {
    from: Instant,
    to: Instant,
}

impl Scale {
    fn place(&self, at: Instant) -> f64 {
        let whole = (self.to - self.from).num_seconds().max(60);
        let part = (at - self.from).num_seconds().clamp(0, whole);
        let place = part as f64 / whole as f64 * WIDTH;
        (place * 10.0).round() / 10.0
    }

    fn bar(&self, from: Instant, to: Option<Instant>) -> Value {
        let x = self.place(from).min(WIDTH - LEAST);
        let end = to.map_or(WIDTH, |to| self.place(to));
        context! { x, width => (end - x).max(LEAST), lasts => to.is_none() }
    }

    fn midnights(&self) -> Vec<f64> {
        let days = std::iter::successors(Some(london_date(self.from)), NaiveDate::succ_opt);
        let starts = days.map(|day| london_day(day).1).take_while(|midnight| *midnight < self.to);
        let places: Vec<f64> = starts.take(MOST_MIDNIGHTS + 1).map(|midnight| self.place(midnight)).collect();
        if places.len() > MOST_MIDNIGHTS { Vec::new() } else { places }
    }
}

/// The rows of the table: every basis, and between them every gap and overlap.
fn rows(timeline: &Timeline) -> Vec<Value> {
    let mut rows: Vec<(Instant, Value)> = timeline.spans.iter().map(|span| (span.from, span_row(span))).collect();
    let marks = timeline.marks.iter().filter(|mark| mark.kind != MarkKind::BeyondLimit);
    rows.extend(marks.map(|mark| (mark.from, mark_row(mark))));
    rows.sort_by_key(|(from, _)| *from);
    rows.into_iter().map(|(_, row)| row).collect()
}

fn span_row(span: &Span) -> Value {
    context! {
        words => span.basis.words(), from => span.from, to => span.to, limit => span.limit, held => span.basis.is_held(),
        began_by => span.began_by.label(), origin => span.origin.label(),
    }
}

fn mark_row(mark: &Mark) -> Value {
    let words = match mark.kind {
        MarkKind::Overlap => "Overlap: more than one power",
        MarkKind::Gap | MarkKind::BeyondLimit => "Gap: nothing recorded",
    };
    context! { words, from => mark.from, to => mark.to, is_mark => true }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Duration;
    use serde_json::json;
    use throughline_clocks::{clocks, events_of, timeline};
    use throughline_domain::legal::{Detail, LegalEvent, LegalEventKind, Origin};

    fn at(hours: i64) -> Instant {
        "2026-11-10T10:00:00Z".parse::<Instant>().unwrap() + Duration::hours(hours)
    }

    fn drawn(events: &[(LegalEventKind, i64)], now: i64) -> serde_json::Value {
        let event = |(kind, hour): &(LegalEventKind, i64)| LegalEvent {
            kind: *kind,
            at: at(*hour),
            detail: Detail::None,
            origin: Origin::Recorded,
        };
        let known: Vec<LegalEvent> = events.iter().map(event).collect();
        let timeline = timeline(&known, &clocks(&events_of(&known), at(now)), at(now));
        serde_json::to_value(drawing(&timeline)).unwrap()
    }

    #[test]
    fn a_lane_for_each_basis_and_one_for_gaps_on_one_scale() {
        let drawn = drawn(
            &[
                (LegalEventKind::Arrested, 0),
                (LegalEventKind::PoliceDetentionEnded, 10),
                (LegalEventKind::S136Arrived, 15),
            ],
            20,
        );
        let lanes = drawn["lanes"].as_array().unwrap();
        let bar = |lane: usize| {
            let (one, bar) = (&lanes[lane], &lanes[lane]["bars"][0]);
            json!([one["words"], bar["x"], bar["width"]])
        };
        assert_eq!(bar(0), json!(["Police detention", 0.0, 500.0]));
        assert_eq!(bar(1), json!(["Section 136", 750.0, 250.0]));
        assert_eq!(bar(2), json!(["Gap", 500.0, 250.0]));
        assert_eq!(drawn["rows"].as_array().unwrap().len(), 3, "the table says the same");
        assert_eq!(drawn["midnights"].as_array().unwrap().len(), 1);
    }

    #[test]
    fn what_is_short_is_seen_and_what_is_long_has_no_wall_of_midnights() {
        let drawn = drawn(&[(LegalEventKind::Arrested, 0), (LegalEventKind::Released, 1)], 24 * 365);
        assert!(drawn["lanes"][0]["bars"][0]["width"].as_f64().unwrap() >= LEAST);
        assert_eq!(drawn["midnights"].as_array().unwrap().len(), 0);
        assert!(
            serde_json::to_value(drawing(&Timeline { spans: vec![], marks: vec![], as_of: at(0) })).unwrap().is_null()
        );
    }

    #[test]
    fn what_has_just_begun_is_drawn() {
        let drawn = drawn(&[(LegalEventKind::Arrested, 0)], 0);
        assert_eq!(drawn["lanes"][0]["bars"][0]["width"], json!(WIDTH));
    }
}
