//! The forms of an episode: what was filled in, and what can be filled in: by step and title, those
//! made for the person first.

use crate::record_lines::record_line;
use minijinja::{Value, context};
use throughline_domain::ids::EpisodeId;
use throughline_forms::{About, Form, FormKind, catalogue};
use throughline_store::records::Records;

/// A group of forms on the page of an episode.
struct Group {
    title: &'static str,
    /// What the group is for; what comes before the names of the forms that the steps open.
    help: &'static str,
    holds: fn(&Form) -> bool,
}

const GROUPS: [Group; 4] = [
    Group {
        title: "What the pathway asks",
        help: "The steps above open:",
        holds: |form| form.kind == FormKind::Form && form.step.is_some(),
    },
    Group {
        title: "Further forms",
        help: "When something needs a form of its own.",
        holds: |form| form.kind == FormKind::Form && form.step.is_none(),
    },
    Group {
        title: "Questionnaires",
        help: "A score is a screen, not a diagnosis.",
        holds: |form| form.kind == FormKind::Instrument,
    },
    Group {
        title: "Notes",
        help: "What no form asks. What other people said, and what must be sealed, have notes of their own.",
        holds: |form| form.kind == FormKind::Note,
    },
];

/// The forms of an episode for its page.
pub(super) fn forms(all: &Records, about: About, episode: EpisodeId, may_write: bool) -> Value {
    let groups: Vec<Value> = GROUPS.iter().map(|group| group_value(group, about, episode)).collect();
    let filled: Vec<Value> = all.records.iter().map(record_line).collect();
    context! { groups, filled, withheld => all.withheld, may_write }
}

fn group_value(group: &Group, about: About, episode: EpisodeId) -> Value {
    let mut all: Vec<&Form> = catalogue().all().iter().filter(|form| (group.holds)(form)).collect();
    all.sort_by_key(|form| (form.step, &form.title));
    let (suiting, others): (Vec<&Form>, Vec<&Form>) = all.into_iter().partition(|form| is_for(form, about));
    let links = |forms: Vec<&Form>| -> Vec<Value> {
        let link = |form: &Form| {
            let href = format!("/episodes/{episode}/forms/{}", form.id);
            // A second link to what a step opens would only ask which of the two is meant.
            let of_step = form.step.is_some();
            context! { title => form.title, href, of_step, made_for => form.fits.in_words() }
        };
        forms.into_iter().map(link).collect()
    };
    context! { title => group.title, help => group.help, forms => links(suiting), others => links(others) }
}

/// Whether a form is offered first: the one that its step opens for this person, or any that is made
/// for somebody like them.
fn is_for(form: &Form, about: About) -> bool {
    match form.step {
        Some(step) => catalogue().for_step(step, about).is_some_and(|best| best.id == form.id),
        None => form.fits.suits(about),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use throughline_domain::place::PointOfContact;

    fn titles(of: &str, age: Option<u32>, group: &str) -> Vec<String> {
        let about = About { age, contact: PointOfContact::Custody };
        let page = forms(&Records::default(), about, EpisodeId::new(uuid::Uuid::nil()), true);
        let groups = page.get_attr("groups").unwrap();
        let group = groups.try_iter().unwrap().find(|one| one.get_attr("title").unwrap().as_str() == Some(group));
        let group = group.expect("the group is there").get_attr(of).unwrap();
        group.try_iter().unwrap().map(|form| form.get_attr("title").unwrap().to_string()).collect()
    }

    #[test]
    fn forms_made_for_the_person_come_first_and_no_form_is_missing() {
        let pathway = "What the pathway asks";
        assert_eq!(titles("forms", Some(16), pathway), ["Screening", "Assessment under 18", "Risk and safety plan"]);
        assert_eq!(titles("others", Some(16), pathway), ["Voluntary attendance screening", "Assessment"]);
        assert!(titles("forms", Some(40), "Further forms").contains(&"Care and support needs".to_owned()));
        assert!(titles("others", Some(16), "Further forms").contains(&"Care and support needs".to_owned()));
        for age in [None, Some(12), Some(16), Some(40)] {
            let shown: usize = GROUPS
                .iter()
                .map(|group| titles("forms", age, group.title).len() + titles("others", age, group.title).len())
                .sum();
            assert_eq!(shown, catalogue().all().len());
        }
    }
}
