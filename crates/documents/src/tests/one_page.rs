//! What has to fit on one page: the adjustments passport and the risk card.

use super::*;

const STATES: [RiskState; 4] =
    [RiskState::Known, RiskState::NoneIdentified, RiskState::NotAssessed, RiskState::Unavailable];

fn card(state: RiskState) -> Facts {
    let mut facts = facts(DocumentState::Released);
    facts.risk = RiskFacts { state, summary: "Assessed 3 days ago by Amara Bello.".into() };
    facts
}

/// As many rows as there can be, each as long as one is printed.
fn full(rows: usize, letters: usize) -> Vec<Section> {
    let rows = (0..rows).map(|row| Row::new(format!("Line {row}"), "words ".repeat(letters / 6))).collect();
    vec![Section { title: "What stands".into(), rows, paragraphs: Vec::new() }]
}

#[test]
fn a_printed_risk_card_has_its_state_in_words() {
    for state in STATES {
        let text = unspaced(&pages("risk_card", &card(state)).concat());
        assert!(text.contains(&format!("Risk:{}", unspaced(state.words()))), "{state:?}: {text}");
        let others = STATES.iter().filter(|other| **other != state);
        for other in others {
            assert!(!text.contains(&format!("Risk:{}", unspaced(other.words()))), "{state:?} is not {other:?}");
        }
        let silent = matches!(state, RiskState::NotAssessed | RiskState::Unavailable);
        assert_eq!(text.contains("Thisdoesnotmeanthatthereisnorisk."), silent, "{state:?}");
        assert!(text.contains("Assessed3daysagobyAmaraBello."));
        assert!(text.contains("Printforthecareteam"), "{text}");
        assert!(!text.contains("Released") && !text.contains("version2"), "a print is no version of anything: {text}");
    }
}

#[test]
fn a_risk_card_with_nothing_behind_it_is_not_blank() {
    for state in STATES {
        let mut facts = bare(DocumentState::Released);
        facts.risk = RiskFacts { state, summary: String::new() };
        let text = unspaced(&pages("risk_card", &facts).concat());
        assert!(text.contains(&unspaced(state.words())), "{state:?}: {text}");
        assert!(text.contains("Nothingisrecordedunderthisheading."), "{text}");
    }
}

#[test]
fn a_full_card_and_a_full_passport_are_one_page_and_lose_nothing() {
    let mut facts = card(RiskState::Known);
    facts.sections = full(17, 240);
    for kind in OF_ONE_PAGE {
        let pages = pages(kind, &facts);
        assert_eq!(pages.len(), 1, "{kind}");
        assert_eq!(pages[0].matches("words").count(), 17 * 40, "{kind}");
    }
}

#[test]
fn what_does_not_fit_goes_on_and_is_not_cut_off() {
    let mut facts = card(RiskState::Known);
    facts.sections = full(40, 600);
    for kind in OF_ONE_PAGE {
        let pages = pages(kind, &facts);
        assert!(pages.len() > 1, "{kind}");
        assert_eq!(pages.concat().matches("words").count(), 40 * 100, "{kind}");
    }
}

/// A passport is read by people who are told what helps, and nothing else.
#[test]
fn a_passport_states_no_risk_no_case_and_no_recommendation() {
    for kind in ["passport_custody", "passport_court"] {
        let text = unspaced(&pages(kind, &facts(DocumentState::Released)).concat());
        for kept in ["Knownrisk", "harmedherself", "13ZZ0042126", "AV/2026/1187", "Chargedheld", "Askforanintermediary"]
        {
            assert!(!text.contains(kept), "{kind} tells {kept}");
        }
        assert!(text.contains("Readthisbeforeyouspeakwiththeperson."), "{text}");
        assert!(text.contains("Whythisisshared:"));
    }
}
