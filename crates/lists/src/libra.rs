//! The daily list of Libra, the system of magistrates' courts, as XML: what Libra sends to others as an
//! `ExternalDocumentRequest`, in a SOAP envelope or without one.
//!
//! One message may hold several documents, of several courts and days, each named like
//! `5_26032026_2992_B01ZZ00_ADULT_COURT_LIST_DAILY`: a number, the day, the code of the justice area, the
//! court's OU code and the kind of list. The published schema says nothing of what is in a document.

use chrono::NaiveDate;

use crate::{Format, ListKind, ReadError, Reading, Source, System, node::Node, sessions, source::Content};

pub(crate) const FORMAT: Format = Format {
    name: "libra",
    label: "Court list from Libra (XML)",
    kind: ListKind::Court,
    system: System::Libra,
    looked_for: "a court list from Libra as XML, an 'ExternalDocumentRequest' with documents in it",
    read,
};

fn read(source: &Source, today: NaiveDate) -> Option<Result<Reading, ReadError>> {
    let Content::Xml(root) = &source.content else {
        return None;
    };
    let request = root.within("ExternalDocumentRequest")?;
    let holders: Vec<Node<'_>> = request.all("documents").map(Node::Xml).collect();
    if !holders.iter().any(|holder| holder.mentions("document")) {
        return Some(Err(ReadError::NoDocuments));
    }
    Some(sessions::read(FORMAT.name, &holders, today))
}
