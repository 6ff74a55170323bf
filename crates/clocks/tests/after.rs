//! What comes after police detention: bail, investigation, hospital, custody for trial.

mod told;

use throughline_clocks::{
    Answer, ChargeHeld, Events, Kind, Length, PreChargeBail, Section, State, Tables, clocks, next_due,
    review_not_recorded, short,
};
use throughline_domain::legal::{Allocation, MhaSection};
use throughline_domain::time::Instant;
use told::london;

fn section(section: MhaSection, from: &str, renewals: usize) -> Events {
    let from = london(from);
    let renewed_at = vec![from; renewals];
    Events { sections: vec![Section { section, from, renewed_at, ended_at: None }], ..Events::default() }
}

fn due(answer: &Answer, id: &str) -> Option<Instant> {
    answer.clock(id).unwrap_or_else(|| panic!("no clock {id}")).due_at
}

fn says(answer: &Answer, words: &str) -> bool {
    answer.notices.iter().any(|notice| notice.contains(words))
}

#[test]
fn sections_end_with_the_last_of_their_days_or_hours() {
    for (code, from, renewals, ends) in [
        (MhaSection::S2, "2026-11-10 23:59", 0, "2026-12-08 00:00"),
        (MhaSection::S3, "2026-08-31 10:00", 0, "2027-03-01 00:00"),
        (MhaSection::S3, "2026-11-10 10:00", 1, "2027-11-10 00:00"),
        (MhaSection::S3, "2026-11-10 10:00", 2, "2028-11-10 00:00"),
        (MhaSection::S4, "2026-03-27 10:00", 0, "2026-03-30 11:00"),
        (MhaSection::S5Doctor, "2026-11-10 10:00", 0, "2026-11-13 10:00"),
        (MhaSection::S5Nurse, "2026-11-10 10:00", 0, "2026-11-10 16:00"),
        (MhaSection::S35, "2026-11-10 10:00", 1, "2027-01-05 00:00"),
        (MhaSection::S35, "2026-11-10 10:00", 9, "2027-02-02 00:00"),
        (MhaSection::S38, "2026-11-10 10:00", 0, "2027-02-02 00:00"),
        (MhaSection::S38, "2026-11-10 10:00", 50, "2027-11-10 00:00"),
    ] {
        let answer = clocks(&section(code, from, renewals), london("2029-01-01 00:00"));
        let id = format!("mha_{}", code.code());
        assert_eq!(due(&answer, &id), Some(london(ends)), "{code} from {from}, renewed {renewals} times");
    }
}

#[test]
fn what_has_no_limit_says_so_and_is_never_blank() {
    let now = london("2026-11-12 09:00");
    let investigated = Events { under_investigation_at: Some(london("2026-11-10 10:00")), ..Events::default() };
    for (events, id) in [
        (investigated, "under_investigation"),
        (section(MhaSection::S37Restricted, "2026-11-10 10:00", 0), "mha_s37_41"),
    ] {
        let answer = clocks(&events, now);
        let clock = answer.clock(id).unwrap();
        assert_eq!((clock.due_at, clock.state), (None, State::NoLimit));
        assert!(says(&answer, "the law sets no time limit"), "{:?}", answer.notices);
        assert!(short(clock, now).ends_with("no limit in law"));
        assert_eq!(next_due(&answer), None);
    }
}

#[test]
fn a_review_that_nobody_recorded_is_overdue_and_presses_nobody_once_the_person_is_released() {
    let held = Events {
        arrested_at: Some(london("2026-11-10 09:00")),
        arrived_station_at: Some(london("2026-11-10 09:40")),
        detention_authorised_at: Some(london("2026-11-10 10:00")),
        ..Events::default()
    };
    let now = london("2026-11-12 09:00");
    assert_eq!(next_due(&clocks(&held, now)).unwrap().id, "pace_24h", "a review held by others gives way to the limit");
    assert_eq!(review_not_recorded(&clocks(&held, now)).unwrap().id, "pace_review_1");
    let released_at = london("2026-11-10 20:00");
    let released = clocks(&Events { released_at: Some(released_at), ..held }, now);
    let review = released.clock("pace_review_1").unwrap();
    assert_eq!((review.state, review.ended_at), (State::Overdue, Some(released_at)));
    assert_eq!((next_due(&released), review_not_recorded(&released)), (None, None));
}

#[test]
fn bail_is_counted_from_the_day_after_arrest_and_carried_on_by_who_may() {
    let bail = |inspector_at, superintendent_at| Events {
        arrested_at: Some(london("2026-11-10 22:00")),
        released_at: Some(london("2026-11-11 10:00")),
        pre_charge_bail: Some(PreChargeBail {
            from: london("2026-11-11 10:00"),
            arrested_at: None,
            inspector_at,
            superintendent_at,
            ended_at: None,
        }),
        ..Events::default()
    };
    let now = london("2027-02-20 09:00");
    let answer = clocks(&bail(None, None), now);
    assert_eq!(due(&answer, "bail_3_months"), Some(london("2027-02-11 00:00")));
    assert_eq!(answer.clock("bail_3_months").unwrap().state, State::Expired);
    assert_eq!(answer.clock("bail_6_months").unwrap().state, State::NotInForce);
    let extended = clocks(&bail(Some(london("2027-02-09 09:00")), None), now);
    assert_eq!(extended.clock("bail_3_months").unwrap().state, State::Extended);
    assert_eq!(due(&extended, "bail_6_months"), Some(london("2027-05-11 00:00")));
    let twice = clocks(&bail(Some(london("2027-02-09 09:00")), Some(london("2027-02-10 09:00"))), now);
    assert_eq!(twice.clock("bail_6_months").unwrap().state, State::Extended);
    assert_eq!(next_due(&twice).unwrap().id, "bail_9_months");
}

#[test]
fn custody_time_limits_are_counted_for_each_charge_and_end_on_a_working_day() {
    let charge = |offence: &str, allocation, days_in_magistrates, sent: Option<&str>| ChargeHeld {
        offence: offence.into(),
        allocation,
        first_appearance_at: london("2026-11-12 10:00"),
        sent_at: sent.map(london),
        days_in_magistrates,
        ended_at: None,
    };
    let charges = vec![
        charge("Theft", Allocation::Summary, None, None),
        charge("Assault", Allocation::EitherWay, None, None),
        charge("Affray", Allocation::EitherWaySummary, None, None),
        charge("Robbery", Allocation::Crown, None, Some("2026-11-26 10:00")),
        charge("Burglary", Allocation::Crown, Some(4), Some("2026-11-26 10:00")),
    ];
    let answer = clocks(&Events { charges, ..Events::default() }, london("2026-12-01 09:00"));
    let said: Vec<_> = answer.clocks.iter().map(|clock| (clock.about.as_str(), clock.due_at.unwrap())).collect();
    assert_eq!(
        said,
        [
            // 56 days end on Thursday 7 January.
            ("Theft", london("2027-01-08 00:00")),
            // 70 days end on Thursday 21 January.
            ("Assault", london("2027-01-22 00:00")),
            ("Affray", london("2027-01-08 00:00")),
            // 182 days from first appearance: Thursday 13 May. Ten days of bail in between: Sunday 23 May, so Friday.
            ("Robbery", london("2027-05-14 00:00")),
            ("Burglary", london("2027-05-22 00:00")),
        ]
    );
    assert!(says(&answer, "Custody time limit: not yet verified against the law"), "{:?}", answer.notices);
}

#[test]
fn every_rule_says_who_decides_where_the_true_times_are_and_what_is_not_verified() {
    for rule in Tables::embedded().rules() {
        assert_eq!(rule.source.contains("to be verified"), rule.to_verify.is_some(), "{}", rule.id);
        assert!(!rule.decided_by.is_empty() && rule.check_in.words().starts_with("check"), "{}", rule.id);
        assert!(rule.in_force_from <= rule.checked_on, "{}: nothing is in force before somebody checked it", rule.id);
        assert!(rule.kind == Kind::Limit || rule.length != Length::None, "{}", rule.id);
    }
    let treatment: Vec<_> = Tables::embedded().rules().iter().filter(|rule| rule.id == "mha_s3").collect();
    assert_eq!(treatment.len(), 1, "the periods of the Mental Health Act 2025 are not in force");
    assert_eq!(treatment[0].renewals, [Length::Months(6), Length::Months(12)]);
}

#[test]
fn the_new_events_are_read_from_json_and_a_clock_of_a_charge_names_it() {
    let events: Events = serde_json::from_str(
        r#"{
            "sections": [{"section": "s5_2", "from": "2026-11-10T10:00:00Z"}],
            "charges": [{"offence": "Theft", "allocation": "summary", "first_appearance_at": "2026-11-12T10:00:00Z"}],
            "s135_arrived_at": "2026-11-10T10:00:00Z",
            "s135_extension_hours": 4
        }"#,
    )
    .unwrap();
    let answer = clocks(&events, london("2026-11-11 12:00"));
    assert_eq!(due(&answer, "s135_extended"), Some(london("2026-11-11 14:00")));
    assert_eq!(answer.clock("s135_24h").unwrap().state, State::Extended);
    let json = serde_json::to_value(answer.clock("ctl_summary").unwrap()).unwrap();
    assert_eq!(json["about"], "Theft");
    let wrong = serde_json::from_str::<Events>(r#"{"sections": [{"section": "s99", "from": "2026-11-10T10:00:00Z"}]}"#);
    assert!(wrong.unwrap_err().to_string().contains("s99"));
}

#[test]
fn the_first_and_last_instants_there_are_give_a_notice_and_no_panic() {
    for edge in [Instant::MIN_UTC, Instant::MAX_UTC] {
        let events = Events {
            arrived_station_at: Some(edge),
            s136_arrived_at: Some(edge),
            sections: vec![Section { section: MhaSection::S3, from: edge, renewed_at: vec![], ended_at: None }],
            ..Events::default()
        };
        for now in [edge, london("2026-11-10 10:00")] {
            let answer = clocks(&events, now);
            assert!(says(&answer, "3 recorded times are not between the years 1900 and 2199"), "{:?}", answer.notices);
            assert!(answer.clocks.is_empty());
        }
    }
}
