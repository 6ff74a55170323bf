//! Hearing events of Common Platform: confirmed or updated, resulted, deleted.

use chrono::{NaiveDate, TimeZone, Utc};
use serde_json::{Value, json};
use throughline_domain::{name::Name, time::Instant};
use throughline_lists::{
    Change, Entry, HearingEvent, ListNotice, Notice, Position, ReadError, Reading, SetAsideReason, Sex, diff, facts,
    read,
};

const RESULTED: &str = include_str!("samples/hearing-resulted.json");
const ID: &str = "11111111-0000-4000-8000-000000000001";

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 26).unwrap()
}

fn at(day: u32, hour: u32) -> Instant {
    Utc.with_ymd_and_hms(2026, 3, day, hour, 0, 0).unwrap()
}

fn reading(text: &str) -> Reading {
    let reading = read(text.as_bytes(), today()).unwrap();
    assert!(reading.accounts_for_every_row());
    reading
}

fn document() -> Value {
    serde_json::from_str(RESULTED).unwrap()
}

/// The event in the envelope of a notification, perhaps inside that of a queue.
fn in_envelope(event: &Value, attributes: &Value) -> String {
    let sent = "2026-03-26T13:00:00Z";
    json!({"Type": "Notification", "Message": event.to_string(), "Timestamp": sent, "MessageAttributes": attributes})
        .to_string()
}

mod of_defendants {
    use super::*;

    #[test]
    fn gives_each_person_with_everything_that_matters() {
        let reading = reading(RESULTED);
        assert_eq!((reading.format.as_ref(), reading.list_date), ("common-platform-hearing", Some(today())));
        assert_eq!(reading.title, "Hearing for Ferrybridge Magistrates' Court");
        let ada = &reading.entries[0];
        assert_eq!(ada.name.formal(), "MARSH, Ada Mary");
        assert_eq!(ada.aliases, [Name::new("Adie", "Rowe"), Name::new("", "Marsh Trading")]);
        assert_eq!((ada.date_of_birth, ada.sex), (NaiveDate::from_ymd_opt(1991, 2, 14), Some(Sex::Female)));
        assert_eq!((ada.address.as_deref(), ada.postcode.as_deref()), (Some("Flat 2, 9 Quay Lane"), Some("ZZ1 1AA")));
        assert_eq!(ada.ethnicity.as_deref(), Some("White British"));
        assert_eq!(ada.interpreter.as_deref(), Some("Polish"));
        assert_eq!((ada.asn.as_deref(), ada.pnc.as_deref()), (Some("TFL1"), None));
        assert_eq!(ada.court_house.as_deref(), Some("Ferrybridge Magistrates' Court"));
        assert_eq!((ada.court_code.as_deref(), ada.court_room.as_deref()), (Some("B99ZZ00"), Some("Courtroom 05")));
        assert_eq!((ada.urn.as_deref(), ada.hearing_type.as_deref()), (Some("01FR0007126"), Some("First hearing")));
        assert_eq!((ada.master_defendant_id.as_deref(), ada.offences.len()), (Some("m-ada"), 2));
        assert_eq!((ada.in_custody, ada.bail_status.as_deref()), (true, Some("Custody or remanded into custody")));
        let notes = "Specific requirements: Hearing loop\nDisability: Hard of hearing\nLanguage: WELSH\nBail conditions: Not to contact the shop\nCustody time limit: 2026-05-21\nResults: Remanded in custody; Legal aid granted";
        assert_eq!(ada.notes.as_deref(), Some(notes));
        assert!(facts(ada).contains(&("Also known as", "ROWE, Adie; MARSH TRADING".to_owned())));
    }

    #[test]
    fn tells_of_all_the_days_and_sits_at_the_first() {
        let reading = reading(RESULTED);
        for entry in &reading.entries {
            assert_eq!(entry.sitting_at, Some(at(26, 9)));
        }
        let several = Notice::SeveralHearingDays(vec![at(26, 9), at(27, 10)]);
        let text = "This hearing has 2 days: 26 March 2026 at 09:00; 27 March 2026 at 10:00";
        assert_eq!(several.to_string(), text);
        let unreadable = Notice::UnreadableTime { column: "Sitting day".into(), text: "some day".into() };
        let cancelled = Notice::CancelledHearingDays(vec![at(30, 9)]);
        let wanted = [Notice::InCustody, Notice::ReportingRestriction, several, cancelled, unreadable];
        assert_eq!(reading.entries[0].notices, wanted);
    }

    #[test]
    fn carries_the_restrictions_of_the_hearing_and_of_the_offences() {
        let reading = reading(RESULTED);
        let restriction = reading.entries[0].reporting_restriction.as_deref().unwrap();
        let lines: Vec<&str> = restriction.lines().collect();
        assert_eq!(lines[..2], ["Section 45 order", "Do not name the shop"]);
        assert!(lines[2].contains("no details"));
        assert_eq!(reading.entries[1].reporting_restriction.as_deref(), Some("Section 45 order"));
    }

    #[test]
    fn takes_a_judged_year_for_want_of_a_date_and_reads_both_spellings_of_an_unknown_gender() {
        let reading = reading(RESULTED);
        let (tom, sam, nobody) = (&reading.entries[1], &reading.entries[2], &reading.entries[3]);
        assert_eq!((tom.perceived_birth_year, tom.sex, tom.youth), (Some(1984), None, false));
        assert_eq!(tom.notices[..2], [Notice::NoDateOfBirth, Notice::PerceivedBirthYear(1984)]);
        assert_eq!((tom.in_custody, tom.bail_status.as_deref()), (false, Some("Conditional Bail")));
        assert_eq!((sam.sex, sam.youth, sam.perceived_birth_year), (None, true, Some(2011)));
        assert!(!sam.notices.iter().any(|notice| matches!(notice, Notice::UnreadableSex(_))));
        assert_eq!(nobody.notices[..2], [Notice::NoName, Notice::NoDateOfBirth]);
        let mut judged = document();
        judged["hearing"].as_object_mut().unwrap().remove("defendantHearingYouthMarkers");
        let sam = &super::reading(&judged.to_string()).entries[2];
        assert!(sam.youth && sam.notices.contains(&Notice::Youth));
    }

    #[test]
    fn keeps_what_is_said_of_each_with_them_alone() {
        let reading = reading(RESULTED);
        let (ada, tom) = (&reading.entries[0].verbatim, &reading.entries[1].verbatim);
        assert_eq!(ada["defendant"]["aliases"][0]["lastName"], "Rowe");
        assert_eq!(ada["hearing"]["defendantAttendance"], json!([document()["hearing"]["defendantAttendance"][0]]));
        assert_eq!(ada["prosecutionCase"]["initiationCode"], "C");
        assert!(ada["hearing"]["prosecutionCases"].is_null() && ada["prosecutionCase"]["defendants"].is_null());
        assert!(!tom.to_string().contains("Legal aid granted") && !tom.to_string().contains("d-ada"));
    }
}

mod of_other_parties {
    use super::*;

    #[test]
    fn counts_organisations_applicants_and_respondents_without_making_work_of_them() {
        let reading = reading(RESULTED);
        let set_aside: Vec<_> = reading.set_aside.iter().map(|row| (row.name.as_str(), row.reason.clone())).collect();
        let other = |role: &str| SetAsideReason::OtherParty(role.into());
        let wanted = [
            ("Quayside Haulage Ltd", SetAsideReason::Organisation),
            ("Ferrybridge Constabulary", SetAsideReason::ProsecutingAuthority),
            ("Eva Vane", other("respondent")),
            ("Ferrybridge Housing", other("third party")),
        ];
        assert_eq!(set_aside, wanted);
        assert_eq!(
            (reading.rows_in, reading.entries.len(), reading.further.len(), reading.rejected.len()),
            (11, 5, 1, 1)
        );
        assert_eq!(reading.organisations(), 1);
        let nobody = |reference: &str| ListNotice::CaseWithoutParties(reference.into());
        assert_eq!(reading.notices, [nobody("FCC-77"), nobody("app-2")]);
    }

    #[test]
    fn makes_one_entry_of_a_subject_who_applies() {
        let reading = reading(RESULTED);
        let subject = &reading.entries[4];
        assert_eq!((subject.urn.as_deref(), subject.asn.as_deref()), (Some("APP-92"), Some("ASN-2")));
        let notes = "Application to vary conditions of bail: Curfew hours\nResults: Granted; Legal aid granted";
        assert_eq!(subject.notes.as_deref(), Some(notes));
        assert_eq!(subject.verbatim["applicant[0]"]["id"], "p-1");
        assert!(subject.notices.contains(&Notice::NotAPnc("PNC-ID1".into())));
        assert!(matches!(subject.notices.last(), Some(Notice::DuplicateInList(Position::Path { ordinal: 1, .. }))));
        let mut another = document();
        another["hearing"]["courtApplications"][0]["applicant"] =
            json!({"id": "p-9", "personDetails": {"lastName": "Ferris"}});
        let another = super::reading(&another.to_string());
        assert!(another.set_aside.iter().any(|row| row.name == "Ferris"));
        assert_eq!(another.further, []);
    }

    #[test]
    fn the_id_across_cases_tells_of_one_person_without_a_date_of_birth() {
        let mut twice = document();
        twice["hearing"]["prosecutionCases"][0]["defendants"][2]["masterDefendantId"] = json!("M-TOM");
        let twice = reading(&twice.to_string());
        assert!(matches!(
            twice.entries[2].notices.last(),
            Some(Notice::DuplicateInList(Position::Path { ordinal: 2, .. }))
        ));
    }
}

mod an_event {
    use super::*;

    #[test]
    fn says_what_happened_to_which_hearing() {
        let hearing_id = || Some(ID.to_owned());
        let resulted = reading(RESULTED);
        assert_eq!(resulted.event, Some(HearingEvent::Resulted { hearing_id: hearing_id() }));
        assert_eq!(resulted.published_at.unwrap().to_rfc3339(), "2026-03-26T12:38:02.191+00:00");
        let mut confirmed = document();
        confirmed.as_object_mut().unwrap().remove("sharedTime");
        confirmed["hearing"]["hasSharedResults"] = json!(false);
        let updated = HearingEvent::ConfirmedOrUpdated { hearing_id: hearing_id() };
        assert_eq!(reading(&confirmed.to_string()).event, Some(updated.clone()));
        assert_eq!(reading(&confirmed["hearing"].to_string()).event, Some(updated.clone()));
        let said = |what: &str| json!({"hearingEventType": {"Type": "String", "Value": what}});
        assert_eq!(reading(&in_envelope(&confirmed, &said("ConfirmedOrUpdated"))).event, Some(updated.clone()));
        assert_eq!(reading(&in_envelope(&document(), &said("ConfirmedOrUpdated"))).event, Some(updated));
        assert_eq!(reading(&in_envelope(&confirmed, &said("Resulted"))).event, resulted.event);
        assert_eq!(reading(&in_envelope(&document(), &json!({"eventType": "some event type"}))).event, resulted.event);
    }

    #[test]
    fn is_the_same_in_its_envelopes() {
        let plain = reading(RESULTED);
        let notified = in_envelope(&document(), &json!({}));
        let queued = json!({"MessageId": "m", "Body": notified}).to_string();
        for sealed in [notified.as_str(), &queued] {
            let opened = reading(sealed);
            assert_eq!((&opened.entries, &opened.set_aside), (&plain.entries, &plain.set_aside));
            assert_eq!(opened.published_at, Some(at(26, 13)));
        }
    }

    #[test]
    fn that_deletes_a_hearing_says_which_and_has_no_rows() {
        let deleted = HearingEvent::Deleted { hearing_id: ID.to_owned() };
        let attributes = json!({"hearingEventType": {"Type": "String", "Value": "Deleted"}});
        for text in [
            in_envelope(&document(), &attributes),
            in_envelope(&json!({"hearingId": ID}), &attributes),
            in_envelope(&json!({"id": ID}), &attributes),
            json!({"hearingEventType": "Deleted", "hearing": {"id": ID}}).to_string(),
            json!({"eventType": "DELETED", "hearingId": ID}).to_string(),
        ] {
            let reading = reading(&text);
            assert_eq!(reading.event.as_ref(), Some(&deleted), "{text}");
            assert_eq!((reading.rows_in, reading.entries.len()), (0, 0));
            assert_eq!(reading.notices, [ListNotice::HearingDeleted(ID.to_owned())]);
            assert_eq!(reading.title, "Hearing deleted");
        }
        assert_eq!(deleted.hearing_id(), Some(ID));
        let stored = serde_json::to_string(&deleted).unwrap();
        assert_eq!(serde_json::from_str::<HearingEvent>(&stored).unwrap(), deleted);
    }

    #[test]
    fn that_deletes_nothing_or_is_cut_short_is_refused_in_words_that_help() {
        let error = |text: &str| read(text.as_bytes(), today()).unwrap_err();
        assert_eq!(error(r#"{"hearingEventType": "Deleted"}"#), ReadError::DeletionOfNothing);
        assert!(error(r#"{"eventType": "Deleted", "hearing": {}}"#).to_string().contains("does not say which"));
        let attributes = json!({"messageType": {"Value": "COMMON_PLATFORM_HEARING"}});
        let cut = json!({"Message": "{\"hearing\": {", "MessageAttributes": attributes}).to_string();
        assert!(matches!(error(&cut), ReadError::BrokenJson { line: 1, .. }));
        for other in [
            r#"{"Message": "Good morning"}"#,
            r#"{"eventType": "Deleted"}"#,
            r#"{"hearing": {"id": "1"}}"#,
            r#"{"courtCentre": {}, "name": "A court"}"#,
        ] {
            assert!(matches!(error(other), ReadError::NotRecognised { .. }), "{other}");
        }
    }

    #[test]
    fn without_an_id_is_read_and_told() {
        let mut unknown = document();
        unknown["hearing"].as_object_mut().unwrap().remove("id");
        let unknown = reading(&unknown.to_string());
        assert!(unknown.notices.contains(&ListNotice::HearingWithoutId));
        assert!(unknown.entries[0].key.starts_with("court:Ferrybridge"));
        assert_eq!(unknown.event.unwrap().hearing_id(), None);
    }

    #[test]
    fn of_nobody_and_of_what_is_said_twice_is_told() {
        let twice = r#"{"hearing": {"id": "h", "jurisdictionType": "CROWN", "courtCentre": {"code": "C99ZZ00"}, "courtCentre": {"name": "Ferrybridge"}}}"#;
        let sealed = json!({"Message": twice}).to_string();
        let repeated = ListNotice::RepeatedKey("courtCentre".into());
        assert_eq!(reading(twice).notices, [ListNotice::NobodyOnIt, repeated.clone()]);
        assert_eq!(reading(&sealed).notices, [repeated, ListNotice::NobodyOnIt]);
        assert_eq!(reading(twice).sites, ["C99ZZ00"]);
    }

    #[test]
    fn sent_again_is_known_by_its_ids_wherever_it_moves() {
        let before = reading(RESULTED).entries;
        let mut moved = document();
        moved["hearing"]["courtCentre"]["roomName"] = json!("Courtroom 09");
        moved["hearing"]["prosecutionCases"][0]["defendants"].as_array_mut().unwrap().swap(0, 1);
        let changes = diff(&before, &reading(&moved.to_string()).entries);
        let Change::Moved { before: 1, now: 0, moves } = &changes[0] else { panic!("{changes:?}") };
        assert_eq!(moves[0].to.court_room.as_deref(), Some("Courtroom 09"));
        assert!(!changes.iter().any(|change| matches!(change, Change::New { .. } | Change::Gone { .. })));
    }

    #[test]
    fn of_a_hearing_that_goes_on_for_days_is_for_the_day_that_is_next() {
        let on = |day| {
            let today = NaiveDate::from_ymd_opt(2026, 3, day).unwrap();
            read(RESULTED.as_bytes(), today).unwrap().entries[0].sitting_at
        };
        assert_eq!([on(20), on(26), on(27), on(31)], [at(26, 9), at(26, 9), at(27, 10), at(27, 10)].map(Some));
    }

    #[test]
    fn in_another_hearing_is_known_by_its_case() {
        let before: Vec<Entry> = reading(RESULTED).entries.drain(..1).collect();
        let mut again = document();
        again["hearing"]["id"] = json!("another");
        again["hearing"]["hearingDays"] = json!([{"sittingDay": "2026-04-01T09:00:00Z"}]);
        let now: Vec<Entry> = reading(&again.to_string()).entries.drain(..1).collect();
        assert!(matches!(diff(&before, &now).as_slice(), [Change::Changed { before: 0, now: 0, .. }]));
    }
}

#[test]
fn words_that_stand_with_each_defendant_cannot_exhaust_the_machine() {
    let long = "a".repeat(1_000_000);
    let many: Vec<Value> = (0..200).map(|n| json!({"id": n.to_string()})).collect();
    let bomb =
        json!({"hearing": {"id": "h", "courtCentre": {"name": long}, "prosecutionCases": [{"defendants": many}]}});
    assert_eq!(read(bomb.to_string().as_bytes(), today()).unwrap_err(), ReadError::TooLarge);
    let many: Vec<Value> = (0..200).map(|_| json!({"id": "d"})).collect();
    let own = json!([{"defendantId": "d", "day": "a".repeat(1_000_000)}]);
    let bomb = json!({"hearing": {"id": "h", "defendantAttendance": own, "prosecutionCases": [{"defendants": many}]}});
    assert_eq!(read(bomb.to_string().as_bytes(), today()).unwrap_err(), ReadError::TooLarge);
}
