//! The hearings of lines: what a list changes of them, in words, and keeping them with their lines.

use super::compared::Compared;
use crate::Problem;
use crate::line::{self, facts};
use chrono::NaiveDate;
use minijinja::{Value, context};
use std::collections::{HashMap, HashSet};
use throughline_domain::ids::EntryId;
use throughline_domain::list::ListKind;
use throughline_domain::time::Instant;
use throughline_lists::{Entry, Hearing, HearingChange, Move, Reading, System, hearing_facts};
use throughline_policy::{Grant, ImportList};
use throughline_store::Tx;
use throughline_store::lists::{self, EntryFacts, Line};

/// How many of the site's lines the list takes the place of.
pub(super) fn in_scope(compared: &Compared) -> usize {
    let scope = compared.reading.scope();
    let is_there = |(line, entry): &(&Line, &Entry)| line.gone_at.is_none() && scope.concerns(entry);
    compared.lines.iter().zip(&compared.before).filter(is_there).count()
}

/// What to know of the list as a whole; of news of one hearing first what happened, and whom it concerns.
pub(super) fn notices(reading: &Reading) -> Vec<String> {
    let event = reading
        .event
        .as_ref()
        .map(|event| format!("News of one hearing: {}. It concerns nobody else on the board", lower(event.words())));
    let concerns = (event.is_none() && reading.kind == ListKind::Court).then(|| {
        let system = match reading.system() {
            System::CourtTable => "an earlier table of the court".to_owned(),
            system => format!("an earlier list of {system}"),
        };
        format!("It takes the place of {system} for the same day. Lists from elsewhere stay as they are")
    });
    let others = reading.notices.iter().map(ToString::to_string);
    event.into_iter().chain(concerns).chain(others).collect()
}

fn lower(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// Says so when there is news of a hearing that nobody on the board has.
pub(super) fn nothing_known(compared: &Compared) -> Option<String> {
    let is_news = compared.reading.event.is_some() && compared.changes.is_empty();
    is_news.then(|| "Nobody on our board has this hearing: nothing changes. It may be at another site.".to_owned())
}

/// What happened, for the board.
pub(super) fn event_words(compared: &Compared) -> String {
    let counts = compared.counts();
    let received = match &compared.reading.event {
        Some(event) => event.words().to_owned(),
        None => format!("{} received", compared.list.kind),
    };
    let moved = if counts.moved == 0 { String::new() } else { format!("{} moved, ", counts.moved) };
    let changed = counts.changed + counts.lessened;
    format!("{received}: {} new, {changed} changed, {moved}{} no longer on it", counts.new, counts.gone)
}

/// The hearings of a line in the order of their time, as a list of rows shows them.
pub(super) fn rows(entry: &Entry) -> Vec<Value> {
    let are_of_several = entry.hearings.iter().any(|hearing| hearing.system != entry.hearings[0].system);
    let row = |hearing: &Hearing| {
        context! {
            court_room => hearing.sitting.court_room, sitting_at => hearing.sitting.sitting_at,
            listed_on => hearing.sitting.listed_on.map(|day| day.to_string()), urn => hearing.urn,
            system => are_of_several.then(|| hearing.system.label()),
        }
    };
    entry.hearings.iter().map(row).collect()
}

/// The hearings of a line with all that is said of each; of a line with one the line says it.
pub(super) fn full_rows(entry: &Entry, now: Instant) -> Vec<Value> {
    if entry.hearings.len() < 2 {
        return Vec::new();
    }
    let next = entry.next_hearing(now).map(|next| next.key.as_str());
    let row = |hearing: &Hearing| {
        context! {
            place => hearing.sitting.words(), system => hearing.system.label(), is_next => next == Some(&hearing.key),
            results_shared => hearing.results_shared, restriction => hearing.reporting_restriction,
            facts => hearing_facts(hearing),
            verbatim => serde_json::to_string_pretty(&hearing.verbatim).unwrap_or_default(),
        }
    };
    entry.hearings.iter().map(row).collect()
}

fn of_case(urn: Option<&String>) -> String {
    urn.map(|urn| format!(", case {urn}")).unwrap_or_default()
}

/// What became of one hearing, in words.
pub(super) fn change_words(change: &HearingChange) -> Value {
    match change {
        HearingChange::Added { urn, sitting, system, also_on: true } => {
            context! { what => format!("Also on {system}"), words => sitting.words() + &of_case(urn.as_ref()) }
        }
        HearingChange::Added { urn, sitting, .. } => {
            context! { what => "Further hearing", words => sitting.words() + &of_case(urn.as_ref()) }
        }
        HearingChange::Moved(to) => context! { what => "Moved", ..move_value(to) },
        HearingChange::Gone { urn, sitting, system } => {
            context! { what => format!("No longer on {system}"), words => sitting.words() + &of_case(urn.as_ref()) }
        }
    }
}

pub(super) fn move_value(to: &Move) -> Value {
    context! { urn => to.urn, from => to.from.words_beside(&to.to), to => to.to.words_beside(&to.from) }
}

/// A line as it is to stand.
pub(super) struct Stands {
    pub entry: Entry,
    pub facts: EntryFacts,
}

impl Stands {
    /// Keeps its hearings with the line.
    pub async fn keep(&self, tx: &mut Tx, grant: &Grant<ImportList>, id: EntryId) -> Result<(), Problem> {
        let ids = self.entry.hearings.iter().filter_map(|hearing| hearing.hearing_id.as_deref());
        let ids: Vec<&str> = ids.collect();
        Ok(lists::keep_hearings(tx, grant, id, &self.facts.source, &ids).await?)
    }
}

/// The keys that lines have, by day: a line keeps its own whatever becomes of its hearings, so a new line
/// may find the key of its first hearing taken.
pub(super) struct Taken(HashSet<(NaiveDate, String)>);

impl Taken {
    pub fn of(compared: &Compared) -> Self {
        let keys = compared.lines.iter().zip(&compared.before);
        Self(keys.map(|(line, entry)| (line.list_date, entry.key.clone())).collect())
    }

    /// A line as it is to stand: one that was there, or a new one.
    pub fn stands(&mut self, compared: &Compared, line: Option<&Line>, now: usize) -> Stands {
        let (list, reading) = (&compared.list, &compared.reading);
        let mut entry = reading.entries[now].clone();
        let day = match line {
            // The list does not have it: it stays where it is.
            Some(line) if now >= compared.listed => line.list_date,
            Some(line) => facts::day(reading, &entry, line.list_date),
            None => facts::day(reading, &entry, list.list_date),
        };
        if line.is_none_or(|line| line.list_date != day) {
            entry.key = self.free(day, &entry.key);
        }
        self.0.insert((day, entry.key.clone()));
        let facts = EntryFacts { list_date: day, ..facts::columns(reading, &entry, list.list_date) };
        Stands { entry, facts }
    }

    fn free(&self, day: NaiveDate, key: &str) -> String {
        let is_free = |key: &String| !self.0.contains(&(day, key.clone()));
        let further = (2..).map(|times| format!("{key} #{times}"));
        std::iter::once(key.to_owned()).chain(further).find(is_free).unwrap_or_default()
    }
}

/// Which line each entry of a list is on now.
pub(super) struct OnLines {
    by_key: HashMap<(NaiveDate, Option<System>, String), usize>,
    lines: Vec<Line>,
}

impl OnLines {
    pub fn of(lines: Vec<Line>) -> Result<Self, Problem> {
        let mut by_key = HashMap::new();
        for (at, line) in lines.iter().enumerate() {
            for (system, key) in keys(&line::source(line)?) {
                by_key.insert((line.list_date, system, key), at);
            }
        }
        Ok(Self { by_key, lines })
    }

    /// The line of an entry of this day.
    pub fn line_of(&self, day: NaiveDate, entry: &Entry) -> Option<&Line> {
        let mut keys = keys(entry).into_iter().map(|(system, key)| (day, system, key));
        keys.find_map(|key| self.by_key.get(&key)).map(|at| &self.lines[*at])
    }
}

fn keys(entry: &Entry) -> Vec<(Option<System>, String)> {
    if entry.hearings.is_empty() {
        return vec![(None, entry.key.clone())];
    }
    entry.hearings.iter().map(|hearing| (Some(hearing.system), hearing.key.clone())).collect()
}
