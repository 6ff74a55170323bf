//! A legal event as it was typed, and what is wrong with it, field by field.

use crate::{Errors, Fields};
use chrono::Duration;
use throughline_domain::ids::LegalEventId;
use throughline_domain::legal::{Allocation, Asks, Charge, DecidedBy, Detail, LegalEventKind, MhaSection};
use throughline_domain::moment::{is_twice, parse_moment};
use throughline_domain::time::{Instant, date_time_long};
use throughline_store::legal::NewLegalEvent;
use uuid::Uuid;

/// Nothing of an episode happened longer ago.
const MOST_YEARS_BACK: i64 = 10;

/// The longest length that is meant: a warrant is for 36 hours, an extension for 12.
const MOST_HOURS: f64 = 96.0;

/// The event that a form says, with what is wrong in `errors`.
pub(super) fn read(fields: &Fields, now: Instant, errors: &mut Errors) -> Option<NewLegalEvent> {
    let kind = LegalEventKind::from_code(fields.text("kind"));
    if kind.is_none() {
        errors.add("kind", "Choose what happened");
    }
    let at = moment(fields, "at", now, errors).filter(|at| happened("at", *at, now, errors));
    let detail = kind.and_then(|kind| detail(fields, kind, at, now, errors));
    let decided_by = DecidedBy::from_code(fields.text("decided_by"));
    if decided_by.is_none() && fields.given("decided_by").is_some() {
        errors.add("decided_by", "Choose who decided from the list");
    }
    let (kind, at, detail) = (kind?, at?, detail?);
    errors.is_empty().then(|| NewLegalEvent {
        id: LegalEventId::new(Uuid::now_v7()),
        kind,
        at,
        detail,
        decided_by: decided_by.or(kind.decider()),
        decider_name: fields.text("decider_name").to_owned(),
        note: fields.text("note").to_owned(),
        replaces: None,
    })
}

fn moment(fields: &Fields, name: &'static str, now: Instant, errors: &mut Errors) -> Option<Instant> {
    let text = fields.text(name);
    let at = parse_moment(text, now).map_err(|error| errors.add(name, error.to_string())).ok()?;
    if is_twice(text, at) {
        errors.add(
            name,
            "Clocks went back that night and showed this time twice: add BST for the first time or GMT for the second",
        );
        return None;
    }
    Some(at)
}

fn happened(name: &'static str, at: Instant, now: Instant, errors: &mut Errors) -> bool {
    if at > now {
        errors.add(name, format!("{} lies ahead: record it when it has happened", date_time_long(at)));
        return false;
    }
    if at < now - Duration::days(MOST_YEARS_BACK * 366) {
        errors.add(name, format!("{} is more than ten years ago: check the year", date_time_long(at)));
        return false;
    }
    true
}

fn detail(
    fields: &Fields,
    kind: LegalEventKind,
    at: Option<Instant>,
    now: Instant,
    errors: &mut Errors,
) -> Option<Detail> {
    match kind.asks() {
        Asks::Nothing => Some(Detail::None),
        Asks::End => end(fields, at, now, errors),
        Asks::Hours => hours(fields, errors).map(Detail::Minutes),
        Asks::Section => {
            let section = MhaSection::from_code(fields.text("section"));
            if section.is_none() {
                errors.add("section", "Choose the section");
            }
            section.map(Detail::Section)
        }
        Asks::Charge => charge(fields, at, now, errors).map(Detail::Charge),
    }
}

fn end(fields: &Fields, at: Option<Instant>, now: Instant, errors: &mut Errors) -> Option<Detail> {
    if fields.given("end").is_none() {
        return Some(Detail::End(None));
    }
    let end = moment(fields, "end", now, errors).filter(|end| happened("end", *end, now, errors))?;
    if at.is_some_and(|at| end <= at) {
        errors.add("end", "It must end after it began: check both times");
        return None;
    }
    Some(Detail::End(Some(end)))
}

fn hours(fields: &Fields, errors: &mut Errors) -> Option<u32> {
    let typed = fields.given("hours").map(|text| text.replace(',', "."));
    let hours = typed.and_then(|text| text.parse::<f64>().ok()).filter(|hours| *hours > 0.0 && *hours <= MOST_HOURS);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "above 0 and at most 96 hours")]
    let minutes = hours.map(|hours| (hours * 60.0).round() as u32).filter(|minutes| *minutes > 0);
    if minutes.is_none() {
        errors.add("hours", "Enter for how many hours, like 12 or 7.5");
    }
    minutes
}

fn charge(fields: &Fields, at: Option<Instant>, now: Instant, errors: &mut Errors) -> Option<Charge> {
    let mut first_appearance = None;
    if fields.given("first_appearance").is_some() {
        let first = moment(fields, "first_appearance", now, errors)?;
        if at.is_some_and(|at| first < at) {
            errors.add("first_appearance", "The first appearance comes after the charge: check both times");
            return None;
        }
        first_appearance = Some(first);
    }
    let allocation = Allocation::from_code(fields.text("allocation"));
    Some(Charge { offence: fields.text("offence").trim().to_owned(), allocation, first_appearance })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(pairs: &[(&str, &str)]) -> Result<NewLegalEvent, serde_json::Value> {
        let now = "2026-11-26T14:30:00Z".parse().unwrap();
        let mut errors = Errors::default();
        let fields: Fields = pairs.iter().copied().collect();
        read(&fields, now, &mut errors).ok_or_else(|| serde_json::to_value(errors.by_field()).unwrap())
    }

    fn wrong(pairs: &[(&str, &str)], field: &str) -> String {
        typed(pairs).unwrap_err()[field].as_str().unwrap_or_else(|| panic!("nothing is said at {field}")).to_owned()
    }

    #[test]
    fn a_review_typed_at_the_desk_is_four_digits() {
        let event = typed(&[("kind", "review_held"), ("at", "0930"), ("note", " as told ")]).unwrap();
        assert_eq!(event.at, "2026-11-26T09:30:00Z".parse::<Instant>().unwrap());
        assert_eq!(event.decided_by, Some(DecidedBy::Inspector), "who decides as a rule, when nobody says");
        assert_eq!(event.note, " as told ");
    }

    #[test]
    fn what_an_event_asks_for_is_asked_and_nothing_else_is() {
        assert!(wrong(&[("kind", "warrant"), ("at", "0930")], "hours").contains("for how many hours"));
        assert!(wrong(&[("kind", "section_began"), ("at", "0930"), ("section", "s99")], "section").contains("Choose"));
        let event = typed(&[("kind", "s136_extended"), ("at", "0930"), ("hours", "7,5"), ("section", "s2")]).unwrap();
        assert_eq!(event.detail, Detail::Minutes(450));
        for hours in ["0", "-1", "97", "NaN", "a lot", "0.0001"] {
            assert!(
                wrong(&[("kind", "warrant"), ("at", "0930"), ("hours", hours)], "hours").contains("like 12"),
                "{hours}"
            );
        }
    }

    #[test]
    fn excluded_time_ends_after_it_began_or_goes_on() {
        let hospital = [("kind", "excluded_time"), ("at", "0930")];
        assert_eq!(typed(&hospital).unwrap().detail, Detail::End(None));
        assert!(wrong(&[&hospital[..], &[("end", "0900")]].concat(), "end").contains("end after it began"));
        let ended = typed(&[&hospital[..], &[("end", "11:00")]].concat()).unwrap();
        assert_eq!(ended.detail, Detail::End(Some("2026-11-26T11:00:00Z".parse().unwrap())));
    }

    #[test]
    fn a_first_appearance_may_lie_ahead_and_an_event_may_not() {
        let charged =
            [("kind", "charged"), ("at", "0930"), ("first_appearance", "27/11 10:00"), ("allocation", "crown")];
        let Detail::Charge(charge) = typed(&charged).unwrap().detail else { panic!("a charge") };
        assert_eq!(charge.allocation, Some(Allocation::Crown));
        assert!(wrong(&[("kind", "arrested"), ("at", "27/11 10:00")], "at").contains("lies ahead"));
        assert!(wrong(&[("kind", "arrested"), ("at", "1/1/2010 10:00")], "at").contains("check the year"));
        assert!(
            wrong(&[("kind", "charged"), ("at", "0930"), ("first_appearance", "25/11 10:00")], "first_appearance")
                .contains("after the charge")
        );
    }

    #[test]
    fn everything_that_is_wrong_is_said_at_once() {
        let said = typed(&[]).unwrap_err();
        assert!(said["kind"].is_string() && said["at"].is_string());
        let twice = wrong(&[("kind", "arrested"), ("at", "25/10 0130")], "at");
        assert!(twice.contains("add BST"), "{twice}");
        assert!(typed(&[("kind", "arrested"), ("at", "25/10 0130 GMT")]).is_ok());
    }
}
