//! Scores in words.

use crate::evidence::{Evidence, Scored};
use crate::levels::{Agreement, Comparison};

/// A probability as people say it: "97 in 100".
///
/// It never says 100 in 100 or 0 in 100: the engine is never certain.
pub fn in_words(probability: f64) -> String {
    let hundredths = (probability * 100.0).round();
    if hundredths >= 100.0 {
        "more than 99 in 100".to_owned()
    } else if hundredths >= 1.0 {
        format!("{hundredths:.0} in 100")
    } else {
        "less than 1 in 100".to_owned()
    }
}

/// One line for a row of a list: "Same name and date of birth; different postcode".
///
/// A safety rule comes first: "Possible twin: same surname and date of birth; different forename".
pub fn reason_line(scored: &Scored) -> String {
    let mut clauses = Vec::new();
    clauses.extend(clause("same", &nouns(&scored.evidence, Agreement::Agree)));
    clauses.extend(scored.evidence.iter().filter(|line| is_told_apart(line)).map(told));
    clauses.extend(clause("different", &nouns(&scored.evidence, Agreement::Disagree)));
    let reasons = if clauses.is_empty() { "nothing to compare".to_owned() } else { clauses.join("; ") };
    match scored.rules.first() {
        Some(rule) => format!("{}: {reasons}", rule.label()),
        None => capitalised(&reasons),
    }
}

fn clause(word: &str, nouns: &[&str]) -> Option<String> {
    match nouns {
        [] => None,
        [only] => Some(format!("{word} {only}")),
        [all @ .., last] => Some(format!("{word} {} and {last}", all.join(", "))),
    }
}

/// The fields that point this way, forename and surname together as "name". Sex is told only when
/// it differs: half of all pairs agree on it.
fn nouns(evidence: &[Evidence], agreement: Agreement) -> Vec<&'static str> {
    let points = |comparison: Comparison| {
        evidence.iter().any(|line| line.comparison == comparison && line.agreement == agreement)
    };
    let name = match (points(Comparison::Forename), points(Comparison::Surname)) {
        (true, true) => Some("name"),
        (true, false) => Some("forename"),
        (false, true) => Some("surname"),
        (false, false) => None,
    };
    let fields = [
        (Comparison::MiddleNames, "middle name"),
        (Comparison::DateOfBirth, "date of birth"),
        (Comparison::Sex, "sex"),
        (Comparison::Postcode, "postcode"),
        (Comparison::Address, "address"),
        (Comparison::NhsNumber, "NHS number"),
        (Comparison::Pnc, "PNC ID"),
        (Comparison::Cro, "CRO number"),
        (Comparison::LocalId, "local number"),
    ];
    let told = |comparison| comparison != Comparison::Sex || agreement == Agreement::Disagree;
    let others = fields.into_iter().filter(|(comparison, _)| told(*comparison) && points(*comparison));
    name.into_iter().chain(others.map(|(_, noun)| noun)).collect()
}

/// Part agreement is told in its own words; that others are alike is not a reason by itself.
fn is_told_apart(line: &Evidence) -> bool {
    line.agreement == Agreement::Partly && !matches!(line.comparison, Comparison::Relative | Comparison::Others)
}

fn told(line: &Evidence) -> String {
    match line.comparison {
        Comparison::Pnc => format!("PNC ID: {}", uncapitalised(line.level)),
        Comparison::Cro => format!("CRO number: {}", uncapitalised(line.level)),
        _ => uncapitalised(line.level),
    }
}

fn uncapitalised(text: &str) -> String {
    // "NHS number one digit out" keeps its capitals.
    match text.chars().nth(1) {
        Some(second) if second.is_uppercase() => text.to_owned(),
        _ => text[..1].to_lowercase() + &text[1..],
    }
}

fn capitalised(text: &str) -> String {
    text[..1].to_uppercase() + &text[1..]
}
