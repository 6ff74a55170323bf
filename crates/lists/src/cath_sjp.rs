//! The HMCTS Single Justice Procedure lists as JSON, public and press, from the Court and tribunal
//! hearings service (CaTH).
//!
//! A single justice decides these cases on the papers (Magistrates' Courts Act 1980, section 16A).
//! Nobody attends, so nobody is work: every party is counted and set aside. The shape is that of the
//! Standard List, but for the parties, which stand directly in the hearings.

use chrono::NaiveDate;

use crate::{
    Format, ListKind, ReadError, Reading, Source, System,
    cath_standard::{Kind, LOOKED_FOR, court_lists, courts, has_matters_with_parties, has_own_parties, hearings},
};

pub(crate) const FORMAT: Format = Format {
    name: "cath-sjp-list",
    label: "Single Justice Procedure list (CaTH JSON)",
    kind: ListKind::Court,
    system: System::CommonPlatform,
    looked_for: LOOKED_FOR,
    read,
};

fn read(source: &Source, today: NaiveDate) -> Option<Result<Reading, ReadError>> {
    let (document, lists) = court_lists(source)?;
    let hearings = hearings(lists);
    if !hearings.iter().copied().any(has_own_parties) || hearings.into_iter().any(has_matters_with_parties) {
        return None;
    }
    let kind = Kind { format: FORMAT.name, title: "Single Justice Procedure list" };
    Some(courts(&kind, document, lists, today))
}
