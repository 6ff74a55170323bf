//! The evidence of a candidate, line by line: each line is a term of the sum.

use throughline_domain::time::date_short;

use crate::compare::Query;
use crate::evidence::Evidence;
use crate::fold::NameParts;
use crate::levels::{Agreement, ArrangementLevel, Comparison};
use crate::packed::{Number, NumberKind};
use crate::record::{Record, Records, Role, names};
use crate::rival::Rival;
use crate::tokens::NONE;
use crate::{Sex, record::Part};

/// Bits that are not worth a line.
const NOTHING: f64 = 0.005;

/// The lines of a candidate.
pub(crate) fn of(query: &Query, records: &Records, rival: &Rival) -> Vec<Evidence> {
    let record = records.get(rival.place);
    let mut lines: Vec<Evidence> = Vec::with_capacity(12);
    for comparison in Comparison::learnt() {
        let values = values(*comparison, query, records, record, rival);
        lines.extend(line(*comparison, rival, values));
    }
    let rest = [
        (Comparison::Relative, rival.relative_bits, "It could be a relative or a namesake instead"),
        (Comparison::Others, rival.others_bits, "It could be another person in the record"),
    ];
    for (comparison, weight_bits, level) in rest {
        if weight_bits.abs() >= NOTHING {
            let (query_value, known_value) = (String::new(), String::new());
            lines.push(Evidence {
                comparison,
                level,
                weight_bits,
                query_value,
                known_value,
                agreement: Agreement::Partly,
            });
        } else if let Some(last) = lines.last_mut() {
            // Too little for a line of its own; the lines still add up.
            last.weight_bits += weight_bits;
        }
    }
    lines
}

fn line(comparison: Comparison, rival: &Rival, [query_value, known_value]: [String; 2]) -> Option<Evidence> {
    let weight_bits = f64::from(rival.weighed.bits[comparison as usize]);
    let Some(row) = rival.pattern.row(comparison) else {
        let level = match (query_value.is_empty(), known_value.is_empty()) {
            (true, true) => return None,
            (true, false) => "Not given",
            (false, true) => "Not in the record",
            (false, false) => "Cannot be compared",
        };
        return Some(Evidence {
            comparison,
            level,
            weight_bits: 0.0,
            query_value,
            known_value,
            agreement: Agreement::Missing,
        });
    };
    let is_usual = comparison == Comparison::Arrangement && row == ArrangementLevel::AsWritten.row();
    let level = comparison.level(row);
    // That the names were read as written is no news, unless it weighs.
    let agreement = if is_usual { Agreement::Missing } else { level.agreement };
    Some(Evidence { comparison, level: level.words, weight_bits, query_value, known_value, agreement })
}

fn values(comparison: Comparison, query: &Query, records: &Records, record: &Record, rival: &Rival) -> [String; 2] {
    let mine = query.prepared.names.get(usize::from(rival.pattern.query_name));
    let known = names(records.parts(record)).nth(usize::from(rival.pattern.known_name)).unwrap_or_default();
    let number = |kind| [shown(&query.prepared.numbers, kind), shown(records.numbers(record), kind)];
    let word = |token| if token == NONE { String::new() } else { titled(records.tokens.text(token)) };
    let address = &query.prepared.address;
    match comparison {
        Comparison::Surname => [
            mine.map_or_else(String::new, |name| titled(&name.surnames.join(" "))),
            words(records, known, |role| role == Role::Surname),
        ],
        Comparison::Forename => {
            let first = mine.and_then(|name| name.forenames.first()).map_or_else(String::new, |word| titled(word));
            [first, words(records, known, |role| role == Role::Forename)]
        }
        Comparison::MiddleNames => {
            let others =
                mine.map_or_else(String::new, |name| titled(&name.forenames.get(1..).unwrap_or_default().join(" ")));
            [others, words(records, known, |role| role == Role::OtherForename)]
        }
        Comparison::Arrangement => {
            let whole = |name: &NameParts| titled(&[&name.forenames[..], &name.surnames[..]].concat().join(" "));
            [mine.map_or_else(String::new, whole), words(records, known, |role| role != Role::JoinedSurname)]
        }
        Comparison::DateOfBirth => {
            let given = query.prepared.born.date().map(date_short).or_else(|| years(query.prepared.born_between));
            [given.unwrap_or_default(), record.born.date().map_or_else(String::new, date_short)]
        }
        Comparison::Sex => [query.prepared.sex, record.sex].map(|sex| sex.map_or("", Sex::label).to_owned()),
        Comparison::Postcode => {
            let codes = |codes: &[crate::packed::Postcode]| {
                codes.iter().map(|code| code.shown()).collect::<Vec<_>>().join(", ")
            };
            [codes(&query.prepared.postcodes), codes(records.postcodes(record))]
        }
        Comparison::Address => {
            let join = |house: &str, street: &str| format!("{house} {street}").trim().to_owned();
            let house = if record.house == NONE { "" } else { records.tokens.text(record.house) };
            [join(&address.house, &titled(&address.street)), join(house, &word(record.street))]
        }
        Comparison::Town => [titled(&address.town), word(record.town)],
        Comparison::NhsNumber => number(NumberKind::Nhs),
        Comparison::Pnc => number(NumberKind::Pnc),
        Comparison::Cro => number(NumberKind::Cro),
        Comparison::LocalId => number(NumberKind::Local),
        Comparison::Relative | Comparison::Others => [String::new(), String::new()],
    }
}

fn years(between: Option<(u32, u32)>) -> Option<String> {
    between.map(|(from, to)| if from == to { format!("{from}") } else { format!("{from} or {to}") })
}

fn shown(numbers: &[Number], kind: NumberKind) -> String {
    numbers.iter().find(|number| number.kind() == kind).map_or_else(String::new, |number| number.shown())
}

fn words(records: &Records, name: &[Part], wanted: impl Fn(Role) -> bool) -> String {
    let words: Vec<String> =
        name.iter().filter(|part| wanted(part.role())).map(|part| titled(records.tokens.text(part.token()))).collect();
    words.join(" ")
}

/// Folded words with a capital each, as names are shown.
fn titled(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        if out.is_empty() || out.ends_with(' ') {
            out.extend(letter.to_uppercase());
        } else {
            out.push(letter);
        }
    }
    out
}
