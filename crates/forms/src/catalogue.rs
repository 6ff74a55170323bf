//! Every form shipped with the program.

use std::sync::LazyLock;

use throughline_domain::episode::Step;

use crate::definition::Form;
use crate::fits::About;
use crate::raw::check_definitions;

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| Catalogue {
    forms: check_definitions(EMBEDDED.iter().copied()).expect("the build proved the embedded forms"),
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

impl Catalogue {
    /// The forms that fulfil a step.
    pub fn of_step(&self, step: Step) -> impl Iterator<Item = &Form> {
        self.all().iter().filter(move |form| form.step == Some(step))
    }

    /// The step that a form fulfils, asked by the form's id.
    pub fn step_of(&self, form: &str) -> Option<Step> {
        self.get(form)?.step
    }

    /// The form that a step opens for somebody: of those made for them, the one made most narrowly.
    /// `None` for steps that are no forms.
    pub fn for_step(&self, step: Step, about: About) -> Option<&Form> {
        self.of_step(step).filter(|form| form.fits.suits(about)).max_by_key(|form| form.fits.narrowness())
    }
}

/// The catalogue, read once.
pub fn catalogue() -> &'static Catalogue {
    &CATALOGUE
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::FormKind;
    use crate::fits::STEPS_WITH_FORMS;
    use crate::scoring::Reading;
    use throughline_domain::place::PointOfContact;

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

    #[test]
    fn every_step_has_one_form_for_everybody() {
        let ages = [None, Some(10), Some(17), Some(18), Some(90)];
        for step in STEPS_WITH_FORMS {
            for (age, contact) in ages.iter().flat_map(|age| PointOfContact::ALL.iter().map(move |at| (*age, *at))) {
                let about = About { age, contact };
                let best = catalogue().for_step(step, about).unwrap_or_else(|| panic!("{step} for {about:?}"));
                let equals = catalogue().of_step(step).filter(|form| form.fits.suits(about));
                let equals = equals.filter(|form| form.fits.narrowness() == best.fits.narrowness()).count();
                assert_eq!(equals, 1, "{step} for {about:?}: two forms are as good as each other");
            }
        }
    }

    #[test]
    fn the_form_of_a_step_is_made_for_the_person() {
        let opens =
            |step, age, contact| catalogue().for_step(step, About { age, contact }).map(|form| form.id.as_str());
        assert_eq!(opens(Step::Screening, Some(30), PointOfContact::Custody), Some("screening"));
        assert_eq!(opens(Step::Screening, Some(15), PointOfContact::VoluntaryAttendance), Some("voluntary_attendance"));
        assert_eq!(opens(Step::Assessment, Some(17), PointOfContact::YouthCourt), Some("under18_assessment"));
        assert_eq!(opens(Step::Assessment, Some(18), PointOfContact::YouthCourt), Some("assessment"));
        assert_eq!(opens(Step::Assessment, None, PointOfContact::Custody), Some("assessment"));
        assert_eq!(opens(Step::Consent, Some(30), PointOfContact::Custody), None);
    }
}
