//! The day a session is on, and what the document around it says of that.

use chrono::NaiveDate;
use throughline_domain::time::{Instant, date_long, parse_date};

use crate::node::Node;
use crate::times::{in_living_memory, read_time};
use crate::{ListNotice, Notice};

/// What a document says of itself.
pub(super) struct Document {
    /// Its name: that of the file Libra made.
    pub(super) name: Option<String>,
    /// The days it says it is for: in words of its own, and in its name.
    days: Vec<NaiveDate>,
    /// The OU code of its court, from its name.
    ou_code: Option<String>,
    /// The time it was printed.
    time: Option<String>,
    today: NaiveDate,
}

/// When a job was printed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Printing {
    pub(super) day: Option<NaiveDate>,
    /// The moment, when the document says the time too.
    pub(super) at: Option<Instant>,
}

/// The day of a session, and where it is from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Day {
    pub(super) date: NaiveDate,
    from: From,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum From {
    /// The session or its document names it.
    List,
    /// The list names only the day of its printing.
    Printing,
    /// The list names no day.
    Reading,
}

impl Document {
    pub(super) fn of(node: Node<'_>, today: NaiveDate) -> Self {
        let info = node.all("info");
        let field = |name: &str| info.iter().find_map(|info| info.say(name));
        let date = |text: String| day_of(&text, today);
        let name = field("source_file_name");
        let (named_day, ou_code) = name.as_deref().map(named).unwrap_or_default();
        let days = [field("dateOfHearing").and_then(date), named_day.and_then(date)];
        Self { days: days.into_iter().flatten().collect(), time: field("start_time"), name, ou_code, today }
    }

    pub(super) fn printing(&self, job: Node<'_>) -> Printing {
        let day = job.say("printdate").and_then(|text| day_of(&text, self.today));
        let at = day.zip(self.time.as_deref()).and_then(|(day, time)| read_time(time, day));
        Printing { day, at: at.map(|read| read.at) }
    }

    /// The day the document is for, whatever its sessions say.
    pub(super) fn stated_day(&self) -> Option<NaiveDate> {
        self.days.first().copied()
    }

    /// The day of a session of which `text` is said: its own, the document's, that of the printing, or
    /// of the reading.
    pub(super) fn day(&self, text: Option<String>, printing: Printing, notices: &mut Vec<Notice>) -> Day {
        let own = text.as_deref().and_then(|text| day_of(text, self.today));
        if let Some(text) = text.filter(|_| own.is_none()) {
            notices.push(Notice::NotUnderstood { field: "Day of hearing".to_owned(), text });
        }
        match (own.or(self.stated_day()), printing.day) {
            (Some(date), _) => Day { date, from: From::List },
            (None, Some(date)) => Day { date, from: From::Printing },
            (None, None) => Day { date: self.today, from: From::Reading },
        }
    }

    /// Where the document is for another day or court than a session in it: its name and what it says.
    pub(super) fn contradicted_by(&self, day: NaiveDate, ou_code: Option<&str>) -> Vec<(String, String)> {
        let days = self.days.iter().filter(|own| **own != day).map(|own| date_long(*own));
        let courts = self.ou_code.iter().filter(|own| ou_code.is_some_and(|given| !is_same_court(own, given)));
        let name = || self.name.clone().unwrap_or_default();
        days.chain(courts.cloned()).map(|says| (name(), says)).collect()
    }
}

impl Day {
    /// The day, when the list names it.
    pub(super) fn of_list(self) -> Option<NaiveDate> {
        self.is_of_list().then_some(self.date)
    }

    pub(super) fn is_of_list(self) -> bool {
        self.from != From::Reading
    }

    /// What there is to know of where it is from.
    pub(super) fn notice(self) -> Option<ListNotice> {
        match self.from {
            From::List => None,
            From::Printing => Some(ListNotice::DayOfPrinting(self.date)),
            From::Reading => Some(ListNotice::NoDay),
        }
    }
}

fn day_of(text: &str, today: NaiveDate) -> Option<NaiveDate> {
    parse_date(text, today).ok().filter(|day| in_living_memory(*day))
}

/// The day (`ddmmyyyy`) and the OU code in a document's name.
fn named(name: &str) -> (Option<String>, Option<String>) {
    let parts: Vec<&str> = name.split('_').collect();
    let [_, day, _, court, ..] = parts.as_slice() else {
        return (None, None);
    };
    let is_day = day.len() == 8 && day.bytes().all(|b| b.is_ascii_digit());
    let is_court = (5..=7).contains(&court.len()) && court.bytes().all(|b| b.is_ascii_alphanumeric());
    (is_day.then(|| (*day).to_owned()), is_court.then(|| (*court).to_owned()))
}

/// Whether two OU codes are of one court: the two characters after the first five name its rooms.
fn is_same_court(one: &str, other: &str) -> bool {
    let court = |code: &str| code.chars().take(5).collect::<String>().to_uppercase();
    court(one) == court(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_document_tells_its_day_and_its_court() {
        let own = |text: &str| Some(text.to_owned());
        assert_eq!(named("5_26032026_2992_B01ZZ00_ADULT_COURT_LIST_DAILY"), (own("26032026"), own("B01ZZ00")));
        assert_eq!(named("5_26032026_2992_B01ZZ_X"), (own("26032026"), own("B01ZZ")));
        assert_eq!(named("adult_court_list_daily"), (None, own("daily")));
        assert_eq!(named("list.xml"), (None, None));
    }

    #[test]
    fn a_court_is_told_by_five_characters_of_its_code() {
        assert!(is_same_court("B01ZZ00", "b01zz") && is_same_court("B01ZZ01", "B01ZZ02"));
        assert!(!is_same_court("B01ZZ00", "B01ZY00"));
    }
}
