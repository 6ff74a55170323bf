//! What every print of a form keeps to.

use super::*;
use crate::facts::RiskState;
use crate::tests::{texts, unspaced};
use chrono::{TimeZone, Utc};
use throughline_domain::identifier::NhsNumber;
use throughline_domain::name::Name;

fn at(minute: u32) -> Instant {
    Utc.with_ymd_and_hms(2026, 11, 22, 8, minute, 0).unwrap()
}

fn answer(label: &str, value: &str, long: bool) -> FormAnswer {
    FormAnswer { label: label.into(), value: value.into(), long }
}

/// An invented signed form that runs over pages.
fn facts(standing: Standing) -> RecordFacts {
    RecordFacts {
        service: "Aire Valley Liaison and Diversion".into(),
        reference: "TL-1A2B-3C4D".into(),
        title: "Screening".into(),
        form_version: "3".into(),
        standing,
        error_reason: if standing == Standing::InError { "Written on the wrong person".into() } else { String::new() },
        person: PersonFacts {
            name: Name::new("Łucja", "Marsh-Đặng"),
            born: "12 March 1989".into(),
            age: Some(37),
            nhs_number: Some(NhsNumber::invented(42)),
            gender: "Female".into(),
            communication_needs: vec![],
            adjustments: vec!["One question at a time.".into()],
            interpreter: String::new(),
        },
        site: "Airedale custody suite".into(),
        reporting_restriction: None,
        risk: RiskFacts { state: RiskState::Known, summary: "Alerts: Self-harm or suicide.".into() },
        signed: Signature { name: "Sam Okafor-Lane".into(), at: at(10) },
        countersigned: None,
        score: Some(("Score 8 of 27: Mild".into(), "Screen, not a diagnosis".into())),
        score_withheld: None,
        sections: vec![FormSection {
            title: "What led to this".into(),
            answers: vec![
                answer("How was the person seen?", "Face to face, in a cell", false),
                answer("What was noticed, by whom", &"She said #set text(red) and *this*. ".repeat(200), true),
                answer("Who else was there?", "Nobody", false),
            ],
        }],
        left_out: vec!["What others said: never printed".into()],
        addenda: vec![FormAddendum { words: "Her sister rang.".into(), name: "Amara Bello".into(), at: at(30) }],
        printed: Printing {
            by: "Priya Nair".into(),
            at: at(45),
            purpose: "reading away from a screen".into(),
            then: "Destroy it when it is read.".into(),
        },
    }
}

fn pages(template: &str, data: &Value) -> Vec<String> {
    let hash = facts_hash(template, data);
    texts(&compile(template, &with_hash(data, &hash, Script::Every)).unwrap())
        .iter()
        .map(|page| unspaced(page))
        .collect()
}

#[test]
fn every_page_says_whose_it_is_how_it_stands_its_risk_and_who_printed_it() {
    for (standing, status) in
        [(Standing::Signed, "Signed"), (Standing::Awaiting, "Notcountersigned"), (Standing::InError, "MARKEDINERROR")]
    {
        let pages = pages("record", &record_data(&facts(standing)));
        assert!(pages.len() > 1, "there is a second page to check");
        for page in pages {
            for words in [
                "MARSH-ĐẶNG,Łucja",
                "Born12March1989",
                "Risk:Knownrisk",
                status,
                "PrintedbyPriyaNair,22November2026at08:45,for:readingawayfromascreen",
                "Destroyitwhenitisread.",
                "TL-1A2B-3C4D",
            ] {
                assert!(page.contains(words), "{standing:?} lacks {words}: {page}");
            }
            // The words across the page are the first thing drawn: they lie behind the text.
            assert_eq!(page.starts_with("INERROR"), standing == Standing::InError, "{page}");
            assert!(!page.contains("DRAFT") && !page.contains("Released"), "{page}");
        }
    }
}

#[test]
fn a_print_says_what_was_answered_in_the_order_asked_and_what_is_left_out() {
    let text = pages("record", &record_data(&facts(Standing::Signed))).concat();
    let mut from = 0;
    for words in [
        "Printingisnotadisclosure".to_lowercase().as_str(),
        "score8of27:mild",
        "screen,notadiagnosis.",
        "facetoface,inacell",
        "shesaid#settext(red)and*this*.",
        "whoelsewasthere?",
        "whatotherssaid:neverprinted",
        "amarabello,22november2026at08:30",
        "hersisterrang.",
        "signedbysamokafor-lane",
    ] {
        let found = text.to_lowercase()[from..].find(words);
        from += found.unwrap_or_else(|| panic!("“{words}” is not where it belongs in {text}"));
    }
}

#[test]
fn silence_about_risk_is_said_to_be_no_safety() {
    for state in [RiskState::NotAssessed, RiskState::Unavailable] {
        let mut facts = facts(Standing::Signed);
        facts.risk = RiskFacts { state, summary: String::new() };
        let text = pages("record", &record_data(&facts)).concat();
        assert!(text.contains("Thisdoesnotmeanthatthereisnorisk."), "{state:?}");
    }
}

#[test]
fn a_print_is_archival_accessible_and_the_same_each_time() {
    let first = print_record(&facts(Standing::Signed)).unwrap();
    let pdf = String::from_utf8_lossy(&first.pdf).into_owned();
    for mark in ["/MarkInfo", "/StructTreeRoot", "<pdfaid:conformance>A<", "<pdfuaid:part>1<"] {
        assert!(pdf.contains(mark), "it lacks {mark}");
    }
    assert!(!pdf.contains("Marsh"), "no name of a person in the file's properties");
    assert_eq!(first, print_record(&facts(Standing::Signed)).unwrap());
}

#[test]
fn a_blank_form_has_room_for_each_answer_and_holds_nobody() {
    let question = |label: &str, room, options: &[&str]| BlankQuestion {
        label: label.into(),
        hint: String::new(),
        only_if: String::new(),
        room,
        options: options.iter().map(|&option| option.to_owned()).collect(),
    };
    let facts = BlankFacts {
        service: "Aire Valley Liaison and Diversion".into(),
        form: "screening".into(),
        version: 3,
        title: "Screening".into(),
        intro: "Say who you are.".into(),
        sections: vec![BlankSection {
            title: "How you met".into(),
            note: String::new(),
            questions: vec![
                question("How was the person seen?", Room::Choices, &["In a cell", "By phone"]),
                question("When?", Room::DateTime, &[]),
                question("What did you find?", Room::Findings, &["Autism"]),
                question("In their own words", Room::Long, &[]),
            ],
        }],
        printed_at: at(0),
    };
    let pages = pages("blank_form", &blank_data(&facts));
    for page in &pages {
        for words in ["Name", "Born", "Blankform", "ForwhenThroughlineisdown"] {
            assert!(page.contains(words), "a page lacks {words}: {page}");
        }
    }
    let text = pages.concat();
    for words in ["Inacell", "Byphone", "Date", "sure", "EnteredintoThroughlineby", "neverthatthereisnothing"] {
        assert!(text.contains(words), "it lacks {words}: {text}");
    }
    assert!(print_blank(&facts).unwrap().pages >= 1);
}
