//! Rows of a court's list that are the same defendant for certain become one line of work.
//!
//! A line is work, not a record of a person: whose it is stays a person's decision, and a line can be
//! parted again ([`apart`]).

use std::collections::HashMap;

use chrono::NaiveDate;
use throughline_domain::name::folded;

use crate::hearing::Hearings;
use crate::{Entry, Hearing, HearingEvent, ListKind, Notice, Particulars, Position, Reading, System, checks};

/// The most hearings that one line gathers, and lines that are looked at for one row: nobody has as many
/// cases, and a list made to be slow is not.
const MOST: usize = 100;

impl Reading {
    /// Each row that is a line, or a hearing of one, as an entry of its own, in the order of the file: what a
    /// row says is corrected in the row.
    #[must_use]
    pub fn in_rows(mut self) -> Self {
        self.entries = self.entries.iter().flat_map(apart).collect();
        self.entries.sort_by_key(|entry| match &entry.position {
            Position::Row(row) => *row,
            Position::Path { ordinal, .. } => *ordinal,
        });
        self
    }

    /// The lines of these rows: those of a court that are the same defendant for certain, on the same day,
    /// are one. What seems the same person's and is a line of its own is told anew.
    #[must_use]
    pub fn in_lines(mut self) -> Self {
        for entry in &mut self.entries {
            entry.notices.retain(|notice| !matches!(notice, Notice::DuplicateInList(_)));
        }
        if self.kind == ListKind::Court {
            gather(&mut self);
        }
        checks::mark_duplicates(&mut self.entries);
        self
    }
}

/// The lines of a court's list: rows that are the same defendant for certain, on the same day, are one.
fn gather(reading: &mut Reading) {
    let (system, event) = (reading.system(), reading.event.clone());
    let mut lines: Vec<Vec<Hearing>> = Vec::new();
    let mut known: HashMap<String, Vec<usize>> = HashMap::new();
    for row in std::mem::take(&mut reading.entries) {
        let hearing = of_row(row, system, event.as_ref());
        let day = hearing.sitting.day().or(reading.list_date);
        let identities = identities(&hearing, day);
        let candidates = identities.iter().filter_map(|identity| known.get(identity)).flatten();
        let has_room = |at: &usize| lines[*at].len() < MOST;
        let fits = |at: &usize| lines[*at].iter().all(|other| !contradict(&hearing.said, &other.said));
        let found = candidates.copied().take(MOST).find(|at| has_room(at) && fits(at));
        let at = found.unwrap_or(lines.len());
        match found {
            Some(at) => lines[at].push(hearing),
            None => lines.push(vec![hearing]),
        }
        for identity in identities {
            let those = known.entry(identity).or_default();
            if !those.contains(&at) {
                those.push(at);
            }
        }
    }
    reading.entries = lines.into_iter().map(line).collect();
}

fn of_row(row: Entry, system: System, event: Option<&HearingEvent>) -> Hearing {
    Hearing {
        hearing_id: event.and_then(HearingEvent::hearing_id).map(str::to_owned),
        results_shared: matches!(event, Some(HearingEvent::Resulted { .. })),
        ..Hearing::of(row, system)
    }
}

/// By what a row is known to be of the same defendant as another of its day: the whole name with the whole
/// date of birth, or the name with the id across cases. Never a name alone, nor a name that stands in the
/// place of one that is withheld.
fn identities(hearing: &Hearing, day: Option<NaiveDate>) -> Vec<String> {
    let said = &hearing.said;
    if said.name.is_unknown() || hearing.notices.contains(&Notice::NameWithheld) {
        return Vec::new();
    }
    let day = day.map_or_else(String::new, |day| day.to_string());
    let name = name_of(said);
    let born = said.date_of_birth.map(|born| format!("{day}|{name}|born {born}"));
    let master = said.master_defendant_id.as_ref().map(|id| format!("{day}|{name}|master {}", id.to_lowercase()));
    born.into_iter().chain(master).collect()
}

fn name_of(said: &Particulars) -> String {
    format!("{}|{}", folded(&said.name.surname), folded(&said.name.forenames))
}

/// Whether two rows say what cannot both be true of one person. Ids across cases may differ: one person
/// may have two.
fn contradict(one: &Particulars, other: &Particulars) -> bool {
    fn differ<T: PartialEq>(one: Option<&T>, other: Option<&T>) -> bool {
        one.zip(other).is_some_and(|(one, other)| one != other)
    }
    differ(one.date_of_birth.as_ref(), other.date_of_birth.as_ref())
        || differ(one.sex.as_ref(), other.sex.as_ref())
        || differ(one.pnc.as_ref(), other.pnc.as_ref())
        || differ(one.cro.as_ref(), other.cro.as_ref())
        || differ(one.nhs_number.as_ref(), other.nhs_number.as_ref())
        || differ(one.custody_number.as_ref(), other.custody_number.as_ref())
}

/// Whether two rows may be of one person: one name, and nothing against it.
pub(crate) fn are_alike(one: &Hearing, other: &Hearing) -> bool {
    name_of(&one.said) == name_of(&other.said) && !contradict(&one.said, &other.said)
}

/// Whether all rows of two lines may be of one person.
pub(crate) fn all_alike(one: &[Hearing], other: &[Hearing]) -> bool {
    one.iter().all(|one| other.iter().all(|other| are_alike(one, other)))
}

/// By what a line is known to be of the same defendant as another; their day is compared apart.
pub(crate) fn line_identities(entry: &Entry) -> Vec<String> {
    let mut all: Vec<String> = entry.hearings.iter().flat_map(|hearing| identities(hearing, None)).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// The line of these hearings. What is said of the person is what the earliest hearing says that says it;
/// restrictions, notices, custody and youth of all of them hold for the line. Where and when, and the
/// case, are those of the earliest: the one place where a line's own fields come from its hearings.
///
/// # Panics
/// Without a hearing: a line of a court's list has one.
pub(crate) fn line(mut hearings: Vec<Hearing>) -> Entry {
    hearings.sort_by_key(|hearing| {
        let sitting = &hearing.sitting;
        (sitting.sitting_at.is_none(), sitting.sitting_at, sitting.listed_on)
    });
    let first = hearings[0].clone();
    let said: Vec<&Particulars> = hearings.iter().map(|hearing| &hearing.said).collect();
    let aliases = once_each(said.iter().flat_map(|said| said.aliases.iter().cloned()));
    let notices = once_each(hearings.iter().flat_map(|hearing| hearing.notices.iter().cloned()));
    let restrictions = hearings.iter().filter_map(|hearing| hearing.reporting_restriction.clone());
    Entry {
        position: first.position,
        key: first.key,
        second_key: first.second_key,
        name: first.said.name,
        name_as_printed: first.said.name_as_printed,
        aliases,
        date_of_birth: first_of(&said, |said| said.date_of_birth),
        perceived_birth_year: first_of(&said, |said| said.perceived_birth_year),
        age: first_of(&said, |said| said.age),
        sex: first_of(&said, |said| said.sex),
        ethnicity: first_of(&said, |said| said.ethnicity.clone()),
        address: first_of(&said, |said| said.address.clone()),
        postcode: first_of(&said, |said| said.postcode.clone()),
        pnc: first_of(&said, |said| said.pnc.clone()),
        cro: first_of(&said, |said| said.cro.clone()),
        nhs_number: first_of(&said, |said| said.nhs_number.clone()),
        master_defendant_id: first_of(&said, |said| said.master_defendant_id.clone()),
        custody_number: first_of(&said, |said| said.custody_number.clone()),
        asn: first_of(&said, |said| said.asn.clone()),
        interview_at: None,
        officer: None,
        arrested_at: first_of(&said, |said| said.arrested_at),
        arrived_at: first_of(&said, |said| said.arrived_at),
        detention_authorised_at: first_of(&said, |said| said.detention_authorised_at),
        site: first_of(&said, |said| said.site.clone()),
        court_house: first.sitting.court_house,
        court_code: first.sitting.court_code,
        court_room: first.sitting.court_room,
        sitting_at: first.sitting.sitting_at,
        listed_on: first.sitting.listed_on,
        urn: first.urn,
        hearing_type: first.hearing_type,
        offences: first.offences,
        in_custody: hearings.iter().any(|hearing| hearing.in_custody),
        bail_status: first.bail_status,
        youth: said.iter().any(|said| said.youth),
        reporting_restriction: joined(restrictions, "\n"),
        appropriate_adult: all_of(&said, "; ", |said| said.appropriate_adult.clone()),
        interpreter: all_of(&said, "; ", |said| said.interpreter.clone()),
        observation: first_of(&said, |said| said.observation.clone()),
        notes: all_of(&said, "\n", |said| said.notes.clone()),
        verbatim: first.verbatim,
        notices,
        youth_told: said.iter().any(|said| said.youth_told),
        corrected: said.iter().flat_map(|said| said.corrected.iter().cloned()).collect(),
        hearings: Hearings(hearings),
    }
}

fn first_of<T>(said: &[&Particulars], get: fn(&Particulars) -> Option<T>) -> Option<T> {
    said.iter().find_map(|said| get(said))
}

fn all_of(said: &[&Particulars], between: &str, get: fn(&Particulars) -> Option<String>) -> Option<String> {
    joined(said.iter().filter_map(|said| get(said)), between)
}

fn joined(texts: impl Iterator<Item = String>, between: &str) -> Option<String> {
    let texts = once_each(texts);
    (!texts.is_empty()).then(|| texts.join(between))
}

fn once_each<T: PartialEq>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut once = Vec::new();
    for item in items {
        if !once.contains(&item) {
            once.push(item);
        }
    }
    once
}

/// The hearings of a line with all they say. A line with one says itself what its row said.
pub(crate) fn hearings_of(entry: &Entry) -> Vec<Hearing> {
    match &entry.hearings[..] {
        [one] => {
            let row = Entry { hearings: Hearings::default(), ..entry.clone() };
            let (hearing_id, results_shared) = (one.hearing_id.clone(), one.results_shared);
            let (key, second_key) = (one.key.clone(), one.second_key.clone());
            vec![Hearing { key, second_key, hearing_id, results_shared, ..Hearing::of(row, one.system) }]
        }
        several => several.to_vec(),
    }
}

/// A line parted into one for each of its hearings, each as its row had it.
pub fn apart(entry: &Entry) -> Vec<Entry> {
    if entry.hearings.len() < 2 {
        return vec![entry.clone()];
    }
    entry.hearings.iter().map(|hearing| line(vec![hearing.clone()])).collect()
}

impl Entry {
    /// Notes something about the line, with its first hearing.
    pub(crate) fn tell(&mut self, notice: Notice) {
        if let Some(first) = self.hearings.0.first_mut() {
            first.notices.push(notice.clone());
        }
        self.notices.push(notice);
    }
}
