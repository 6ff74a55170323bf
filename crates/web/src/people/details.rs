//! The questions about who a person is and how they may be reached: asked when a person is added
//! and when their details are corrected.

use crate::asking::{codes, typed_date};
use crate::{Asking, Errors, Fields};
use chrono::NaiveDate;
use minijinja::Value;
use throughline_domain::identifier::NhsNumber;
use throughline_domain::name::Name;
use throughline_domain::person::{Ethnicity, Gender};
use throughline_domain::time::parse_date;
use throughline_store::people::{ContactDetails, Person};

/// The longest life: a birth longer ago is a slip of the century.
const LONGEST_LIFE_YEARS: u32 = 125;

/// Who the person is.
pub(super) fn identity_questions(asking: &Asking<'_>) -> Vec<Value> {
    vec![
        asking.question("text", "forenames", "Forenames", "All of them, in order"),
        asking.question("text", "surname", "Surname", "If they use only one name, enter it here"),
        asking.question("text", "preferred_name", "Likes to be called", ""),
        asking.question("date", "date_of_birth", "Date of birth", ""),
        asking.choice(
            "single",
            "gender",
            "Gender, as the person says",
            "",
            codes(Gender::ALL, Gender::code, Gender::label),
        ),
        asking.choice(
            "select",
            "ethnicity",
            "Ethnic category, as the person says",
            "",
            codes(Ethnicity::ALL, Ethnicity::code, Ethnicity::label),
        ),
        asking.question(
            "text",
            "nhs_number",
            "NHS number",
            "10 digits, in any spacing. Leave it empty when you do not know it",
        ),
    ]
}

/// What the person needs when we speak with them.
pub(super) fn needs_questions(asking: &Asking<'_>) -> Vec<Value> {
    vec![
        asking.question("text", "language", "Language they speak, if it is not English", ""),
        asking.yes_no("interpreter", "Is an interpreter needed?", ""),
        asking.question(
            "long_text",
            "adjustments",
            "Communication needs and reasonable adjustments",
            "One on each line. They are shown at the top of every page about the person",
        ),
    ]
}

/// How the person may be reached.
pub(super) fn contact_questions(asking: &Asking<'_>) -> Vec<Value> {
    vec![
        asking.question(
            "long_text",
            "safe_contact",
            "How they may be contacted safely",
            "For example: no voicemail, only before 3pm, partner must not know",
        ),
        asking.question("text", "phone", "Phone", ""),
        asking.question("long_text", "address", "Address", "Where they can be found, also when it is not a home"),
        asking.question("text", "postcode", "Postcode", "ZZ99 3VZ when they have no fixed abode"),
        asking.question("text", "gp", "GP practice", ""),
    ]
}

/// Who a person is, as typed and understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Identity {
    pub name: Name,
    pub preferred_name: String,
    pub date_of_birth: Option<NaiveDate>,
    pub gender: Gender,
    pub ethnicity: Ethnicity,
    pub nhs_number: Option<NhsNumber>,
    pub language: String,
    pub interpreter: bool,
    pub adjustments: String,
}

impl Identity {
    /// Reads the fields; what cannot be understood is told in `errors`.
    pub fn read(fields: &Fields, today: NaiveDate, errors: &mut Errors) -> Self {
        let name = Name::new(fields.text("forenames"), fields.text("surname"));
        if name.is_unknown() {
            errors.add("surname", "Enter a name. If nobody knows it, enter what the list says, such as Unknown male");
        }
        let nhs_number = fields
            .given("nhs_number")
            .and_then(|text| NhsNumber::parse(text).map_err(|error| errors.add("nhs_number", error)).ok());
        Self {
            name,
            preferred_name: fields.text("preferred_name").trim().to_owned(),
            date_of_birth: date_of_birth(fields, today, errors),
            gender: Gender::from_code(fields.text("gender")).unwrap_or(Gender::NotKnown),
            ethnicity: Ethnicity::from_code(fields.text("ethnicity")).unwrap_or(Ethnicity::NotKnown),
            nhs_number,
            language: fields.text("language").trim().to_owned(),
            interpreter: fields.text("interpreter") == "yes",
            adjustments: fields.text("adjustments").to_owned(),
        }
    }

    /// What is known of a person, as the form shows it.
    pub fn of(person: &Person) -> Self {
        Self {
            name: person.name.clone(),
            preferred_name: person.preferred_name.clone(),
            date_of_birth: person.date_of_birth,
            gender: person.gender,
            ethnicity: person.ethnicity,
            nhs_number: person.nhs_number.clone(),
            language: person.language.clone(),
            interpreter: person.interpreter,
            adjustments: person.adjustments.clone(),
        }
    }

    /// The person with these details in place of their own.
    pub fn put_into(&self, person: Person) -> Person {
        Person {
            name: self.name.clone(),
            preferred_name: self.preferred_name.clone(),
            date_of_birth: self.date_of_birth,
            gender: self.gender,
            ethnicity: self.ethnicity,
            nhs_number: self.nhs_number.clone(),
            language: self.language.clone(),
            interpreter: self.interpreter,
            adjustments: self.adjustments.clone(),
            ..person
        }
    }

    /// The answer that the form shows in a field; `None` when it is no field of identity.
    pub fn answer(&self, field: &str) -> Option<String> {
        Some(match field {
            "forenames" => self.name.forenames.clone(),
            "surname" => self.name.surname.clone(),
            "preferred_name" => self.preferred_name.clone(),
            "date_of_birth" => self.date_of_birth.map(typed_date).unwrap_or_default(),
            "gender" => self.gender.code().to_owned(),
            "ethnicity" => self.ethnicity.code().to_owned(),
            "nhs_number" => self.nhs_number.as_ref().map(|number| number.digits().to_owned()).unwrap_or_default(),
            "language" => self.language.clone(),
            "interpreter" => if self.interpreter { "yes" } else { "no" }.to_owned(),
            "adjustments" => self.adjustments.clone(),
            _ => return None,
        })
    }
}

fn date_of_birth(fields: &Fields, today: NaiveDate, errors: &mut Errors) -> Option<NaiveDate> {
    let text = fields.given("date_of_birth")?;
    match parse_date(text, today) {
        Ok(born) if born > today => {
            errors.add("date_of_birth", "The date of birth is in the future: check the year");
            None
        }
        Ok(born) if today.years_since(born).is_some_and(|age| age > LONGEST_LIFE_YEARS) => {
            errors.add("date_of_birth", "The date of birth is more than 125 years ago: check the year");
            None
        }
        Ok(born) => Some(born),
        Err(error) => {
            errors.add("date_of_birth", error);
            None
        }
    }
}

/// How a person may be reached, as typed.
pub(super) fn contact(fields: &Fields) -> ContactDetails {
    ContactDetails {
        address: fields.text("address").trim().to_owned(),
        postcode: fields.text("postcode").trim().to_owned(),
        phone: fields.text("phone").trim().to_owned(),
        safe_contact: fields.text("safe_contact").to_owned(),
        gp: fields.text("gp").trim().to_owned(),
    }
}

/// The answer that the form shows in a field of contact details.
pub(super) fn contact_answer(contact: &ContactDetails, field: &str) -> Option<String> {
    Some(match field {
        "address" => contact.address.clone(),
        "postcode" => contact.postcode.clone(),
        "phone" => contact.phone.clone(),
        "safe_contact" => contact.safe_contact.clone(),
        "gp" => contact.gp.clone(),
        _ => return None,
    })
}
