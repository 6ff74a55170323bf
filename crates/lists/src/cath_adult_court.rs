//! The HMCTS adult court list as JSON, daily and future, from the Court and tribunal hearings service
//! (CaTH), which makes it of a list from Libra.
//!
//! Only the case number and the defendant's name are required of a case by the published schema. The
//! list names no day but that of its printing. The public list has the same shape with nothing else in
//! a case than these two, and reads the same.

use chrono::NaiveDate;

use crate::{Format, ListKind, ReadError, Reading, Source, System, node::Node, sessions, source::Content};

pub(crate) const FORMAT: Format = Format {
    name: "cath-adult-court-list",
    label: "Adult court list (CaTH JSON)",
    kind: ListKind::Court,
    system: System::Libra,
    looked_for: "an adult court list as JSON, with 'document', 'data' and 'job', and sessions that hold cases",
    read,
};

fn read(source: &Source, today: NaiveDate) -> Option<Result<Reading, ReadError>> {
    let Content::Json(whole) = &source.content else {
        return None;
    };
    let whole = Node::Json(whole);
    let documents = whole.all("document");
    let jobs = documents.iter().flat_map(|document| document.all("data")).flat_map(|data| data.all("job"));
    jobs.into_iter().any(Node::is_group).then(|| sessions::read(FORMAT.name, &[whole], today))
}
