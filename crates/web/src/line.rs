//! One line of a list, as every page that is about one needs it: what its list says, who it may be, and how what
//! happens to it is told.

pub(crate) mod facts;

use crate::Problem;
use chrono::NaiveDate;
use minijinja::{Value, context};
use std::collections::{HashMap, HashSet};
use throughline_domain::ids::{EntryId, PersonId, SiteId};
use throughline_lists::Entry;
use throughline_matching::{Band, Description};
use throughline_policy::{Class, Grant, SearchPeople, ViewList};
use throughline_store::events::{self, NewEvent};
use throughline_store::lists::{self, Line, Said};
use throughline_store::search::{self, Candidate, ElsewhereCandidate};
use throughline_store::{Tx, elsewhere};

/// How many possible matches are shown: more would be a search, not a match.
const MATCHES: usize = 8;

/// The entry of a line, as its list last said it.
pub(crate) fn source(line: &Line) -> Result<Entry, Problem> {
    serde_json::from_str(&line.source).map_err(|_| Problem::Failed)
}

/// The site of a line, as a subject for the policy.
pub(crate) async fn subject(tx: &mut Tx, id: EntryId) -> Result<SiteId, Problem> {
    lists::site_of_entry(tx, id).await?.ok_or(Problem::NotFound)
}

/// Who may be the one on a line, and what was said of them before.
#[derive(Default)]
pub(crate) struct Possible {
    /// Those to be looked at, most likely first.
    pub asked: Vec<Candidate>,
    /// Those whom somebody said before not to be this person, and nothing changed since.
    pub ruled_out: Vec<Candidate>,
    /// Records of other registers to be looked at.
    pub elsewhere: Vec<ElsewhereCandidate>,
    said: HashMap<PersonId, Said>,
}

impl Possible {
    /// What was said before of one of them.
    pub fn said(&self, person: PersonId) -> Option<&Said> {
        self.said.get(&person)
    }

    /// Everybody to be looked at, as the form carries them.
    pub fn shown(&self) -> String {
        let people = self.asked.iter().map(|candidate| candidate.person.id.to_string());
        let records = self.elsewhere.iter().map(|candidate| candidate.elsewhere.id.to_string());
        people.chain(records).collect::<Vec<_>>().join(" ")
    }

    /// Whether nobody is to be looked at.
    pub fn is_empty(&self) -> bool {
        self.asked.is_empty() && self.elsewhere.is_empty()
    }

    /// Whether one of them very likely is the person.
    pub fn has_very_likely(&self) -> bool {
        let people = self.asked.iter().map(|candidate| candidate.scored.band);
        people.chain(self.elsewhere.iter().map(|candidate| candidate.scored.band)).any(|band| band == Band::VeryLikely)
    }
}

/// What a line says of somebody, and whose line it is; it has no id before it is brought in.
#[derive(Clone, Copy)]
pub(crate) struct Listed<'a> {
    pub id: Option<EntryId>,
    pub entry: &'a Entry,
    pub date: NaiveDate,
}

impl<'a> Listed<'a> {
    pub(crate) fn of(line: &Line, entry: &'a Entry) -> Self {
        Self { id: Some(line.id), entry, date: line.list_date }
    }

    /// What the matching engine compares.
    pub(crate) fn description(&self) -> Description {
        facts::description(self.entry, self.date)
    }
}

/// Where is looked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Among {
    /// Our people.
    Ours,
    /// Our people, and the records of other registers.
    All,
}

async fn found(
    tx: &mut Tx,
    search: &Grant<SearchPeople>,
    described: &Description,
    among: Among,
    most: usize,
) -> Result<search::Possible, Problem> {
    Ok(match among {
        Among::Ours => {
            search::Possible { people: search::candidates(tx, search, described, most).await?, elsewhere: Vec::new() }
        }
        Among::All => search::possible(tx, search, described, most).await?,
    })
}

/// So many who may be the one on a line, besides those who were ruled out.
pub(crate) async fn possible(
    tx: &mut Tx,
    view: &Grant<ViewList>,
    search: &Grant<SearchPeople>,
    listed: Listed<'_>,
    among: Among,
    most: usize,
) -> Result<Possible, Problem> {
    let described = listed.description();
    let out_elsewhere = match listed.id {
        Some(line) => elsewhere::ruled_out(tx, view, line).await?,
        None => HashSet::new(),
    };
    let mut room = out_elsewhere.len();
    loop {
        let mut found = found(tx, search, &described, among, most + room).await?;
        let said = lists::said_before(tx, view, search, listed.id, &described, &found.people).await?;
        let is_out = |candidate: &Candidate| said.get(&candidate.person.id).is_some_and(Said::rules_out);
        let out = found.people.iter().filter(|candidate| is_out(candidate)).count();
        // Each who is ruled out makes room for one more.
        if out > room && found.people.len() >= most + room {
            room = out;
            continue;
        }
        let (ruled_out, mut asked): (Vec<Candidate>, Vec<Candidate>) = found.people.into_iter().partition(is_out);
        asked.truncate(most);
        found.elsewhere.retain(|candidate| !out_elsewhere.contains(&candidate.elsewhere.id));
        found.elsewhere.truncate(most);
        return Ok(Possible { asked, ruled_out, elsewhere: found.elsewhere, said });
    }
}

/// Everybody who may be the one on a line, as its page shows them.
pub(crate) async fn matches(
    tx: &mut Tx,
    view: &Grant<ViewList>,
    search: &Grant<SearchPeople>,
    listed: Listed<'_>,
) -> Result<Possible, Problem> {
    possible(tx, view, search, listed, Among::All, MATCHES).await
}

/// What somebody said before, and why it is asked again.
pub(crate) fn said_row(said: &Said, entry: EntryId) -> Value {
    context! {
        words => said.decision.label(), by => said.decided_by, at => said.decided_at, asked_again => said.asked_again(),
        decision => said.decision.code(), on => (said.entry != entry).then(|| said.list_date.to_string()),
    }
}

pub(crate) fn band_tone(band: Band) -> &'static str {
    match band {
        Band::VeryLikely => "info",
        Band::Possible => "warn",
        Band::NoMatch => "quiet",
    }
}

/// Tells what happened to a line: of somebody who is not known by the name that only the line holds.
pub(crate) async fn note(tx: &mut Tx, line: &Line, words: String) -> Result<(), Problem> {
    let words = match line.person_id {
        Some(_) => words,
        None => format!("{}: {words}", source(line)?.name.formal()),
    };
    tell(tx, line, line.person_id, words).await
}

/// Says on the board, and in the person's timeline when one is named, what happened to a line.
pub(crate) async fn tell(tx: &mut Tx, line: &Line, person: Option<PersonId>, words: String) -> Result<(), Problem> {
    let new = NewEvent {
        at: None,
        site: Some(line.site_id),
        person,
        episode: None,
        kind: "list",
        class: Class::List,
        words,
        link: format!("/entries/{}", line.id),
    };
    Ok(events::add(tx, new).await?)
}
