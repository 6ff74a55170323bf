//! Where the walk stands: the words that every defendant below inherits.

use chrono::NaiveDate;
use serde_json::{Value, json};

use crate::fields::{field, items_of, labelled, object_of, some_joined, without};

/// The day of a hearing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Day {
    /// The day, when the list says it.
    pub(super) known: Option<NaiveDate>,
    /// The first day of the list, to be assumed when it does not.
    pub(super) list: NaiveDate,
    /// The London day of reading.
    pub(super) today: NaiveDate,
}

/// Where the walk stands, in words as printed.
#[derive(Debug, Clone, Default)]
pub(super) struct Place {
    pub(super) path: String,
    pub(super) court_house: Option<String>,
    pub(super) court_room: Option<String>,
    /// The day of the sitting, the hearing or the fixture.
    pub(super) day: Option<String>,
    pub(super) sitting_at: Option<String>,
    pub(super) case_number: Option<String>,
    pub(super) hearing_type: Option<String>,
    /// What the list remarks about the sitting, the fixture and the hearing.
    pub(super) remark: Option<String>,
    /// The hearing without its defendants, as it came.
    hearing: Value,
    hearing_bytes: usize,
}

impl Place {
    pub(super) fn at(path: &str, court_house: Option<String>) -> Self {
        Self { path: path.to_owned(), court_house, ..Self::default() }
    }

    pub(super) fn moved(self, path: String) -> Self {
        Self { path, ..self }
    }

    pub(super) fn remarked(self, remark: &str) -> Self {
        Self { remark: Some(remark.to_owned()), ..self }
    }

    pub(super) fn of_court(self, list: &Value) -> Self {
        let house = object_of(list, "CourtHouse");
        let name =
            house.and_then(|house| field(house, "CourtHouseName").or_else(|| field(house, "CourtHouseShortName")));
        Self { court_house: name.or(self.court_house), day: field(list, "SittingDate"), ..self }
    }

    pub(super) fn of_sitting(self, sitting: &Value) -> Self {
        Self {
            court_room: field(sitting, "CourtRoomNumber"),
            sitting_at: field(sitting, "SittingAt"),
            remark: field(sitting, "SittingNote"),
            ..self
        }
    }

    pub(super) fn of_fixture(self, group: &Value, fixture: &Value, has_date: bool) -> Self {
        let day = field(fixture, "FixedDate").filter(|_| has_date);
        let undated = (!has_date).then(|| "Without a fixed date".to_owned());
        let remark = some_joined([undated, field(fixture, "Notes")], "\n");
        Self { day, remark, hearing_type: field(group, "HearingType"), ..self }
    }

    /// A hearing of a sitting describes itself in `HearingDetails`, a case of a fixture in `Hearing`.
    pub(super) fn of_hearing(self, hearing: &Value) -> Self {
        let details: Vec<&Value> =
            ["HearingDetails", "Hearing"].iter().flat_map(|name| items_of(hearing, name)).collect();
        let first = |name: &str| details.iter().find_map(|details| field(details, name));
        let notes = details.iter().map(|details| field(details, "ListNote"));
        let marked = labelled("Time", field(hearing, "TimeMarkingNote"));
        let remarks = [self.remark, marked, field(hearing, "ListNote")].into_iter().chain(notes);
        let hearing_kept = without(hearing, &["Defendants", "Respondent"]);
        Self {
            day: self.day.or_else(|| first("HearingDate")),
            case_number: field(hearing, "CaseNumberCaTH").or_else(|| field(hearing, "CaseNumber")),
            hearing_type: first("HearingDescription").or_else(|| first("HearingType")).or(self.hearing_type),
            remark: some_joined(remarks, "\n"),
            hearing_bytes: hearing_kept.to_string().len(),
            hearing: hearing_kept,
            ..self
        }
    }

    /// What the list said of a defendant, with where it stands.
    pub(super) fn verbatim(&self, defendant: &Value) -> Value {
        json!({
            "CourtHouseName": self.court_house,
            "CourtRoomNumber": self.court_room,
            "Day": self.day,
            "SittingAt": self.sitting_at,
            "Hearing": self.hearing,
            "Defendant": defendant,
        })
    }

    pub(super) fn bytes(&self) -> usize {
        let texts = [
            &self.court_house,
            &self.court_room,
            &self.day,
            &self.sitting_at,
            &self.case_number,
            &self.hearing_type,
            &self.remark,
        ];
        let texts = texts.iter().filter_map(|text| text.as_deref()).map(str::len).sum::<usize>();
        self.path.len() + texts + self.hearing_bytes
    }
}
