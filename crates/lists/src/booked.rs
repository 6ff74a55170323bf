//! A line of work that no file brought: somebody who was given an appointment.

use chrono::NaiveDate;
use serde_json::json;
use throughline_domain::name::Name;
use throughline_domain::time::{Instant, age_on, date_time_long};

use crate::{Entry, Notice, Offence, Position, Sex};

/// What is known of somebody who is booked in. Empty texts are not given.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Booked {
    /// The name, in its parts.
    pub name: Name,
    /// Date of birth.
    pub date_of_birth: Option<NaiveDate>,
    /// Sex.
    pub sex: Option<Sex>,
    /// What the person is said to have done, in words.
    pub offence: String,
    /// The officer in the case, as the appointment names them.
    pub officer: String,
    /// When the interview starts.
    pub interview_at: Option<Instant>,
    /// Whether an appropriate adult is asked for.
    pub appropriate_adult: bool,
    /// The language of the interpreter; empty when none is asked for.
    pub interpreter: String,
}

impl Booked {
    /// The start of the keys of entries that were booked: no list that is sent has such a key.
    pub const KEY: &'static str = "appointment:";

    /// The entry of an appointment of this id, made on a day.
    pub fn entry(&self, id: &str, today: NaiveDate) -> Entry {
        let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let mut entry = Entry::at(Position::Row(0), self.verbatim());
        entry.key = format!("{}{id}", Self::KEY);
        entry.name = self.name.clone();
        entry.name_as_printed = self.name.natural();
        entry.date_of_birth = self.date_of_birth;
        entry.sex = self.sex;
        entry.offences =
            given(&self.offence).map(|title| Offence { title, ..Offence::default() }).into_iter().collect();
        entry.officer = given(&self.officer);
        entry.interview_at = self.interview_at;
        entry.appropriate_adult = self.appropriate_adult.then(|| "Yes".to_owned());
        entry.interpreter = given(&self.interpreter);
        entry.youth = self.date_of_birth.and_then(|born| age_on(born, today)).is_some_and(|age| age < 18);
        if entry.date_of_birth.is_none() {
            entry.notices.push(Notice::NoDateOfBirth);
        }
        if entry.youth {
            entry.notices.push(Notice::Youth);
        }
        entry
    }

    fn verbatim(&self) -> serde_json::Value {
        json!({
            "Booked by hand": self.name.natural(),
            "Date of birth": self.date_of_birth.map(|born| born.to_string()).unwrap_or_default(),
            "Offence": self.offence,
            "Officer in the case": self.officer,
            "Interview": self.interview_at.map(date_time_long).unwrap_or_default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_is_the_line_of_work() {
        let day = |year, month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap();
        let booked = Booked {
            name: Name::new("Ada", "Marsh"),
            date_of_birth: Some(day(2010, 2, 14)),
            offence: " Affray ".into(),
            ..Booked::default()
        };
        let entry = booked.entry("1", day(2026, 12, 1));
        assert_eq!((entry.key.as_str(), entry.offences[0].title.as_str()), ("appointment:1", "Affray"));
        assert!(entry.youth && !entry.in_custody && entry.arrived_at.is_none() && entry.custody_number.is_none());
        assert_eq!(entry.notices, [Notice::Youth]);
        assert_eq!(Booked::default().entry("2", day(2026, 12, 1)).notices, [Notice::NoDateOfBirth]);
    }
}
