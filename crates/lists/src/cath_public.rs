//! The HMCTS Magistrates Public List as JSON, from the Court and tribunal hearings service (CaTH).
//!
//! The shape is that of the Standard List, and so is its reader. The published schema of the Public
//! List lets a party have names and the titles of offences, and nothing more: a list that says
//! anything else of anybody is a Standard List.

use chrono::NaiveDate;
use serde_json::Value;

use crate::{
    Format, ListKind, ListNotice, ReadError, Reading, Source, System,
    cath_standard::{Kind, LOOKED_FOR, court_lists, courts, has_matters_with_parties, hearings},
};

pub(crate) const FORMAT: Format = Format {
    name: "cath-magistrates-public-list",
    label: "Magistrates Public List (CaTH JSON)",
    kind: ListKind::Court,
    system: System::CommonPlatform,
    looked_for: LOOKED_FOR,
    read,
};

/// What the schema of the Standard List has and that of the Public List has not.
const STANDARD_ONLY: [&str; 20] = [
    "address",
    "adjournedDate",
    "age",
    "applicationParticulars",
    "asn",
    "caseSequenceIndicator",
    "convictionDate",
    "courtHouseName",
    "dateOfBirth",
    "gender",
    "inCustody",
    "individualMiddleName",
    "lja",
    "offenceCode",
    "offenceWording",
    "panel",
    "plea",
    "pleaDate",
    "pncId",
    "reportingRestrictionDetails",
];

fn read(source: &Source, today: NaiveDate) -> Option<Result<Reading, ReadError>> {
    let (document, lists) = court_lists(source)?;
    if says_more(lists) || !hearings(lists).into_iter().any(has_matters_with_parties) {
        return None;
    }
    let kind = Kind { format: FORMAT.name, title: "Magistrates' public list" };
    let reading = courts(&kind, document, lists, today);
    Some(reading.map(|mut reading| {
        reading.notices.push(ListNotice::PublicList);
        reading
    }))
}

/// Whether the list says anything that no public list does.
fn says_more(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(says_more),
        Value::Object(fields) => {
            fields.iter().any(|(name, value)| STANDARD_ONLY.contains(&name.as_str()) || says_more(value))
        }
        _ => false,
    }
}
