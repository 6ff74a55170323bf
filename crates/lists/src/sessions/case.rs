//! One case of a list from Libra: its defendant, as an entry.

use serde_json::{Map, Value};
use throughline_domain::name::{Name, folded};

use super::Block;
use crate::checks::{Person, describe};
use crate::names::{self, Printed};
use crate::node::Node;
use crate::{Entry, Notice, Offence, Position, Sex};

/// Who a case is against, as far as it must be known before there is an entry.
pub(super) struct Defendant<'a> {
    case: Node<'a>,
    pub(super) case_number: Option<String>,
    pub(super) is_organisation: bool,
    /// The name printed whole, with its title.
    printed: Option<String>,
    /// The name in its parts.
    parts: Option<Parts>,
    pub(super) notices: Vec<Notice>,
}

/// A name in parts: `def_name_elements`.
struct Parts {
    title: Option<String>,
    name: Name,
}

impl<'a> Defendant<'a> {
    pub(super) fn of(case: Node<'a>) -> Self {
        let mut notices = Vec::new();
        let case_number = said(case, "caseno", "Case number", &mut notices);
        if case_number.is_none() {
            notices.push(Notice::NoCaseNumber);
        }
        Self {
            is_organisation: is_organisation(case, &mut notices),
            printed: said(case, "def_name", "Name", &mut notices),
            parts: group(case, "def_name_elements", "Name", &mut notices).map(|parts| Parts::of(parts, &mut notices)),
            case,
            case_number,
            notices,
        }
    }

    pub(super) fn name_as_printed(&self) -> String {
        let parts = || self.parts.as_ref().map(|parts| parts.name.natural());
        self.printed.clone().or_else(parts).unwrap_or_default()
    }

    pub(super) fn entry(mut self, row: Position, block: &Block<'_>) -> Entry {
        let mut notices = std::mem::take(&mut self.notices);
        let mut field = |name: &str, label: &str| said(self.case, name, label, &mut notices);
        let person = Person {
            date_of_birth: field("def_dob", "Date of birth"),
            age: field("def_age", "Age"),
            sex: field("def_sex", "Sex"),
            pnc: field("pnc_id", "PNC"),
            nhs_number: None,
            youth_panel: block.session.youth_panel,
        };
        let (cro, asn) = (field("cro_number", "CRO number"), field("asn", "ASN"));
        let is_valid = field("valid", "Valid").is_none_or(|text| !matches!(folded(&text).as_str(), "n" | "no"));
        let printed = self.printed.as_deref().map(names::printed).unwrap_or_default();
        let mut entry = Entry::at(row, verbatim(block, self.case));
        entry.name = self.name(&printed, &mut notices);
        entry.name_as_printed = if printed.text.is_empty() { self.name_as_printed() } else { printed.text.clone() };
        (entry.address, entry.postcode) = address(self.case, "def_addr", "Address", &mut notices);
        (entry.cro, entry.asn) = (cro, asn);
        entry.site.clone_from(&block.session.court);
        entry.court_house.clone_from(&block.session.court);
        entry.court_code.clone_from(&block.session.court_code);
        entry.court_room.clone_from(&block.session.room);
        entry.sitting_at = block.start.at;
        // The nearest that Libra has to a kind of hearing is what the block is set aside for.
        entry.hearing_type.clone_from(&block.description);
        entry.offences = offences(self.case, &mut notices);
        entry.notes = self.notes(&mut notices);
        describe(&mut entry, Person { sex: person.sex.or(printed.sex), ..person }, &block.session.days_of_age);
        entry.notices.extend(self.doubtful_title(entry.sex));
        entry.in_custody = printed.in_custody;
        entry.notices.extend(printed.in_custody.then_some(Notice::InCustody));
        entry.notices.extend((!is_valid).then_some(Notice::MarkedNotValid));
        entry.notices.append(&mut notices);
        entry.urn = self.case_number;
        entry
    }

    /// The name in its parts: as the list parts it when that gives a surname, else as it is printed.
    fn name(&self, printed: &Printed, notices: &mut Vec<Notice>) -> Name {
        let Some(Parts { name, .. }) = self.parts.as_ref().filter(|parts| !parts.name.is_unknown()) else {
            return printed.name.clone();
        };
        if !printed.name.is_unknown() && !agree(&printed.name, name) {
            let (printed, parts) = (printed.text.clone(), name.natural());
            notices.push(Notice::NameElementsDisagree { printed, parts });
        }
        let is_better = !name.surname.is_empty() || printed.name.is_unknown();
        if is_better { name.clone() } else { printed.name.clone() }
    }

    /// That the title is of the other sex.
    fn doubtful_title(&self, sex: Option<Sex>) -> Option<Notice> {
        let first_word = || self.printed.as_deref().and_then(|text| text.split_whitespace().next()).map(str::to_owned);
        let title = self.parts.as_ref().and_then(|parts| parts.title.clone()).or_else(first_word)?;
        let usual = match folded(&title).as_str() {
            "mr" | "master" | "sir" | "lord" => Sex::Male,
            "mrs" | "ms" | "miss" | "dame" | "lady" => Sex::Female,
            _ => return None,
        };
        let sex = sex.filter(|sex| *sex != usual && *sex != Sex::Indeterminate)?;
        Some(Notice::TitleAndSexDisagree { title, sex })
    }

    /// What somebody who prepares for the day should read, and no field holds.
    fn notes(&self, notices: &mut Vec<Notice>) -> Option<String> {
        let mut lines = Vec::new();
        let mut line = |label: &str, text: Option<String>| lines.extend(text.map(|text| format!("{label}: {text}")));
        line("Parent or guardian", self.guardian(notices));
        line("Bail conditions", said(self.case, "bailcond", "Bail conditions", notices));
        line("Further information", said(self.case, "addinfo", "Further information", notices));
        let urn = said(self.case, "urn", "URN", notices).filter(|urn| Some(urn) != self.case_number.as_ref());
        line("URN", urn);
        (!lines.is_empty()).then(|| lines.join("\n"))
    }

    /// A youth's parent or guardian: name, what they are, and where they live.
    fn guardian(&self, notices: &mut Vec<Notice>) -> Option<String> {
        let mut field = |name: &str| said(self.case, name, "Parent or guardian", notices);
        let (kind, name) = (field("pg_type"), field("pg_name"));
        let (address, postcode) = address(self.case, "pg_addr", "Address of parent or guardian", notices);
        let kind = kind.map(|kind| format!("({kind})"));
        let who: Vec<String> = [name, kind].into_iter().flatten().collect();
        let all = [Some(who.join(" ")).filter(|who| !who.is_empty()), address, postcode];
        let all: Vec<String> = all.into_iter().flatten().collect();
        (!all.is_empty()).then(|| all.join(", "))
    }
}

impl Parts {
    fn of(parts: Node<'_>, notices: &mut Vec<Notice>) -> Self {
        let mut field = |name: &str| said(parts, name, "Name", notices);
        let title = field("title");
        let forenames: Vec<String> =
            ["forename1", "forename2", "forename3"].into_iter().filter_map(&mut field).collect();
        Self { title, name: Name::new(&forenames.join(" "), &field("surname").unwrap_or_default()) }
    }
}

/// The text of a field, with a notice when it is given twice or is no text.
pub(super) fn said(node: Node<'_>, name: &str, label: &str, notices: &mut Vec<Notice>) -> Option<String> {
    let given: Vec<Node<'_>> = node.all(name).into_iter().filter(|given| !given.is_blank()).collect();
    let texts: Vec<String> = given.iter().filter_map(|given| given.text()).collect();
    notices.extend(given.iter().find(|given| given.text().is_none()).map(|given| not_understood(label, *given)));
    if texts.iter().any(|text| *text != texts[0]) {
        notices.push(Notice::GivenTwice(label.to_owned()));
    }
    texts.into_iter().next()
}

/// The fields that stand under a name, with a notice when they are given twice or are none.
fn group<'a>(node: Node<'a>, name: &str, label: &str, notices: &mut Vec<Notice>) -> Option<Node<'a>> {
    let given: Vec<Node<'a>> = node.all(name).into_iter().filter(|given| !given.is_blank()).collect();
    notices.extend(given.iter().find(|given| !given.is_group()).map(|given| not_understood(label, *given)));
    if given.len() > 1 {
        notices.push(Notice::GivenTwice(label.to_owned()));
    }
    given.into_iter().find(|given| given.is_group())
}

fn not_understood(label: &str, node: Node<'_>) -> Notice {
    let text = node.text().unwrap_or_else(|| node.verbatim().to_string());
    Notice::NotUnderstood { field: label.to_owned(), text }
}

/// Whether Libra marks the defendant as an organisation (`O`) rather than a person (`P`).
fn is_organisation(case: Node<'_>, notices: &mut Vec<Notice>) -> bool {
    let Some(text) = said(case, "def_type", "Type of defendant", notices) else {
        return false;
    };
    match folded(&text).as_str() {
        "o" | "organisation" => true,
        "p" | "person" => false,
        _ => {
            notices.push(Notice::NotUnderstood { field: "Type of defendant".to_owned(), text });
            false
        }
    }
}

/// Whether two names can be one: the shorter leaves out words of the longer, and not the surname.
fn agree(one: &Name, other: &Name) -> bool {
    let words = |name: &Name| folded(&name.natural()).split(' ').map(str::to_owned).collect::<Vec<_>>();
    let (one_words, other_words) = (words(one), words(other));
    let one_is_shorter = one_words.len() <= other_words.len();
    let (shorter, longer) = if one_is_shorter { (&one_words, &other_words) } else { (&other_words, &one_words) };
    let mut rest = longer.iter();
    let both_surnames = !one.surname.is_empty() && !other.surname.is_empty();
    shorter.iter().all(|word| rest.any(|other| other == word)) && (!both_surnames || shorter.last() == longer.last())
}

/// An address and its postcode: in up to five lines, or in one text.
fn address(case: Node<'_>, name: &str, label: &str, notices: &mut Vec<Notice>) -> (Option<String>, Option<String>) {
    if let Some(whole) = case.say(name) {
        return (Some(whole), None);
    }
    let Some(lines) = group(case, name, label, notices) else {
        return (None, None);
    };
    let fields = ["line1", "line2", "line3", "line4", "line5"];
    let given: Vec<String> = fields.iter().filter_map(|line| said(lines, line, label, notices)).collect();
    ((!given.is_empty()).then(|| given.join(", ")), said(lines, "pcode", "Postcode", notices))
}

/// The offences of a case, in whatever holds them.
fn offences(case: Node<'_>, notices: &mut Vec<Notice>) -> Vec<Offence> {
    let holders = case.all("offences").into_iter();
    let all = holders.flat_map(|holder| if holder.mentions("offence") { holder.all("offence") } else { vec![holder] });
    all.filter(|offence| !offence.is_blank()).filter_map(|offence| self::offence(offence, notices)).collect()
}

fn offence(node: Node<'_>, notices: &mut Vec<Notice>) -> Option<Offence> {
    if !node.is_group() {
        let title = node.text();
        notices.extend(title.is_none().then(|| not_understood("Offence", node)));
        return Some(Offence { title: title?, ..Offence::default() });
    }
    let mut field = |name: &str, label: &str| said(node, name, label, notices);
    Some(Offence {
        code: field("code", "Offence code"),
        title: field("title", "Offence").unwrap_or_default(),
        wording: field("sum", "Offence wording"),
    })
}

/// The case with its session and its block, field by field as they came.
fn verbatim(block: &Block<'_>, case: Node<'_>) -> Value {
    let mut all: Map<String, Value> = block.session.own.clone();
    all.extend(block.own.clone());
    all.extend(case.own_fields("case", &[]));
    Value::Object(all)
}
