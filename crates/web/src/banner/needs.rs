//! What the banner says of what a person needs, short enough to stay in view: the rest is one press away.

use minijinja::{Value, context};
use throughline_store::people::Person;

/// How many adjustments the banner shows by themselves.
const MOST_SHOWN: usize = 3;

/// How long one of them may be, in characters.
const LONGEST_SHOWN: usize = 60;

/// Adjustments: those that are shown, and all of them where that is more.
pub(super) fn adjustments(person: &Person) -> Value {
    let interpreter = person.interpreter.then_some("Interpreter needed");
    let lines = person.adjustments.lines().map(str::trim).filter(|line| !line.is_empty());
    let all: Vec<&str> = interpreter.into_iter().chain(lines).collect();
    let shown: Vec<String> = all.iter().take(MOST_SHOWN).map(|line| shortened(line)).collect();
    let is_whole = all.len() <= MOST_SHOWN && all.iter().all(|line| line.chars().count() <= LONGEST_SHOWN);
    context! { shown, all => (!is_whole).then_some(all) }
}

/// The start of a text, cut at a word, when it is longer than the banner shows.
fn shortened(line: &str) -> String {
    if line.chars().count() <= LONGEST_SHOWN {
        return line.to_owned();
    }
    let start: String = line.chars().take(LONGEST_SHOWN).collect();
    let end = start.rfind(char::is_whitespace).filter(|end| *end > LONGEST_SHOWN / 2).unwrap_or(start.len());
    format!("{}…", start[..end].trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;
    use throughline_domain::ids::PersonId;
    use throughline_domain::name::Name;
    use throughline_domain::person::{Ethnicity, Gender, IdentityState};
    use uuid::Uuid;

    fn person(adjustments: &str, interpreter: bool) -> Person {
        Person {
            id: PersonId::new(Uuid::nil()),
            version: 1,
            name: Name::new("Jan", "Kowalski"),
            preferred_name: String::new(),
            date_of_birth: None,
            gender: Gender::NotKnown,
            ethnicity: Ethnicity::ALL[0],
            nhs_number: None,
            identity_state: IdentityState::Provisional,
            language: String::new(),
            interpreter,
            adjustments: adjustments.to_owned(),
            deceased_on: None,
            aliases: Vec::new(),
            identifiers: Vec::new(),
        }
    }

    fn told(adjustments: &str, interpreter: bool) -> (Vec<String>, Option<Vec<String>>) {
        let value = adjustments_of(adjustments, interpreter);
        let list = |key: &str| -> Option<Vec<String>> {
            let list = value.get_attr(key).unwrap();
            (!list.is_none()).then(|| list.try_iter().unwrap().map(|one| one.to_string()).collect())
        };
        (list("shown").unwrap(), list("all"))
    }

    fn adjustments_of(text: &str, interpreter: bool) -> Value {
        adjustments(&person(text, interpreter))
    }

    #[test]
    fn a_short_list_is_shown_whole() {
        assert_eq!(told("", false), (vec![], None));
        let (shown, all) = told("Plain words\n\n  More time ", true);
        assert_eq!(shown, ["Interpreter needed", "Plain words", "More time"]);
        assert_eq!(all, None);
    }

    #[test]
    fn a_long_list_is_shortened_and_nothing_of_it_is_lost() {
        let (shown, all) = told("One\nTwo\nThree\nFour", true);
        assert_eq!(shown, ["Interpreter needed", "One", "Two"], "an interpreter is told first");
        assert_eq!(all.unwrap().len(), 5);
        let long = format!("{} end", "ŵords ".repeat(40));
        let (shown, all) = told(&long, false);
        assert!(shown[0].ends_with('…') && shown[0].chars().count() <= LONGEST_SHOWN + 1, "{}", shown[0]);
        assert_eq!(all.unwrap(), [long]);
        let (shown, _) = told(&"x".repeat(400), false);
        assert_eq!(shown[0].chars().count(), LONGEST_SHOWN + 1);
    }
}
