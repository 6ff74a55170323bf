//! Descriptions as they are kept with a decision, and what changed between two of one record, in the words
//! of a screen.

use throughline_domain::name::{Name, folded};
use throughline_matching::{Description, Scored};

/// What is kept with a decision: what was described then, what spoke for and against, and the version of the
/// parameters it was weighed with.
pub(crate) fn evidence(described: &Description, scored: &Scored, parameters: &str) -> String {
    serde_json::json!({ "description": described, "scored": scored, "parameters": parameters }).to_string()
}

/// The details of a record that are not what they were, as words go on: "the postcode and the address".
/// Case, accents and spaces change nothing.
pub(crate) fn changed(then: &Description, now: &Description) -> Vec<&'static str> {
    let differs = [
        ("name", folded(&then.name.natural()) != folded(&now.name.natural())),
        ("other names", names(&then.aliases) != names(&now.aliases)),
        ("date of birth", (then.date_of_birth, then.born_between) != (now.date_of_birth, now.born_between)),
        ("sex", then.sex != now.sex),
        ("postcode", codes(&then.postcodes) != codes(&now.postcodes)),
        ("address", folded(&then.address) != folded(&now.address)),
        ("NHS number", number(then.nhs_number.as_ref()) != number(now.nhs_number.as_ref())),
        ("PNC ID", number(then.pnc.as_ref()) != number(now.pnc.as_ref())),
        ("CRO number", number(then.cro.as_ref()) != number(now.cro.as_ref())),
        ("local number", number(then.local_id.as_ref()) != number(now.local_id.as_ref())),
    ];
    differs.into_iter().filter(|(_, differs)| *differs).map(|(what, _)| what).collect()
}

/// "the postcode", "the postcode and the address", "the name, the sex and the address".
pub(crate) fn listed(what: &[&str]) -> String {
    let the: Vec<String> = what.iter().map(|one| format!("the {one}")).collect();
    match the.as_slice() {
        [] => String::new(),
        [only] => only.clone(),
        [all @ .., last] => format!("{} and {last}", all.join(", ")),
    }
}

fn names(names: &[Name]) -> Vec<String> {
    let mut all: Vec<String> = names.iter().map(|name| folded(&name.natural())).collect();
    all.sort();
    all.dedup();
    all
}

fn codes(codes: &[String]) -> Vec<String> {
    let mut all: Vec<String> = codes.iter().map(|code| bare(code)).collect();
    all.sort();
    all
}

fn number(number: Option<&String>) -> String {
    number.map(|number| bare(number)).unwrap_or_default()
}

/// Without spaces and case.
fn bare(text: &str) -> String {
    text.split_whitespace().collect::<String>().to_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_spaces_change_nothing_and_a_new_postcode_is_told() {
        let then =
            Description { pnc: Some("2012/0345678U".into()), ..Description::named("Ada", "Marsh").at("ZZ1 1AA") };
        let printed =
            Description { pnc: Some("2012/0345678u".into()), ..Description::named("ADA", "MARSH").at("zz11aa") };
        assert_eq!(changed(&then, &printed), Vec::<&str>::new());
        let moved = Description { pnc: None, ..Description::named("Ada", "Marsh").at("ZZ2 2BB") };
        assert_eq!(listed(&changed(&then, &moved)), "the postcode and the PNC ID");
        assert_eq!(changed(&then, &then.clone().also_known_as("Adah", "March")), ["other names"]);
    }
}
