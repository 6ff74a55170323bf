//! How events are read: one odd value never costs the rest, and what was not meant is told.

use throughline_clocks::{Answer, Events, State, clocks};
use throughline_domain::time::Instant;

/// Read with arrival at 09:00 on 2 March 2026 and worked out an hour later.
fn answer(fields: &str) -> Answer {
    let text = format!(r#"{{"arrived_station_at": "2026-03-02T09:00:00Z", {fields}}}"#);
    clocks(&Events::read(&text).unwrap_or_else(|error| panic!("{text}: {error}")), at("2026-03-02T10:00:00Z"))
}

fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

fn error(text: &str) -> String {
    Events::read(text).unwrap_err().to_string()
}

#[test]
fn null_is_an_empty_list() {
    for field in ["reviews_held", "excluded", "warrants", "sections", "charges"] {
        let answer = answer(&format!(r#""{field}": null"#));
        assert_eq!(answer.clock("pace_24h").unwrap().state, State::Running, "{field}");
    }
}

#[test]
fn hours_that_cannot_be_meant_are_told_and_left_out() {
    for hours in ["0", "-1", "0.001", "5000"] {
        let extended =
            answer(&format!(r#""s136_arrived_at": "2026-03-02T09:30:00Z", "s136_extension_hours": {hours}"#));
        assert_eq!(extended.clock("s136_24h").unwrap().state, State::Running, "{hours}");
        assert_eq!(extended.clock("s136_extended").unwrap().state, State::NotInForce, "{hours}");
        let said = format!("s136_extension_hours is recorded as {hours} hours");
        assert!(extended.notices.iter().any(|notice| notice.contains(&said)), "{:?}", extended.notices);
        let warrant = answer(&format!(r#""warrants": [{{"granted_at": "2026-03-02T09:30:00Z", "hours": {hours}}}]"#));
        assert!(warrant.clock("pace_warrant").is_none(), "{hours}");
        let said = format!("A warrant is recorded for {hours} hours");
        assert!(warrant.notices.iter().any(|notice| notice.contains(&said)), "{:?}", warrant.notices);
    }
}

#[test]
fn what_cannot_be_read_is_refused_by_the_name_of_its_field() {
    assert!(error(r#"{"arrested_at": "soon"}"#).starts_with("arrested_at: "));
    assert!(error(r#"{"released_at": "2026-03-02T09:00:00Z", "reviews_held": 3}"#).starts_with("reviews_held: "));
    assert!(error(r#"{"arived_station_at": null}"#).contains("unknown field `arived_station_at`"));
    assert!(error(r#"{"s136_extension_hours": "12"}"#).starts_with("s136_extension_hours: "));
    assert!(error("[]").contains("expected an object"));
    assert!(error(r#"["2026-03-02T09:00:00Z"]"#).contains("expected an object"));
    assert!(error("{").contains("EOF"));
    let twice = r#"{"released_at": "2026-03-02T09:00:00Z", "released_at": "2026-03-02T11:00:00Z"}"#;
    assert!(error(twice).contains("`released_at` is given twice"), "{}", error(twice));
}

#[test]
fn a_byte_order_mark_is_no_fault() {
    assert_eq!(Events::read("\u{feff}{}").unwrap(), Events::default());
}
