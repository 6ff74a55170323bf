//! Hearing events of HMCTS Common Platform: a hearing confirmed or updated, resulted, or deleted.
//!
//! | Room | What it holds |
//! |---|---|
//! | this one | the format, and the walk from the hearing down to its defendants |
//! | `message` | the hearing inside its envelope, and what happened to it |
//! | `hearing` | what every defendant of the hearing shares: court, days, restrictions, results |
//! | `defendant` | a defendant, or the subject of an application, as an entry |
//!
//! An event tells of one hearing and is not the list of a day: see [`Reading::event`]. A hearing has
//! defendants in its cases, who are people or organisations, and applications with a subject, an
//! applicant, respondents and third parties. Of a person only a surname and a gender are required by
//! the published schemas, and samples lack even ids. Gender is `NOT_KNOWN` in one list of codes and
//! `not known` in another; both are read.

mod defendant;
mod hearing;
mod message;

use chrono::NaiveDate;
use serde_json::Value;
use throughline_domain::list::HEARING_FORMAT;
use throughline_domain::time::london_date;

use self::defendant::{Matter, Party};
use self::hearing::Hearing;
use self::message::Message;
use crate::{
    Format, HearingEvent, ListKind, ListNotice, ReadError, Reading, SetAsideReason, Source, System,
    fields::{field, items_of, object_of},
    source::Content,
    walk::Walk,
};

pub(crate) const FORMAT: Format = Format {
    name: HEARING_FORMAT,
    label: "Common Platform hearing event (JSON)",
    kind: ListKind::Court,
    system: System::CommonPlatform,
    looked_for: "a Common Platform hearing event as JSON, with 'hearing'",
    read,
};

fn read(source: &Source, today: NaiveDate) -> Option<Result<Reading, ReadError>> {
    let Content::Json(document) = &source.content else {
        return None;
    };
    let message = match message::opened(document)? {
        Ok(message) => message,
        Err(error) => return Some(Err(error)),
    };
    Some(match &message.event {
        HearingEvent::Deleted { hearing_id } => Ok(deleted(&message, hearing_id)),
        HearingEvent::ConfirmedOrUpdated { .. } | HearingEvent::Resulted { .. } => Defendants::of(&message, today),
    })
}

fn reading(message: &Message) -> Reading {
    let mut reading = Reading::new(FORMAT.kind, FORMAT.name);
    reading.published_at = message.sent_at;
    reading.event = Some(message.event.clone());
    reading.notices = message.repeated.iter().cloned().map(ListNotice::RepeatedKey).collect();
    reading
}

/// A deletion has no rows, even when it brings the hearing along.
fn deleted(message: &Message, hearing_id: &str) -> Reading {
    let mut reading = reading(message);
    "Hearing deleted".clone_into(&mut reading.title);
    reading.notices.push(ListNotice::HearingDeleted(hearing_id.to_owned()));
    reading
}

/// The walk from the hearing down to its defendants and parties, gathering the reading on its way.
struct Defendants<'a> {
    walk: Walk,
    hearing: Hearing<'a>,
}

impl Defendants<'_> {
    fn of(message: &Message, today: NaiveDate) -> Result<Reading, ReadError> {
        let mut reading = reading(message);
        if message.event.hearing_id().is_none() {
            reading.notices.push(ListNotice::HearingWithoutId);
        }
        let hearing = Hearing::of(message.event.hearing_id(), &message.hearing, today);
        let mut all = Defendants { walk: Walk::new(reading), hearing };
        all.walk.days.extend(all.hearing.sitting_at.map(london_date));
        all.walk.site(all.hearing.court_house.as_ref());
        all.cases(&message.path, &message.hearing)?;
        all.applications(&message.path, &message.hearing)?;
        let mut reading = all.walk.finish("Hearing");
        if reading.entries.is_empty() {
            reading.notices.push(ListNotice::NobodyOnIt);
        }
        Ok(reading)
    }

    fn cases(&mut self, path: &str, hearing: &Value) -> Result<(), ReadError> {
        for (path, case) in self.walk.below(path, 0, "prosecutionCases", hearing.get("prosecutionCases"))? {
            let matter = Matter::case(case);
            let defendants = case.get("defendants");
            if items_of(case, "defendants").is_empty() {
                self.tell_of_nobody(&matter);
            }
            let bytes = self.hearing.bytes + matter.bytes;
            for (index, (path, defendant)) in self.walk.each(&path, bytes, "defendants", defendants)?.iter().enumerate()
            {
                self.put(path, &matter, &Party::defendant(defendant, index))?;
            }
        }
        Ok(())
    }

    fn applications(&mut self, path: &str, hearing: &Value) -> Result<(), ReadError> {
        for (path, application) in self.walk.below(path, 0, "courtApplications", hearing.get("courtApplications"))? {
            let matter = Matter::application(application);
            let (rows, entries) = (self.walk.reading.rows_in, self.walk.reading.entries.len());
            let bytes = self.hearing.bytes + matter.bytes;
            let subjects = self.walk.each(&path, bytes, "subject", application.get("subject"))?;
            let subjects: Vec<_> = subjects.into_iter().enumerate().collect();
            for (index, (path, subject)) in &subjects {
                self.put(path, &matter, &Party::of_application(subject, *index))?;
            }
            // Only a lone subject that became an entry can be told to be the applicant as well.
            let subject = match subjects.as_slice() {
                [(index, (_, subject))] if self.walk.reading.entries.len() > entries => {
                    Some(Party::of_application(subject, *index))
                }
                _ => None,
            };
            self.others(&path, &matter, application, subject.as_ref())?;
            if self.walk.reading.rows_in == rows {
                self.tell_of_nobody(&matter);
            }
        }
        Ok(())
    }

    /// The parties of an application but its subject.
    fn others(
        &mut self,
        path: &str,
        matter: &Matter,
        application: &Value,
        subject: Option<&Party<'_>>,
    ) -> Result<(), ReadError> {
        const ROLES: [(&str, &str); 3] =
            [("applicant", "applicant"), ("respondents", "respondent"), ("thirdParties", "third party")];
        for (name, role) in ROLES {
            for (index, (path, party)) in self.walk.each(path, 0, name, application.get(name))?.iter().enumerate() {
                let party = Party::of_application(party, index);
                match self.walk.reading.entries.last_mut().filter(|_| subject.is_some_and(|subject| subject.is(&party)))
                {
                    Some(entry) => {
                        defendant::add(entry, &format!("{name}[{index}]"), &party);
                        let position = self.walk.next(path)?;
                        self.walk.reading.further.push(position);
                    }
                    None => self.put_other(path, matter, &party, role)?,
                }
            }
        }
        Ok(())
    }

    /// A defendant or subject: a person is an entry, an organisation is set aside.
    fn put(&mut self, path: &str, matter: &Matter, party: &Party<'_>) -> Result<(), ReadError> {
        let Some(position) = self.walk.row(path, party.value)? else { return Ok(()) };
        self.walk.spend(self.hearing.own_bytes(&party.ids()), 1)?;
        if let Some(organisation) = party.organisation() {
            self.walk.set_aside(position, organisation, matter.reference.clone(), SetAsideReason::Organisation);
            return Ok(());
        }
        let entry = defendant::entry(position, &self.hearing, matter, party);
        self.walk.keep(entry);
        Ok(())
    }

    /// A party who is not the subject.
    fn put_other(&mut self, path: &str, matter: &Matter, party: &Party<'_>, role: &str) -> Result<(), ReadError> {
        let Some(position) = self.walk.row(path, party.value)? else { return Ok(()) };
        let authority = object_of(party.value, "prosecutingAuthority");
        let reason = match authority {
            Some(_) => SetAsideReason::ProsecutingAuthority,
            None => SetAsideReason::OtherParty(role.to_owned()),
        };
        let name = authority.and_then(|authority| field(authority, "name"));
        let name = name.or_else(|| party.organisation()).unwrap_or_else(|| party.name().natural());
        self.walk.set_aside(position, name, matter.reference.clone(), reason);
        Ok(())
    }

    fn tell_of_nobody(&mut self, matter: &Matter) {
        let reference = matter.reference.clone().unwrap_or_default();
        self.walk.reading.notices.push(ListNotice::CaseWithoutParties(reference));
    }
}
