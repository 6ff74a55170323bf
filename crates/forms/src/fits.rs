//! Whom a form is made for, and which form a step of the pathway opens.

use throughline_domain::episode::Step;
use throughline_domain::place::PointOfContact;

/// The steps of an episode that are fulfilled by signing a form. A form says which one it fulfils
/// (`step` in its definition), and nothing else decides it.
pub const STEPS_WITH_FORMS: [Step; 3] = [Step::Screening, Step::Assessment, Step::Risk];

/// What is known of a person when a form is chosen for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct About {
    /// Completed years, when the date of birth is known.
    pub age: Option<u32>,
    /// How the service met them.
    pub contact: PointOfContact,
}

/// Whom a form is made for; without any limit, everybody.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fits {
    /// The youngest, in completed years.
    pub from_age: Option<u32>,
    /// Everybody younger than this, in completed years.
    pub under_age: Option<u32>,
    /// How the service met them; empty means however.
    pub contact: Vec<PointOfContact>,
}

impl Fits {
    /// Whether the form is made for somebody like this. Somebody whose age is not known is given
    /// the adult's form; the page offers the other beside it.
    pub fn suits(&self, about: About) -> bool {
        self.suits_age(about.age) && (self.contact.is_empty() || self.contact.contains(&about.contact))
    }

    fn suits_age(&self, age: Option<u32>) -> bool {
        match age {
            Some(age) => self.from_age.is_none_or(|from| age >= from) && self.under_age.is_none_or(|under| age < under),
            None => self.under_age.is_none(),
        }
    }

    /// Whom it is made for: `18 and over`, `under 18, voluntary attendance`, `everybody`.
    pub fn in_words(&self) -> String {
        let age = match (self.from_age, self.under_age) {
            (Some(from), Some(under)) => Some(format!("{from} and over, under {under}")),
            (Some(from), None) => Some(format!("{from} and over")),
            (None, Some(under)) => Some(format!("under {under}")),
            (None, None) => None,
        };
        let contact: Vec<String> = self.contact.iter().map(|one| one.label().to_lowercase()).collect();
        let contact = (!contact.is_empty()).then(|| contact.join(" or "));
        let words: Vec<String> = age.into_iter().chain(contact).collect();
        if words.is_empty() { "everybody".to_owned() } else { words.join(", ") }
    }

    /// How much it was made for somebody in particular.
    pub(crate) fn narrowness(&self) -> usize {
        usize::from(self.from_age.is_some() || self.under_age.is_some()) + usize::from(!self.contact.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whom_a_form_is_made_for_is_said_in_words() {
        let words = |from_age, under_age, contact: &[PointOfContact]| {
            Fits { from_age, under_age, contact: contact.to_vec() }.in_words()
        };
        assert_eq!(words(None, None, &[]), "everybody");
        assert_eq!(words(Some(18), None, &[]), "18 and over");
        assert_eq!(words(Some(10), Some(18), &[]), "10 and over, under 18");
        let places = [PointOfContact::VoluntaryAttendance, PointOfContact::YouthCourt];
        assert_eq!(words(None, Some(18), &places), "under 18, voluntary attendance or youth court");
    }
}
