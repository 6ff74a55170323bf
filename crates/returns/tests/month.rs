//! One invented month of an invented service, every measure of it counted by hand.

use chrono::NaiveDate;
use throughline_returns::{
    ALL_SITES, DocumentFact, EpisodeFact, Heading, Measure, MonthlyReturn, Profile, Row, Shown, View, csv,
};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn heading() -> Heading {
    Heading {
        service: "=Invented L&D Service".to_owned(),
        month: "2026-11".parse().unwrap(),
        generated_at: "2027-01-04T09:30:00Z".parse().unwrap(),
        sites: ["Bromley custody", "Bexley custody", "Woolwich Crown Court"].map(str::to_owned).to_vec(),
    }
}

/// The `n`th of 40 people at Bromley: the further down the list, the less was done.
fn bromley(n: u32) -> EpisodeFact {
    let upto = |count: u32| n < count;
    let document = |before_decision| vec![DocumentFact { kind: "Court report".to_owned(), before_decision }];
    EpisodeFact {
        site: "Bromley custody".to_owned(),
        point_of_contact: "Police custody".to_owned(),
        opened_on: day("2026-11-01"),
        screened: upto(30),
        not_screened_reason: (!upto(30)).then(|| if upto(38) { "Released before seen" } else { "Declined" }.to_owned()),
        seconds_to_screen: upto(30).then(|| 3600 * (1 + i64::from(n % 3))),
        declined: !upto(38),
        assessment_needed: upto(24),
        assessed: upto(20),
        consents_asked: if upto(20) { 2 } else { 0 },
        consents_given: u32::from(upto(20)) + u32::from(upto(10)),
        vulnerabilities: if upto(12) { 2 } else { 0 },
        needs: if upto(12) { 3 } else { 0 },
        new_needs: u32::from(upto(12)),
        out_of_hours: !upto(32),
        documents: if upto(20) { document((!upto(2)).then(|| upto(14))) } else { Vec::new() },
        referrals_made: u32::from(upto(20)),
        referrals_accepted: u32::from(upto(12)),
        first_appointments_offered: u32::from(upto(11)),
        first_appointments_attended: u32::from(upto(9)),
        released_with_consent: upto(24),
        contacted_in_48_hours: upto(15),
        outcome_known: upto(18),
        closed_on: upto(30).then(|| day(if upto(26) { "2026-12-06" } else { "2026-12-07" })),
        closed_reason: upto(30).then(|| "Plan met".to_owned()),
        engaged_at_closure: upto(10),
        sex: Some(if n.is_multiple_of(4) { "Female" } else { "Male" }.to_owned()),
        age_band: Some(if upto(39) { "25 to 34" } else { "10 to 17" }.to_owned()),
        ethnicity_group: upto(20).then(|| "Black or Black British".to_owned()),
    }
}

fn bexley(n: u32) -> EpisodeFact {
    EpisodeFact {
        site: "Bexley custody".to_owned(),
        opened_on: day("2026-11-30"),
        screened: n < 8,
        seconds_to_screen: (n < 8).then_some(5 * 3600),
        sex: Some("Male".to_owned()),
        age_band: Some("25 to 34".to_owned()),
        ..EpisodeFact::default()
    }
}

fn month() -> MonthlyReturn {
    let earlier = EpisodeFact { opened_on: day("2026-10-31"), ..bromley(0) };
    let facts: Vec<EpisodeFact> = (0..40).map(bromley).chain((0..12).map(bexley)).chain([earlier]).collect();
    MonthlyReturn::count(heading(), &facts)
}

fn find<'a>(rows: &'a [Row], measure: &str, site: &str, category: Option<&str>) -> &'a Row {
    let found =
        rows.iter().find(|row| row.measure == measure && row.site == site && row.category.as_deref() == category);
    found.unwrap_or_else(|| panic!("no row of {measure} at {site} for {category:?}"))
}

#[test]
fn every_measure_counts_what_its_definition_says() {
    let rows = month().rows(View::Exact);
    let expected = [
        ("identified", (40, None, "40"), (52, None, "52")),
        ("identified_by_sex", (40, None, "40"), (52, None, "52")),
        ("identified_by_age", (40, None, "40"), (52, None, "52")),
        ("identified_by_ethnicity", (40, None, "40"), (52, None, "52")),
        ("screened", (30, Some(40), "75%"), (38, Some(52), "73%")),
        ("time_to_screen", (30, None, "2.0 hours"), (38, None, "2.0 hours")),
        ("assessed", (20, Some(24), "83%"), (20, Some(24), "83%")),
        ("not_screened", (10, None, "10"), (14, None, "14")),
        ("declined", (2, Some(32), "6%"), (2, Some(40), "5%")),
        ("consent_to_share", (30, Some(40), "75%"), (30, Some(40), "75%")),
        ("any_vulnerability", (12, Some(20), "60%"), (12, Some(20), "60%")),
        ("newly_identified_need", (12, Some(36), "33%"), (12, Some(36), "33%")),
        ("out_of_hours", (8, Some(40), "20%"), (8, Some(52), "15%")),
        ("reports_in_time", (12, Some(18), "67%"), (12, Some(18), "67%")),
        ("informed_decisions", (12, Some(18), "67%"), (12, Some(18), "67%")),
        ("referrals_accepted", (12, Some(20), "60%"), (12, Some(20), "60%")),
        ("first_appointment", (9, Some(11), "82%"), (9, Some(11), "82%")),
        ("contact_48_hours", (15, Some(24), "63%"), (15, Some(24), "63%")),
        ("engaged_at_closure", (10, Some(20), "50%"), (10, Some(20), "50%")),
        ("outcome_known", (18, Some(26), "69%"), (18, Some(26), "69%")),
    ];
    assert_eq!(expected.map(|(id, ..)| id).to_vec(), Measure::all().iter().map(|m| m.id.as_str()).collect::<Vec<_>>());
    for (measure, bromley, all) in expected {
        for (site, (numerator, denominator, value)) in [("Bromley custody", bromley), (ALL_SITES, all)] {
            let row = find(&rows, measure, site, None);
            let found = (row.numerator, row.denominator, row.value.to_string());
            assert_eq!(
                found,
                (Shown::Number(numerator), denominator.map(Shown::Number), value.to_owned()),
                "{measure} {site}"
            );
        }
    }
}

#[test]
fn managers_see_reasons_by_site_and_the_commissioner_for_all_sites_only() {
    let month = month();
    let exact = month.rows(View::Exact);
    assert_eq!(find(&exact, "not_screened", "Bexley custody", Some("No reason recorded")).value, Shown::Number(4));
    assert_eq!(find(&exact, "not_screened", "Bromley custody", Some("Declined")).value, Shown::Number(2));
    let released = month.rows(View::Released(Profile::Strict));
    assert_eq!(find(&released, "not_screened", ALL_SITES, Some("Declined")).value, Shown::Withheld);
    assert!(released.iter().all(|row| row.category.is_none() || row.site == ALL_SITES));
}

#[test]
fn a_site_without_episodes_has_its_rows_and_a_site_not_listed_is_added() {
    let rows = month().rows(View::Exact);
    assert_eq!(find(&rows, "identified", "Woolwich Crown Court", None).value, Shown::Number(0));
    assert_eq!(find(&rows, "screened", "Woolwich Crown Court", None).note, "No cases");
    let facts = [EpisodeFact { site: "Lewisham custody".to_owned(), ..bromley(0) }];
    let rows = MonthlyReturn::count(heading(), &facts).rows(View::Exact);
    assert_eq!(find(&rows, "identified", "Lewisham custody", None).value, Shown::Number(1));
}

#[test]
fn episodes_of_another_month_are_left_out_and_told() {
    let month = month();
    assert_eq!(month.left_out(), 1);
    assert!(csv(&month, View::Exact).contains("Left out,1 episodes opened in another month\n"));
}

#[test]
fn no_count_from_one_to_seven_leaves_the_service() {
    for row in month().rows(View::Released(Profile::Strict)) {
        for shown in [Some(row.numerator), row.denominator].into_iter().flatten() {
            if let Shown::Number(value) = shown {
                assert!(value == 0 || value >= 10 && value.is_multiple_of(5), "{row:?}");
            }
        }
    }
}

#[test]
fn a_measure_added_as_a_file_is_counted() {
    let text = "id = 'closed'\nnumber = '90'\ntitle = 'Closed'\ndefinition = 'By reason.'\nnumerator = 'episodes'\nbreakdown = 'point_of_contact'\nunit = 'count'\nsource = 'Local'";
    let measures = Measure::read_all(&[("measures/90_closed.toml", text)]).unwrap();
    let facts: Vec<EpisodeFact> = (0..40).map(bromley).collect();
    let rows = MonthlyReturn::count_measures(heading(), &facts, &measures).rows(View::Exact);
    assert_eq!(find(&rows, "closed", ALL_SITES, Some("Police custody")).value, Shown::Number(40));
}

#[test]
fn the_released_file_is_as_agreed() {
    let found = csv(&month(), View::Released(Profile::Strict));
    let agreed = include_str!("released.csv");
    assert_eq!(found, agreed, "if the change is meant, put the new text in tests/released.csv");
}

#[test]
fn a_month_is_written_like_2026_11() {
    let month: throughline_returns::Month = "2026-11".parse().unwrap();
    assert_eq!((month.to_string().as_str(), month.first_day()), ("November 2026", day("2026-11-01")));
    let told = "Nov 26".parse::<throughline_returns::Month>().unwrap_err().to_string();
    assert_eq!(told, "'Nov 26' is not a month: write it like 2026-11");
}
