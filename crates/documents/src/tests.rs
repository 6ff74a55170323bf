//! What every kind of document keeps to, whoever adds it.

use chrono::{TimeZone, Utc};
use throughline_domain::identifier::NhsNumber;
use throughline_domain::name::Name;
use typst::layout::{Frame, FrameItem};

use super::*;

mod one_page;

/// The kinds that fit on one page.
const OF_ONE_PAGE: [&str; 3] = ["passport_court", "passport_custody", "risk_card"];

/// Invented facts of a full document.
fn facts(state: DocumentState) -> Facts {
    Facts {
        document: DocumentFacts {
            service: "Aire Valley Liaison and Diversion".into(),
            reference: "LD-2026-00042".into(),
            version: 2,
            state,
            made_at: Utc.with_ymd_and_hms(2026, 11, 22, 8, 40, 0).unwrap(),
            author: Author {
                name: "Sam Okafor-Lane".into(),
                role: "Liaison and Diversion practitioner".into(),
                registration: Some("NMC 99Z9999E".into()),
            },
            recipient: "Airedale Magistrates' Court, court 4".into(),
        },
        person: PersonFacts {
            name: Name::new("Łucja Thị Gülşen", "Marsh-Đặng"),
            born: "12 March 1989".into(),
            age: Some(37),
            nhs_number: Some(NhsNumber::invented(42)),
            gender: "Female".into(),
            communication_needs: vec!["Reads slowly; understands short spoken sentences.".into()],
            adjustments: vec![
                "A break of ten minutes every half hour.".into(),
                "One question at a time, in plain words; check that she has understood.".into(),
                "Somebody she knows sits beside her in court.".into(),
            ],
            interpreter: "Polish, in person".into(),
        },
        episode: EpisodeFacts {
            site: "Airedale custody suite".into(),
            custody_number: Some("AV/2026/1187".into()),
            urn: Some("13ZZ0042126".into()),
            legal_status: "Charged, held for court".into(),
            key_times: vec![
                Row::new("Arrived", "21 November 2026 at 19:05"),
                Row::new("Hearing", "22 November 2026 at 10:00"),
            ],
        },
        reporting_restriction: Some(
            "Nothing may be published that could identify the person before the court or the complainant.".into(),
        ),
        risk: RiskFacts {
            state: RiskState::Known,
            summary: "She harmed herself in custody on 3 June 2026. She says that she has no such thoughts today. \
                      She is most at risk in the two days after release."
                .into(),
        },
        sections: vec![
            Section {
                title: "What we found".into(),
                rows: vec![
                    Row::new("Learning disability", "Known to the community team since 2015"),
                    Row::new("Mental health", "Depression; takes sertraline, last dose 21 November at 08:00"),
                    Row::new("Alcohol and drugs", "None reported"),
                ],
                paragraphs: vec![
                    "She was seen for 40 minutes with her support worker. She was calm, and told us \
                                  what worries her: losing her flat and not understanding what is said in court."
                        .into(),
                ],
            },
            Section {
                title: "How this affects her in court".into(),
                rows: vec![],
                paragraphs: vec![
                    "She follows spoken words for about twenty minutes. After that she agrees with \
                                  whatever she is asked.\n\nShe can take part if the adjustments above are made."
                        .into(),
                ],
            },
        ],
        recommendations: vec![
            "Hear her case first in the session, or tell her when it will be heard.".into(),
            "Ask for an intermediary assessment before any trial.".into(),
            "If a community order is considered, ask probation whether a mental health treatment requirement suits her."
                .into(),
        ],
        basis: "She agreed on 22 November 2026 at 08:15 that this report goes to the court, her solicitor, the \
                prosecution and probation. She has capacity to decide this. She has been read what it says."
            .into(),
        limits: "This is not a psychiatric report and gives no opinion on fitness to plead, insanity or diagnosis. \
                 It rests on one conversation and on records seen this morning."
            .into(),
        next_steps: vec![
            "We see her after the hearing and call her on 24 November 2026.".into(),
            "Her learning disability nurse visits on 25 November 2026.".into(),
        ],
    }
}

/// The same facts with nothing in them that may be left out.
fn bare(state: DocumentState) -> Facts {
    let mut facts = facts(state);
    facts.person.age = None;
    facts.person.nhs_number = None;
    facts.person.adjustments.clear();
    facts.person.communication_needs.clear();
    facts.person.interpreter.clear();
    facts.episode.custody_number = None;
    facts.episode.urn = None;
    facts.episode.key_times.clear();
    facts.reporting_restriction = None;
    facts.risk = RiskFacts { state: RiskState::NotAssessed, summary: String::new() };
    facts.sections = vec![Section { title: "What we found".into(), rows: vec![], paragraphs: vec![] }];
    facts.recommendations.clear();
    facts.next_steps.clear();
    facts
}

/// The text of each page, in reading order, with soft breaks taken out.
fn pages(kind: &str, facts: &Facts) -> Vec<String> {
    let kind = kind::kind(kind).expect("the kind exists");
    let recorded = serde_json::to_value(facts).unwrap();
    let document = lay_out(kind, facts, &recorded, &facts_hash(kind.name, &recorded), Script::Every).unwrap();
    texts(&document)
}

/// The text of each page of a laid-out document.
pub(crate) fn texts(document: &PagedDocument) -> Vec<String> {
    document.pages().iter().map(|page| text_of(&page.frame).replace('\u{200b}', "")).collect()
}

fn text_of(frame: &Frame) -> String {
    let parts = frame.items().map(|(_, item)| match item {
        FrameItem::Text(text) => text.text.to_string(),
        FrameItem::Group(group) => text_of(&group.frame) + "\n",
        _ => String::new(),
    });
    parts.collect()
}

/// The text with no white space at all: a line break may fall anywhere.
pub(crate) fn unspaced(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// Facts whose texts try to be something else than text.
fn hard() -> Facts {
    let mut facts = facts(DocumentState::Released);
    facts.person.name = Name::new("*Ann* #panic(1)", "$x^2$");
    facts.sections[0].paragraphs = HARD.iter().map(|text| (*text).to_owned()).collect();
    facts.sections[0].rows.push(Row::new("Long word", "x".repeat(2000)));
    facts.sections[0].paragraphs.push("zebra ".repeat(4000));
    facts
}

/// Texts that are printed as typed.
const HARD: [&str; 6] = [
    "#set text(red) #import \"/x.typ\" $x^2$ *b* _i_ `c` \\ // no @ref <label> = Heading -- it's \"quoted\"",
    "- not a list\n+ nor this\n/ nor: that",
    "Łódź, Gülşen İpek, Nguyễn Thị Đặng, Siân Ŵyn, Ångström, Ελένη, Олена",
    "שלום עולם",
    "مرحبا بالعالم",
    "😀 👩‍👩‍👧 👍🏽 🇬🇧 ❤️ ✅",
];

fn raw(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn every_kind_says_what_it_is_and_who_reads_it() {
    assert!(kinds().iter().any(|kind| kind.name == "court_report" && kind.title == "Court report"));
    assert!(kinds().iter().any(|kind| kind.name == "custody_advice"));
    for kind in kinds() {
        assert!(!kind.audience.is_empty(), "{}", kind.name);
        let full = serde_json::to_value(facts(DocumentState::Released)).unwrap();
        for need in kind.needs {
            assert!(full.pointer(need.path).is_some(), "{} needs a fact that does not exist: {}", kind.name, need.path);
        }
    }
}

#[test]
fn every_kind_is_archival_accessible_and_the_same_each_time() {
    for kind in kinds() {
        let first = render(kind.name, &facts(DocumentState::Released)).unwrap();
        let pdf = raw(&first.pdf);
        for mark in [
            "/MarkInfo",
            "/StructTreeRoot",
            "/Lang",
            "/DisplayDocTitle true",
            "<pdfaid:part>2<",
            "<pdfaid:conformance>A<",
            "<pdfuaid:part>1<",
        ] {
            assert!(pdf.contains(mark), "{} lacks {mark}", kind.name);
        }
        assert!(pdf.contains(&format!("{}, LD-2026-00042</rdf:li>", kind.title)), "{} has its title", kind.name);
        assert!(!pdf.contains("Marsh"), "no name of a person in the file's properties");

        let second = render(kind.name, &facts(DocumentState::Released)).unwrap();
        assert_eq!(first, second);
        assert_eq!(first.sha256.len(), 64);
    }
}

#[test]
fn every_page_says_who_it_is_about_and_where_it_belongs() {
    for kind in kinds() {
        let facts = facts(DocumentState::Released);
        let pages = pages(kind.name, &facts);
        assert!(pages.len() > 1 || OF_ONE_PAGE.contains(&kind.name), "{} has a second page to check", kind.name);
        for (index, page) in pages.iter().enumerate() {
            let page = unspaced(page);
            let number = format!("Page{}of{}", index + 1, pages.len());
            let nhs = format!("NHSNo.{}", facts.person.nhs_number.as_ref().unwrap().digits());
            // A print of the moment is no version of anything.
            let standing: &[&str] = match kind.name {
                "risk_card" => &["Printforthecareteam"],
                _ => &["version2", "Released"],
            };
            let everywhere = [
                "MARSH-ĐẶNG,ŁucjaThịGülşen",
                "Born12March1989",
                &nhs,
                &number,
                "LD-2026-00042",
                "Official–sensitive(health)",
                "AireValleyLiaisonandDiversion",
            ];
            for text in everywhere.iter().chain(standing) {
                assert!(page.contains(text), "{} page {} lacks {text}: {page}", kind.name, index + 1);
            }
            assert!(!page.contains("DRAFT"), "{}", kind.name);
        }
    }
}

#[test]
fn every_page_of_a_draft_carries_the_watermark_and_a_draft_may_lack_facts() {
    for kind in kinds() {
        let mut facts = bare(DocumentState::Draft);
        facts.basis.clear();
        for page in pages(kind.name, &facts) {
            // The watermark is the first thing drawn: it lies behind the text.
            assert!(page.trim_start().starts_with("DRAFT"), "{}: {page}", kind.name);
        }
        render(kind.name, &facts).unwrap();
    }
}

#[test]
fn a_released_document_states_every_fact_its_kind_needs() {
    let mut facts = facts(DocumentState::Released);
    facts.basis = "  ".into();
    facts.document.recipient.clear();
    let error = render("court_report", &facts).unwrap_err();
    assert_eq!(
        error.to_string(),
        "The Court report can not be released yet. Record first: the court it is for, the basis for sharing"
    );
}

#[test]
fn what_is_not_recorded_is_said_and_never_left_blank() {
    let text = unspaced(&pages("custody_advice", &bare(DocumentState::Draft)).concat());
    for said in [
        "NHSNo.Notknown",
        "Nonerecorded.Thisdoesnotmeanthatnoneareneeded:ask.",
        "Interpreter:notrecorded:ask",
        "Risk:notassessed",
        "Thisdoesnotmeanthatthereisnorisk.",
        "Norecommendationismade.",
        "Nothingisrecordedunderthisheading.",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
}

#[test]
fn a_court_reads_restriction_adjustments_recommendations_risk_in_this_order() {
    let first = &pages("court_report", &facts(DocumentState::Released))[0];
    let places: Vec<usize> =
        ["Reporting restriction", "Key facts", "Adjustments needed", "Recommendations to the court", "Known risk"]
            .iter()
            .map(|heading| first.find(heading).unwrap_or_else(|| panic!("{heading} is on the first page")))
            .collect();
    assert!(places.is_sorted(), "{places:?}");
}

#[test]
fn typed_text_is_printed_as_typed() {
    let facts = hard();
    let rendered = render("court_report", &facts).unwrap();
    let pages = pages("court_report", &facts);
    assert_eq!(rendered.pages, pages.len());
    assert!(pages.iter().all(|page| unspaced(page).contains("$X^2$,*Ann*#panic(1)")));
    let text = unspaced(&pages.concat());
    for typed in HARD.iter().filter(|typed| typed.is_ascii() || typed.starts_with('Ł')) {
        assert!(text.contains(&unspaced(typed)), "{typed}");
    }
    // Right-to-left runs and emoji are laid out in runs of their own, so each is looked for alone.
    for run in ["שלום", "مرحبا", "😀", "👍🏽", "✅"] {
        assert!(text.contains(run), "{run}");
    }
    assert_eq!(text.matches("zebra").count(), 4000, "the long text is whole");
    assert!(!text.contains("[U+"), "every character here has a glyph");
}

#[test]
fn a_character_that_can_not_be_printed_is_shown_by_its_code() {
    let shown = |text| printable(text, Script::Every);
    assert_eq!(shown("中 \u{7}"), ("[U+4E2D] [U+0007]".to_owned(), true));
    assert_eq!(shown("\u{202e}live"), ("[U+202E]live".to_owned(), true), "an override can not turn a name round");
    assert_eq!(shown("\u{e000}"), ("[U+E000]".to_owned(), true));
    assert_eq!(shown("a\r\nb\tc"), ("a\nb    c".to_owned(), false));
    assert_eq!(printable("é ب", Script::Simple), ("é [U+0628]".to_owned(), true));

    // Only the bold of one fallback font has this letter, so no paragraph could show it.
    assert_eq!(shown("\u{1d5d4}"), ("[U+1D5D4]".to_owned(), true));

    let mut facts = facts(DocumentState::Released);
    facts.basis = "She said 中".into();
    let text = unspaced(&pages("court_report", &facts).concat());
    assert!(text.contains("Shesaid[U+4E2D]") && text.contains("Charactersthatcouldnotbeprinted"));
    render("court_report", &facts).unwrap();
}

#[test]
fn what_can_not_be_rendered_is_said_in_plain_words() {
    let mut facts = facts(DocumentState::Draft);
    assert_eq!(render("poem", &facts).unwrap_err().to_string(), "There is no kind of document called 'poem'");
    facts.basis = "a".repeat(MOST_CHARACTERS);
    let error = render("court_report", &facts).unwrap_err();
    assert!(matches!(error, RenderError::TooLong { .. }), "{error}");
}

#[test]
fn a_template_reaches_no_other_file_and_no_clock() {
    use typst::World;
    use typst::syntax::{FileId, RootedPath, VirtualPath, VirtualRoot};

    let world = DocumentWorld::new("court_report", b"{}".to_vec());
    let passwd: FileId = RootedPath::new(VirtualRoot::Project, VirtualPath::new("etc/passwd").unwrap()).intern();
    assert!(world.file(passwd).is_err());
    assert!(world.source(passwd).is_err());
    assert!(world.today(None).is_none());
}
