//! Answers that can be read and still cannot be right: a past that is still to come, an end before
//! its beginning, a conclusion that other answers contradict.

use chrono::{Duration, NaiveDate, NaiveDateTime};
use throughline_domain::time::{Instant, date_long, from_london, london_date, parse_date, parse_time};

use crate::answers::{Answers, hours_minutes};
use crate::check::FieldError;
use crate::definition::{Kind, Moment, Question};

/// How far a clock on a wall may be ahead of ours.
const CLOCKS_DIFFER: Duration = Duration::minutes(5);

/// A date or a moment as it was typed, in London time.
#[derive(Debug, Clone, Copy)]
struct Typed {
    day: NaiveDate,
    moment: Option<NaiveDateTime>,
}

impl Typed {
    fn of(question: &Question, answers: &Answers, today: NaiveDate) -> Option<Self> {
        if !matches!(question.kind, Kind::Date | Kind::DateTime) {
            return None;
        }
        let day = parse_date(answers.one(&question.id)?, today).ok()?;
        let hour = answers.one(&format!("{}.time", question.id)).and_then(|text| parse_time(text).ok());
        Some(Self { day, moment: hour.filter(|_| question.kind == Kind::DateTime).map(|hour| day.and_time(hour)) })
    }

    fn is_after(self, now: Instant) -> bool {
        self.day > london_date(now) || self.moment.is_some_and(|moment| from_london(moment) > now + CLOCKS_DIFFER)
    }

    /// Days are compared as days unless both have a time.
    fn is_before(self, other: Self) -> bool {
        match (self.moment, other.moment) {
            (Some(this), Some(other)) => this < other,
            _ => self.day < other.day,
        }
    }

    fn in_words(self) -> String {
        let day = date_long(self.day);
        self.moment.map_or_else(|| day.clone(), |moment| format!("{day} at {}", hours_minutes(moment.time())))
    }
}

impl Question {
    /// A date or time on the wrong side of now, or before the one that it follows. Whatever cannot be
    /// read is told elsewhere; questions that do not apply are not compared with.
    pub(crate) fn misplaced(&self, visible: &[&Self], answers: &Answers, now: Instant) -> Option<FieldError> {
        let today = london_date(now);
        let typed = Typed::of(self, answers, today)?;
        match self.limits.moment {
            Some(Moment::Past) if typed.is_after(now) => {
                let field = if typed.day > today { self.id.clone() } else { format!("{}.time", self.id) };
                let message = self.says(typed, "is still to come: enter when it happened");
                return Some(FieldError::at(self, field, message));
            }
            Some(Moment::Future) if typed.day < today => {
                let message = self.says(typed, "has passed: enter today or a later day");
                return Some(FieldError::new(self, message));
            }
            _ => {}
        }
        let earlier = visible.iter().find(|question| Some(&question.id) == self.limits.not_before.as_ref())?;
        let before = Typed::of(earlier, answers, today)?;
        typed.is_before(before).then(|| {
            let rest = format!("is before “{}”, {}: change one of the two", earlier.label, before.in_words());
            FieldError::new(self, self.says(typed, &rest))
        })
    }

    /// Names the question: the message also stands in a list away from it.
    fn says(&self, typed: Typed, rest: &str) -> String {
        format!("“{}”: {} {rest}", self.label, typed.in_words())
    }

    /// What other answers say against this one, when it is to be signed.
    pub(crate) fn contradiction(&self, visible: &[&Self], answers: &Answers) -> Option<FieldError> {
        let applies = |id: &str| visible.iter().any(|question| question.id == id);
        let found = self.limits.contradicted.iter().find(|one| one.when.holds(answers, &applies))?;
        Some(FieldError::new(self, found.say.clone()))
    }

    /// The hint, with how much text is useful. More is kept all the same.
    pub(crate) fn hint_for(&self, answers: &Answers) -> Option<String> {
        let length = self.limits.useful_length.map(|useful| {
            let given = answers.one(&self.id).unwrap_or_default().trim().chars().count();
            if given > useful {
                format!("This is {given} characters long; about {useful} are useful to whoever reads it. All are kept")
            } else {
                format!("Up to about {useful} characters are useful to whoever reads it")
            }
        });
        match (&self.hint, length) {
            (Some(hint), Some(length)) => Some(format!("{}. {length}", hint.trim_end_matches('.'))),
            (hint, length) => hint.clone().or(length),
        }
    }
}
