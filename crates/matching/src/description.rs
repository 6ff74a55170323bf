//! What is said of somebody, on a list or in the record.

use chrono::NaiveDate;
use throughline_domain::{codes, name::Name};

codes! {
    /// Sex as lists and records give it. "Not known" and "not specified" are `None`.
    pub enum Sex {
        /// Male.
        Male = "M", "Male";
        /// Female.
        Female = "F", "Female";
    }
}

/// What is said of somebody: by a list (the query) or by the record (the known person).
///
/// Everything is kept as given and may be missing; nothing here is refused. A missing field is
/// never counted as a difference.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Description {
    /// The name in use.
    pub name: Name,
    /// Other names used: earlier, maiden, assumed. Their order means nothing.
    pub aliases: Vec<Name>,
    /// Date of birth.
    pub date_of_birth: Option<NaiveDate>,
    /// First and last year of birth that fit, when only an age or a year is given.
    pub born_between: Option<(i32, i32)>,
    /// Sex.
    pub sex: Option<Sex>,
    /// The present address in one line, commas between its parts: `12 Wesley Avenue, Bromley`.
    pub address: String,
    /// Postcodes, the present one first, then earlier ones. A code beginning ZZ99 means no fixed
    /// abode.
    pub postcodes: Vec<String>,
    /// Police National Computer id, in any form lists write it.
    pub pnc: Option<String>,
    /// NHS number as given; its check digit need not be right.
    pub nhs_number: Option<String>,
    /// Criminal Records Office number.
    pub cro: Option<String>,
    /// A number of another register that both sides use, such as a hospital's.
    pub local_id: Option<String>,
}

impl Description {
    /// A description of which only the name is given.
    pub fn named(forenames: &str, surname: &str) -> Self {
        Self { name: Name::new(forenames, surname), ..Self::default() }
    }

    /// The same description with a date of birth.
    #[must_use]
    pub fn born(mut self, date_of_birth: NaiveDate) -> Self {
        self.date_of_birth = Some(date_of_birth);
        self
    }

    /// The same description with one more postcode.
    #[must_use]
    pub fn at(mut self, postcode: &str) -> Self {
        self.postcodes.push(postcode.to_owned());
        self
    }

    /// The same description with an address.
    #[must_use]
    pub fn living_at(mut self, address: &str) -> Self {
        address.clone_into(&mut self.address);
        self
    }

    /// The same description with one more name they have used.
    #[must_use]
    pub fn also_known_as(mut self, forenames: &str, surname: &str) -> Self {
        self.aliases.push(Name::new(forenames, surname));
        self
    }
}
