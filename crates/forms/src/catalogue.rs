//! Every form shipped with the program.

use std::sync::LazyLock;

use crate::definition::Form;
use crate::raw::check_definition;

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| Catalogue {
    forms: EMBEDDED
        .iter()
        .map(|(file, text)| check_definition(file, text).expect("embedded forms are proven by test"))
        .collect(),
});

/// The forms and instruments of `forms/*.toml`, by id.
#[derive(Debug)]
pub struct Catalogue {
    forms: Vec<Form>,
}

impl Catalogue {
    /// The form with this id.
    pub fn get(&self, id: &str) -> Option<&Form> {
        self.forms.iter().find(|form| form.id == id)
    }

    /// Every form, by id.
    pub fn all(&self) -> &[Form] {
        &self.forms
    }
}

/// The catalogue, read once.
pub fn catalogue() -> &'static Catalogue {
    &CATALOGUE
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::{FormKind, Prefill};
    use crate::scoring::Reading;

    #[test]
    fn every_shipped_definition_is_valid() {
        let errors: Vec<String> = EMBEDDED
            .iter()
            .filter_map(|(file, text)| check_definition(file, text).err())
            .flatten()
            .map(|error| error.to_string())
            .collect();
        assert!(errors.is_empty(), "{}", errors.join("\n"));
        assert!(EMBEDDED.len() >= 5);
    }

    #[test]
    fn every_prefill_names_a_question_that_some_form_asks() {
        for question in catalogue().all().iter().flat_map(Form::questions) {
            if let Some(Prefill::Latest { form, question: from }) = &question.prefill {
                let source = catalogue().get(form).and_then(|form| form.question(from));
                assert!(source.is_some(), "{} takes its answer from {form}.{from}", question.id);
            }
        }
    }

    #[test]
    fn what_comes_next_is_a_form_that_is_shipped() {
        for form in catalogue().instruments() {
            let scoring = form.scoring.as_ref().expect("an instrument is scored");
            let by_rule = match &scoring.reading {
                Reading::Rules(rules) => rules.as_slice(),
                _ => &[],
            };
            let next = scoring.bands().iter().map(|band| &band.next_form);
            for id in next.chain(by_rule.iter().map(|rule| &rule.next_form)).flatten() {
                assert!(catalogue().get(id).is_some(), "{} goes on with '{id}'", form.id);
            }
        }
    }

    #[test]
    fn every_shipped_instrument_has_a_licence_and_a_score() {
        let instruments = catalogue().all().iter().filter(|form| form.kind == FormKind::Instrument);
        for form in instruments {
            assert!(form.licence.is_some() && form.scoring.is_some(), "{}", form.id);
        }
    }
}
