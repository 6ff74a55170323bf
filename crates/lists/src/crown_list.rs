//! The Crown Court lists as JSON, from the Court and tribunal hearings service (CaTH): daily, firm
//! and warned. They keep the names of the older XML of the PDDA ("public display data aggregator").
//!
//! | Room | What it holds |
//! |---|---|
//! | this one | the three formats, and the walk from courts down to defendants |
//! | `place` | where and when: the words that every defendant below inherits |
//! | `defendant` | a defendant as an entry |
//! | `masked` | the names that a court withholds |
//!
//! A daily list is for one day; a firm list prints the day with each court; a warned list names cases
//! that may be called on any day of a period. Times are London clock times.

mod defendant;
mod masked;
mod place;

use chrono::NaiveDate;
use serde_json::Value;
use throughline_domain::time::{london_date, parse_date};

use self::place::{Day, Place};
use crate::{
    Format, ListKind, ListNotice, ReadError, Reading, SetAsideReason, Source, System,
    fields::{field, items_of, object_of, text},
    source::Content,
    times::read_time,
    walk::Walk,
};

const LOOKED_FOR: &str = "a Crown Court list as JSON, with 'DailyList', 'FirmList' or 'WarnedList'";

pub(crate) const DAILY: Format = Format {
    name: "cath-crown-daily-list",
    label: "Crown Court daily list (CaTH JSON)",
    kind: ListKind::Court,
    system: System::Crown,
    looked_for: LOOKED_FOR,
    read: |source, today| read(&DAILY, "DailyList", "Crown Court daily list", source, today),
};

pub(crate) const FIRM: Format = Format {
    name: "cath-crown-firm-list",
    label: "Crown Court firm list (CaTH JSON)",
    kind: ListKind::Court,
    system: System::Crown,
    looked_for: LOOKED_FOR,
    read: |source, today| read(&FIRM, "FirmList", "Crown Court firm list", source, today),
};

pub(crate) const WARNED: Format = Format {
    name: "cath-crown-warned-list",
    label: "Crown Court warned list (CaTH JSON)",
    kind: ListKind::Court,
    system: System::CrownWarned,
    looked_for: LOOKED_FOR,
    read: |source, today| read(&WARNED, "WarnedList", "Crown Court warned list", source, today),
};

fn read(
    format: &Format,
    root: &str,
    title: &str,
    source: &Source,
    today: NaiveDate,
) -> Option<Result<Reading, ReadError>> {
    let Content::Json(document) = &source.content else {
        return None;
    };
    let list = document.get(root).filter(|list| list.is_object() && list.get("CourtLists").is_some())?;
    let list = masked::without_withheld_names(list);
    Some(Courts::new(format, &list, today).list(root, &list).map(|courts| courts.finish(title)))
}

/// The walk from courts down to defendants, gathering the reading on its way.
struct Courts {
    walk: Walk,
    first_day: Option<NaiveDate>,
    last_day: Option<NaiveDate>,
    is_warned: bool,
    today: NaiveDate,
}

impl Courts {
    fn new(format: &Format, list: &Value, today: NaiveDate) -> Self {
        let header = |name: &str| list.pointer(&format!("/ListHeader/{name}")).and_then(text);
        let day = |name: &str| header(name).and_then(|text| parse_date(&text, today).ok());
        let published = header("PublishedTime").and_then(|text| read_time(&text, today));
        let mut reading = Reading::new(format.kind, format.name);
        reading.list_date = day("StartDate");
        reading.published_at = published.filter(|time| !time.day_assumed).map(|time| time.at);
        Self {
            first_day: reading.list_date,
            last_day: day("EndDate"),
            is_warned: format.name == WARNED.name,
            walk: Walk::new(reading),
            today,
        }
    }

    fn list(mut self, root: &str, list: &Value) -> Result<Self, ReadError> {
        let main = object_of(list, "CrownCourt").and_then(|court| field(court, "CourtHouseName"));
        let top = Place::at(root, main);
        for (place, list) in self.below(&top, "CourtLists", list.get("CourtLists"))? {
            let place = place.of_court(list);
            self.walk.site(place.court_house.as_ref());
            for (place, sitting) in self.below(&place, "Sittings", list.get("Sittings"))? {
                let place = place.of_sitting(sitting);
                self.hearings(&place, "Hearings", sitting.get("Hearings"))?;
            }
            self.fixtures(&place, "WithFixedDate", list)?;
            self.fixtures(&place, "WithoutFixedDate", list)?;
        }
        let reserve = top.remarked("Reserve list");
        self.hearings(&reserve, "ReserveList", list.get("ReserveList"))?;
        Ok(self)
    }

    fn fixtures(&mut self, place: &Place, name: &str, list: &Value) -> Result<(), ReadError> {
        for (place, group) in self.below(place, name, list.get(name))? {
            for (place, fixture) in self.below(&place, "Fixture", group.get("Fixture"))? {
                let place = place.of_fixture(group, fixture, name == "WithFixedDate");
                self.hearings(&place, "Cases", fixture.get("Cases"))?;
            }
        }
        Ok(())
    }

    /// The hearings of a sitting, or the cases of a fixture: both hold defendants.
    fn hearings(&mut self, place: &Place, name: &str, hearings: Option<&Value>) -> Result<(), ReadError> {
        for (place, hearing) in self.below(place, name, hearings)? {
            let place = place.of_hearing(hearing);
            let defendants = items_of(hearing, "Defendants");
            if defendants.is_empty() && items_of(hearing, "Respondent").is_empty() {
                let case = place.case_number.clone().unwrap_or_default();
                self.walk.reading.notices.push(ListNotice::CaseWithoutParties(case));
            }
            self.prosecution(&place, hearing)?;
            self.respondents(&place, hearing)?;
            let day = self.day(&place);
            let all = self.walk.each(&place.path, place.bytes(), "Defendants", hearing.get("Defendants"))?;
            for (index, (path, defendant)) in all.into_iter().enumerate() {
                let Some(position) = self.walk.row(&path, defendant)? else { continue };
                let entry = defendant::entry(position, &place, index, defendant, day);
                self.walk.days.extend(entry.sitting_at.map(london_date).or(entry.listed_on));
                self.walk.keep(entry);
            }
        }
        Ok(())
    }

    fn prosecution(&mut self, place: &Place, hearing: &Value) -> Result<(), ReadError> {
        for (at, prosecution) in self.below(place, "Prosecution", hearing.get("Prosecution"))? {
            let position = self.walk.next(&at.path)?;
            let organisation = object_of(prosecution, "ProsecutingOrganisation");
            let name = organisation.and_then(|organisation| field(organisation, "OrganisationName"));
            let name = name.or_else(|| field(prosecution, "ProsecutingAuthority")).unwrap_or_default();
            self.walk.set_aside(position, name, at.case_number, SetAsideReason::ProsecutingAuthority);
        }
        Ok(())
    }

    /// Respondents are printed as plain text.
    fn respondents(&mut self, place: &Place, hearing: &Value) -> Result<(), ReadError> {
        for (index, respondent) in items_of(hearing, "Respondent").iter().enumerate() {
            let position = self.walk.next(&format!("{}.Respondent[{index}]", place.path))?;
            match text(respondent) {
                Some(name) => {
                    let reason = SetAsideReason::OtherParty("respondent".to_owned());
                    self.walk.set_aside(position, name, place.case_number.clone(), reason);
                }
                None => self.walk.reject(position, respondent),
            }
        }
        Ok(())
    }

    /// The day of a hearing: as printed with it, or the first day of the list.
    fn day(&self, place: &Place) -> Day {
        let printed = place.day.as_deref().and_then(|text| parse_date(text, self.today).ok());
        let only_day =
            self.first_day.filter(|first| !self.is_warned && self.last_day.is_none_or(|last| last == *first));
        let known = printed.or(only_day);
        Day { known, list: self.first_day.unwrap_or(self.today), today: self.today }
    }

    fn below<'a>(
        &mut self,
        place: &Place,
        name: &str,
        value: Option<&'a Value>,
    ) -> Result<Vec<(Place, &'a Value)>, ReadError> {
        let found = self.walk.below(&place.path, place.bytes(), name, value)?;
        Ok(found.into_iter().map(|(path, item)| (place.clone().moved(path), item)).collect())
    }

    fn finish(self, title: &str) -> Reading {
        let period = self.first_day.zip(self.last_day.or(self.first_day)).filter(|_| self.is_warned);
        let mut reading = self.walk.finish(title);
        reading.notices.extend(period.map(|(from, to)| ListNotice::WarnedFor { from, to }));
        if reading.entries.is_empty() {
            reading.notices.push(ListNotice::NobodyOnIt);
        }
        reading
    }
}
