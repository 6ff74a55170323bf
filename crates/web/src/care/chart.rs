//! A line chart of totals, drawn by the server: a true axis of time, bands as quiet bands, one mark a total.

use minijinja::{Value, context};
use throughline_domain::time::{Instant, date_short, london_date};
use throughline_forms::Band;
use throughline_forms::over_time::Run;

/// The drawing's own units; the page scales it.
const WIDTH: f64 = 400.0;
const HEIGHT: f64 = 230.0;
const LEFT: f64 = 30.0;
const RIGHT: f64 = 14.0;
const TOP: f64 = 14.0;
const BOTTOM: f64 = 30.0;

/// The room at the right that the names of the bands have for themselves: no mark comes there.
const NAMES: f64 = 118.0;

/// The least height of a band that has room for its name.
const ROOM_FOR_A_NAME: f64 = 14.0;

/// The most marks of which each has its total beside it.
const MOST_NUMBERS: usize = 12;

/// Where things are: totals upwards from `BOTTOM`, instants from `LEFT` on.
struct Scale {
    first: Instant,
    last: Instant,
    highest: i32,
}

impl Scale {
    fn of(run: &Run<'_>) -> Option<Self> {
        let (first, last) = (run.points.first()?, run.points.last()?);
        let highest = run.points.iter().map(|point| point.out_of.max(point.total)).max()?;
        Some(Self { first: first.at, last: last.at, highest: highest.max(1) })
    }

    fn x(&self, at: Instant) -> f64 {
        let (whole, part) = ((self.last - self.first).num_seconds(), (at - self.first).num_seconds());
        let share = if whole == 0 { 0.5 } else { seconds(part) / seconds(whole) };
        let (from, to) = (LEFT + 14.0, WIDTH - RIGHT - NAMES);
        from + share * (to - from)
    }

    fn y(&self, total: f64) -> f64 {
        let room = HEIGHT - TOP - BOTTOM;
        TOP + room * (1.0 - total / f64::from(self.highest))
    }
}

fn seconds(span: i64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a few centuries of seconds are exact")]
    let seconds = span as f64;
    seconds
}

fn places(number: f64) -> String {
    format!("{number:.1}")
}

/// The drawing of a run, for `care/scores.html`; `None` when there is nothing to draw.
pub(super) fn chart(title: &str, run: &Run<'_>) -> Option<Value> {
    let scale = Scale::of(run)?;
    let marks = run.points.iter().map(|point| {
        context! {
            x => places(scale.x(point.at)),
            y => places(scale.y(f64::from(point.total))),
            number => (run.points.len() <= MOST_NUMBERS).then_some(point.total),
            number_y => places(scale.y(f64::from(point.total)) - 9.0),
            prorated => point.prorated,
        }
    });
    let line =
        run.points.iter().map(|point| format!("{:.1},{:.1}", scale.x(point.at), scale.y(f64::from(point.total))));
    Some(context! {
        width => WIDTH,
        height => HEIGHT,
        left => LEFT,
        right => WIDTH - RIGHT,
        base => HEIGHT - BOTTOM,
        words => in_words(title, run),
        bands => run.bands().iter().zip(0..).map(|(band, number)| band_value(&scale, band, number)).collect::<Vec<_>>(),
        line => line.collect::<Vec<_>>().join(" "),
        marks => marks.collect::<Vec<_>>(),
        zero_y => places(scale.y(0.0) + 4.0),
        highest => scale.highest,
        highest_y => places(scale.y(f64::from(scale.highest)) + 4.0),
        first => date_short(london_date(scale.first)),
        last => (scale.last != scale.first).then(|| date_short(london_date(scale.last))),
        last_x => places(scale.x(scale.last)),
        first_x => places(if scale.last == scale.first { scale.x(scale.first) } else { LEFT }),
    })
}

/// A band reaches up to where the next one begins.
fn band_value(scale: &Scale, band: &Band, number: usize) -> Value {
    let top = scale.y(f64::from(band.to + 1).min(f64::from(scale.highest)));
    let height = scale.y(f64::from(band.from)) - top;
    context! {
        y => places(top),
        height => places(height.max(0.0)),
        is_odd => number % 2 == 1,
        label => (height >= ROOM_FOR_A_NAME).then_some(&band.label),
        label_y => places(top + 11.0),
    }
}

/// What the drawing shows, for who does not see it.
fn in_words(title: &str, run: &Run<'_>) -> String {
    let said = |point: &throughline_forms::over_time::Point| {
        format!("{} ({}) on {}", point.total, point.band, date_short(london_date(point.at)))
    };
    let ends = (run.points.first().map(said), run.points.last().map(said));
    match (run.points.len(), ends) {
        (1, (Some(one), _)) => format!("{title}: one total, {one}"),
        (count, (Some(first), Some(last))) => {
            format!("{title}: {count} totals, from {first} to {last}. The table below has each")
        }
        _ => title.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{Duration, TimeZone};
    use throughline_forms::catalogue;
    use throughline_forms::over_time::Point;

    fn run(points: &[(i64, i32)]) -> Run<'static> {
        let start = chrono::Utc.with_ymd_and_hms(2026, 9, 1, 9, 0, 0).unwrap();
        let point = |(day, total): &(i64, i32)| Point {
            at: start + Duration::days(*day),
            version: 1,
            total: *total,
            out_of: 27,
            band: "Mild".into(),
            prorated: false,
        };
        Run { points: points.iter().map(point).collect(), scoring: catalogue().get("phq9").unwrap().scoring.as_ref() }
    }

    #[test]
    fn time_is_drawn_as_long_as_it_was() {
        let run = run(&[(0, 12), (10, 9), (40, 5)]);
        let scale = Scale::of(&run).unwrap();
        let at: Vec<f64> = run.points.iter().map(|point| scale.x(point.at)).collect();
        let (early, whole) = (at[1] - at[0], at[2] - at[0]);
        assert!((early / whole - 0.25).abs() < 1e-9, "ten days of forty are a quarter");
        assert!(scale.y(12.0) < scale.y(5.0), "a higher total stands higher");
        assert!((scale.y(27.0) - TOP).abs() < 1e-9);
        assert!(at[2] <= WIDTH - RIGHT - NAMES, "no mark stands on the name of a band");
    }

    #[test]
    fn bands_stand_on_each_other_without_a_gap() {
        let run = run(&[(0, 12), (10, 9)]);
        let scale = Scale::of(&run).unwrap();
        let drawn: Vec<(f64, f64)> = run
            .bands()
            .iter()
            .map(|band| {
                let value = band_value(&scale, band, 0);
                let number = |key: &str| value.get_attr(key).unwrap().to_string().parse::<f64>().unwrap();
                (number("y"), number("height"))
            })
            .collect();
        for pair in drawn.windows(2) {
            assert!((pair[1].0 + pair[1].1 - pair[0].0).abs() < 0.15, "{pair:?}");
        }
    }

    #[test]
    fn one_total_is_drawn_and_told() {
        let run = run(&[(0, 12)]);
        assert_eq!(in_words("PHQ-9", &run), "PHQ-9: one total, 12 (Mild) on 1 Sep 2026");
        assert!(chart("PHQ-9", &run).is_some());
        assert!(chart("PHQ-9", &Run { points: vec![], scoring: None }).is_none());
    }
}
