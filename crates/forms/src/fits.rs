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

    /// How much it was made for somebody in particular.
    pub(crate) fn narrowness(&self) -> usize {
        usize::from(self.from_age.is_some() || self.under_age.is_some()) + usize::from(!self.contact.is_empty())
    }
}
