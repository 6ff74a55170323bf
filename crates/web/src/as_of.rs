//! Pages as they stood: the moment that an address asks for, and the strip that says so.
//!
//! A moment is told to the minute and means its end: what was saved or signed within it is shown.

use crate::Fields;
use chrono::{Duration, NaiveDateTime, NaiveTime};
use minijinja::{Value, context};
use throughline_domain::time::{
    Instant, date_time_long, from_london, london_date, london_time, parse_date, parse_time,
};

/// What an address asks with: `as_of=2026-11-19T14:05`, or a day and a time as people type them.
#[derive(Debug, Clone, Default, serde::Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    as_of: String,
    #[serde(default)]
    as_of_time: String,
}

/// A moment in the past.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct AsOf {
    /// The end of the minute: what had happened by then is shown.
    pub at: Instant,
    minute: NaiveDateTime,
}

impl Asked {
    /// The moment; `None` when the page is asked for as it stands now.
    ///
    /// # Errors
    /// In words for beside the field, when no moment can be read or it has not come yet.
    pub fn read(&self, now: Instant) -> Result<Option<AsOf>, String> {
        if self.as_of.trim().is_empty() && self.as_of_time.trim().is_empty() {
            return Ok(None);
        }
        let minute = self.minute(now)?;
        // Before anything is added to it: an address may name the last minute that there is.
        if minute > london_time(now) {
            return Err("The moment has not come yet: enter one in the past".into());
        }
        Ok(Some(AsOf::of(minute)))
    }

    fn minute(&self, now: Instant) -> Result<NaiveDateTime, String> {
        if let Ok(minute) = NaiveDateTime::parse_from_str(self.as_of.trim(), MINUTE) {
            return Ok(minute);
        }
        if self.as_of.trim().is_empty() {
            return Err("Enter the day on which you want to see it".into());
        }
        let date = parse_date(&self.as_of, london_date(now)).map_err(|error| error.to_string())?;
        let end_of_day = NaiveTime::from_hms_opt(23, 59, 0).unwrap_or_default();
        let time = match self.as_of_time.trim() {
            // Today has no end yet.
            "" if date == london_date(now) => london_time(now).time(),
            "" => end_of_day,
            typed => parse_time(typed).map_err(|error| error.to_string())?,
        };
        Ok(date.and_time(time))
    }

    /// What a page was asked with, again.
    pub fn of(fields: &Fields) -> Self {
        Self { as_of: fields.text("as_of").to_owned(), as_of_time: fields.text("as_of_time").to_owned() }
    }

    /// What was typed, for a page that says what is wrong with it.
    pub fn typed(&self) -> Fields {
        [("as_of", self.as_of.as_str()), ("as_of_time", self.as_of_time.as_str())].into_iter().collect()
    }

    /// The form that asks for a moment, with what was typed and what is wrong with it.
    pub fn form(&self, action: &str, error: Option<&str>) -> Value {
        context! { action, date => self.as_of, time => self.as_of_time, error }
    }
}

/// How a moment is written in an address.
const MINUTE: &str = "%Y-%m-%dT%H:%M";

impl AsOf {
    fn of(minute: NaiveDateTime) -> Self {
        let at = from_london(minute) + Duration::minutes(1) - Duration::microseconds(1);
        Self { at, minute }
    }

    /// The address of a page as it stood then.
    pub fn of_page(self, path: &str) -> String {
        format!("{path}?as_of={}", self.minute.format(MINUTE))
    }

    /// The strip: the moment in words, and the way back to now.
    pub fn strip(self, now_href: &str) -> Value {
        context! { words => date_time_long(from_london(self.minute)), now_href }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(as_of: &str, as_of_time: &str) -> Result<Option<AsOf>, String> {
        let now: Instant = "2026-11-24T10:15:30Z".parse().unwrap();
        Asked { as_of: as_of.into(), as_of_time: as_of_time.into() }.read(now)
    }

    #[test]
    fn a_moment_is_read_as_people_type_it_and_as_addresses_have_it() {
        let moment = asked("19/11/2026", "1405").unwrap().unwrap();
        assert_eq!(moment.at, "2026-11-19T14:05:59.999999Z".parse::<Instant>().unwrap());
        assert_eq!(asked("2026-11-19T14:05", "").unwrap(), Some(moment));
        assert_eq!(moment.of_page("/records/1"), "/records/1?as_of=2026-11-19T14:05");
        assert_eq!(asked("", ""), Ok(None));
    }

    #[test]
    fn a_day_without_a_time_means_its_end_or_now() {
        let day = asked("19/11/2026", "").unwrap().unwrap();
        assert_eq!(day.at, "2026-11-19T23:59:59.999999Z".parse::<Instant>().unwrap());
        let today = asked("24/11/2026", "").unwrap().unwrap();
        assert!(today.at >= "2026-11-24T10:15:30Z".parse::<Instant>().unwrap());
    }

    #[test]
    fn summer_time_is_london_time() {
        let moment = asked("1/7/2026", "14:05").unwrap().unwrap();
        assert_eq!(moment.at, "2026-07-01T13:05:59.999999Z".parse::<Instant>().unwrap());
    }

    #[test]
    fn what_cannot_be_read_or_has_not_come_is_told() {
        let last = "+262142-12-31T23:59";
        for (day, time) in
            [("yesterday-ish", ""), ("19/11/2026", "soon"), ("25/11/2026", "9:00"), ("", "14:05"), (last, "")]
        {
            assert!(asked(day, time).is_err(), "{day} {time}");
        }
    }
}
