//! Looking a list over before it is brought in, bringing it in, and the list afterwards.

use super::{corrections, entry, facts, hearings, known, on_to, sha256, site_of, take_back};
use crate::{Answer, Cx, Fields, Problem};
use axum::extract::Path;
use chrono::NaiveDate;
use minijinja::{Value, context};
use std::collections::BTreeSet;
use throughline_domain::ids::{ListId, SiteId};
use throughline_domain::list::{EntryState, ListState};
use throughline_domain::time::{date_long, date_time_long, london_date};
use throughline_lists::{Change, Entry, Reading, compare};
use throughline_matching::Band;
use throughline_policy::{Class, Grant, ImportList, SearchPeople, Subject, Verb, ViewList};
use throughline_store::events::{self, NewEvent};
use throughline_store::lists::{self, Best, Likely, Line, List};
use throughline_store::{Error as StoreError, Tx};

/// A list against what the site has for the same days and kind.
pub(super) struct Compared {
    pub(super) list: List,
    /// What the list says, with the corrections that were made laid over it; its entries are the lines as they are to stand, those of other lists' hearings
    /// after those that the list has.
    pub(super) reading: Reading,
    corrected: corrections::Told,
    /// How many of the lines the list has.
    pub(super) listed: usize,
    /// How many rows of the list are further hearings of a line.
    gathered: usize,
    /// The site's lines, with what the lists last said of each.
    pub(super) lines: Vec<Line>,
    pub(super) before: Vec<Entry>,
    pub(super) changes: Vec<Change>,
}

impl Compared {
    pub async fn of(tx: &mut Tx, grant: &Grant<ViewList>, id: ListId) -> Result<Self, Problem> {
        let list = lists::get(tx, grant, id).await?.ok_or(Problem::NotFound)?;
        let (mut reading, corrected) = corrections::laid(tx, grant, &list).await?.told();
        let days: BTreeSet<NaiveDate> = reading
            .entries
            .iter()
            .map(|entry| facts::day(&reading, entry, list.list_date))
            .chain([list.list_date])
            .collect();
        let mut lines = known::lines(tx, grant, &list, &days).await?;
        hearings::add_lines_of_event(tx, grant, &list, &reading, &mut lines).await?;
        let before = lines.iter().map(entry::source).collect::<Result<Vec<_>, _>>()?;
        let rows: usize = reading.entries.iter().map(|entry| entry.hearings.len().max(1)).sum();
        let known = hearings::known(&lines, &before);
        let difference = compare(&reading.scope(), &known, std::mem::take(&mut reading.entries));
        reading.entries = difference.after;
        let (listed, changes) = (difference.listed, difference.changes);
        Ok(Self { list, reading, corrected, listed, gathered: rows - listed, lines, before, changes })
    }

    fn count(&self, is: impl Fn(&Change) -> bool) -> usize {
        self.changes.iter().filter(|change| is(change)).count()
    }

    pub(super) fn counts(&self) -> Counts {
        Counts {
            rows_in: self.reading.rows_in,
            new: self.count(|change| matches!(change, Change::New { .. })),
            changed: self.count(|change| matches!(change, Change::Changed { now, .. } if *now < self.listed)),
            lessened: self.count(|change| matches!(change, Change::Changed { now, .. } if *now >= self.listed)),
            moved: self.count(|change| matches!(change, Change::Moved { .. })),
            gathered: self.gathered,
            same: self.count(|change| matches!(change, Change::Same { .. })),
            rejected: self.reading.rejected.len(),
            set_aside: self.reading.set_aside.len(),
            further: self.reading.further.len(),
            gone: self.count(|change| matches!(change, Change::Gone { .. })),
        }
    }

    /// What was shown, so that nothing else is done than what was agreed to.
    fn fingerprint(&self) -> String {
        let told: Vec<String> = self
            .changes
            .iter()
            .map(|change| match change {
                Change::New { now } => format!("new {}", self.reading.entries[*now].key),
                Change::Changed { before, fields, hearings, .. } => {
                    format!("changed {} {fields:?} {hearings:?}", self.lines[*before].id)
                }
                Change::Moved { before, moves, .. } => format!("moved {} {moves:?}", self.lines[*before].id),
                Change::Same { before, .. } => format!("same {}", self.lines[*before].id),
                Change::Gone { before } => format!("gone {}", self.lines[*before].id),
            })
            .chain(self.corrected.fingerprint.iter().cloned())
            .collect();
        throughline_audit::hex(&sha256(told.join("\n").as_bytes()))
    }
}

#[derive(Debug, Clone, Copy, serde::Serialize)]
pub(super) struct Counts {
    rows_in: usize,
    pub(super) new: usize,
    pub(super) changed: usize,
    pub(super) lessened: usize,
    pub(super) moved: usize,
    gathered: usize,
    same: usize,
    rejected: usize,
    set_aside: usize,
    further: usize,
    pub(super) gone: usize,
}

pub async fn look_over(cx: Cx, Path(id): Path<ListId>) -> Answer {
    let mut tx = cx.begin().await?;
    let site = site_of(&mut tx, id).await?;
    let grant = tx.authorise::<ViewList>(site).await?;
    let compared = Compared::of(&mut tx, &grant, id).await?;
    let taken_back = lists::taken_back(&mut tx, &grant, &compared.list).await?;
    tx.commit().await?;
    if compared.list.state != ListState::Preview {
        return Ok(on_to(&format!("/lists/{id}")));
    }
    if compared.reading.is_unread() {
        return Ok(on_to(&format!("/lists/{id}/columns")));
    }
    let taken_back = taken_back.map(|taken| take_back::told(&taken));
    cx.page("lists/review.html", context! { taken_back, ..review(&cx, site, &compared) })
}

fn review(cx: &Cx, site: SiteId, compared: &Compared) -> Value {
    let (list, reading) = (&compared.list, &compared.reading);
    let site = cx.signed_in.sites.iter().find(|known| known.id == site);
    let format = throughline_lists::label_of(&reading.format);
    let (again, others): (Vec<&Change>, Vec<&Change>) =
        compared.changes.iter().partition(|change| change.concerns_identity());
    let changed: Vec<Value> =
        again.into_iter().chain(others).filter_map(|change| changed_row(compared, change)).collect();
    let new: Vec<Value> = compared
        .changes
        .iter()
        .filter_map(|change| match change {
            Change::New { now } => Some(review_row(reading, &reading.entries[*now])),
            _ => None,
        })
        .collect();
    let mut new = new;
    // What may be wrong comes before what is merely good to know.
    new.sort_by_key(|row| !row.get_attr("in_doubt").is_ok_and(|in_doubt| in_doubt.is_true()));
    let (look, plain): (Vec<Value>, Vec<Value>) =
        new.into_iter().partition(|row| row.get_attr("first").is_ok_and(|first| first.is_true()));
    context! {
        heading => "Look this list over", caption => list.kind.label(), list, counts => compared.counts(), format,
        crumbs => [context! { text => "Lists", href => "/lists" }],
        title => reading.title.clone(), sites => reading.sites.clone(), published_at => reading.published_at,
        warnings => warnings(compared, site, london_date(cx.now)),
        notices => hearings::notices(reading),
        moved => hearings::moved_rows(compared), changed, look, plain, gone => gone_rows(compared), same => same_rows(compared),
        rejected => reading.rejected.iter().map(|row| context! { row => row.row.to_string(), number => row.row.number(), reason => row.reason.to_string(), verbatim => verbatim(&row.verbatim) }).collect::<Vec<_>>(),
        set_aside => reading.set_aside.iter().map(|row| context! { row => row.row.to_string(), name => row.name, urn => row.urn, reason => row.reason.to_string() }).collect::<Vec<_>>(),
        changes => compared.fingerprint(), is_table => throughline_lists::is_table(&reading.format), court => list.kind == throughline_domain::list::ListKind::Court,
        may_import => cx.role_may(Verb::Create, Class::List), corrected => &compared.corrected,
    }
}

/// A row that can be corrected.
fn review_row(reading: &Reading, entry: &Entry) -> Value {
    let rows: Vec<usize> = rows_of(reading, entry).iter().map(|row| row.position.number()).collect();
    context! { rows, in_doubt => !reading.doubts(entry).is_empty(), ..entry_row(entry) }
}

/// The rows of this list that a line is made of: hearings that other lists have of it are not among them.
pub(super) fn rows_of(reading: &Reading, entry: &Entry) -> Vec<Entry> {
    let scope = reading.scope();
    let is_of_list = |row: &Entry| row.hearings.first().is_none_or(|hearing| scope.has(hearing));
    throughline_lists::apart(entry).into_iter().filter(is_of_list).collect()
}

/// What a person should settle before bringing the list in.
fn warnings(
    compared: &Compared,
    site: Option<&throughline_store::organisations::Site>,
    today: NaiveDate,
) -> Vec<String> {
    let (list, reading) = (&compared.list, &compared.reading);
    let mut warnings = Vec::new();
    if let Some(site) = site {
        let strange: Vec<&str> =
            reading.sites.iter().map(String::as_str).filter(|printed| !facts::is_named(printed, &site.name)).collect();
        if !strange.is_empty() {
            warnings.push(format!(
                "This list names {}. You are working at {}. Check that it is for this site.",
                strange.join(" and "),
                site.name
            ));
        }
        if site.kind.is_court() != (list.kind == throughline_domain::list::ListKind::Court) {
            warnings.push(format!(
                "This is a {}, and {} is not a place for one.",
                list.kind.label().to_lowercase(),
                site.name
            ));
        }
    }
    if let Some(printed) = reading.list_date.filter(|printed| *printed != list.list_date) {
        warnings.push(format!(
            "The list is printed for {}, and it will be brought in for {}.",
            date_long(printed),
            date_long(list.list_date)
        ));
    }
    warnings.extend(mostly_gone(compared));
    warnings.extend(hearings::nothing_known(compared));
    if list.list_date < today {
        warnings.push(format!("This list is for {}, a day that has passed.", date_long(list.list_date)));
    }
    warnings
}

/// Says so when most of the board is not in the file: half a list looks like everybody was released.
fn mostly_gone(compared: &Compared) -> Option<String> {
    if compared.reading.event.is_some() {
        return None;
    }
    let counts = compared.counts();
    let (gone, before) = (counts.gone, hearings::in_scope(compared));
    let nobody_left = compared.reading.entries.is_empty() && gone > 0;
    (nobody_left || (gone >= 4 && gone * 2 > before)).then(|| {
        format!("{gone} of the {before} people on our list are not in this file. Check that it is the whole list, for this site and this time, before you bring it in.")
    })
}

pub(super) fn entry_row(entry: &Entry) -> Value {
    let offences = facts::offences(entry);
    context! {
        row => facts::row(&entry.position), name => entry.name.formal(), born => entry.date_of_birth.map(|date| date.to_string()),
        interview => facts::interview(entry), custody_number => entry.custody_number, arrived_at => entry.arrived_at, court_room => entry.court_room, sitting_at => entry.sitting_at,
        urn => entry.urn, hearings => hearings::rows(entry), offences => offences.join("; "), restricted => entry.reporting_restriction,
        notices => facts::notices(entry), first => facts::looked_at_first(entry), corrected => corrections::words(entry),
    }
}

fn changed_row(compared: &Compared, change: &Change) -> Option<Value> {
    let Change::Changed { before, now, fields, hearings } = change else { return None };
    let line = &compared.lines[*before];
    Some(context! {
        entry => review_row(&compared.reading, &compared.reading.entries[*now]), fields, id => line.id.to_string(), state => state_words(line),
        hearings => hearings.iter().map(hearings::change_words).collect::<Vec<_>>(), identity => change.concerns_identity(), decided => line.person_id.is_some(),
    })
}

fn gone_rows(compared: &Compared) -> Vec<Value> {
    let gone = compared.changes.iter().filter_map(|change| match change {
        Change::Gone { before } => Some(*before),
        _ => None,
    });
    gone.map(|at| {
        let line = &compared.lines[at];
        context! { entry => entry_row(&compared.before[at]), id => line.id.to_string(), state => state_words(line), open => line.state.is_open() }
    })
    .collect()
}

fn same_rows(compared: &Compared) -> Vec<Value> {
    let same = compared.changes.iter().filter_map(|change| match change {
        Change::Same { now, .. } => Some(review_row(&compared.reading, &compared.reading.entries[*now])),
        _ => None,
    });
    same.collect()
}

pub(super) fn state_words(line: &Line) -> String {
    match line.state {
        EntryState::BeingSeen if !line.taken_by_name.is_empty() => format!("Being seen by {}", line.taken_by_name),
        state => state.label().to_owned(),
    }
}

/// A row as it came: column by column when it has columns, those that are empty left out.
pub(super) fn verbatim(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Object(columns) if columns.values().all(|cell| cell.is_string() || cell.is_null()) => {
            let filled = columns
                .iter()
                .filter_map(|(name, cell)| Some((name, cell.as_str()?)))
                .filter(|(_, cell)| !cell.is_empty());
            filled.map(|(name, cell)| format!("{name}: {cell}")).collect::<Vec<_>>().join("\n")
        }
        serde_json::Value::String(text) => text.clone(),
        other => serde_json::to_string_pretty(other).unwrap_or_default(),
    }
}

pub async fn discard(cx: Cx, Path(id): Path<ListId>, fields: Fields) -> Answer {
    let mut act = cx.act(&fields).await?;
    let site = site_of(&mut act, id).await?;
    let grant = act.authorise::<ImportList>(site).await?;
    lists::discard(&mut act, &grant, id).await?;
    act.done("/lists").await
}

pub async fn commit(cx: Cx, Path(id): Path<ListId>, fields: Fields) -> Answer {
    let mut act = cx.act(&fields).await?;
    let site = site_of(&mut act, id).await?;
    let grant = act.authorise::<ImportList>(site).await?;
    match lists::begin_commit(&mut act, &grant, id).await {
        Err(StoreError::Stale) => {
            drop(act);
            return already(&cx, id).await;
        }
        other => other?,
    }
    let view = act.authorise::<ViewList>(site).await?;
    let compared = Compared::of(&mut act, &view, id).await?;
    if compared.reading.is_unread() {
        drop(act);
        return Ok(on_to(&format!("/lists/{id}/columns")));
    }
    if compared.fingerprint() != fields.text("changes") {
        drop(act);
        let text = "Something changed while you were looking: another list was brought in, or a colleague corrected a row. This is what would happen now.";
        let mut tx = cx.begin().await?;
        let view = tx.authorise::<ViewList>(site).await?;
        let compared = Compared::of(&mut tx, &view, id).await?;
        tx.commit().await?;
        let base = review(&cx, site, &compared);
        return cx.page_with_errors(
            "lists/review.html",
            context! { notice => context! { kind => "warning", text }, ..base },
        );
    }
    bring_in(&mut act, &grant, &compared).await?;
    act.done(&format!("/lists/{id}")).await
}

/// The answer to the second of two people who bring in the same list.
async fn already(cx: &Cx, id: ListId) -> Answer {
    let base = list_page(cx, id).await?;
    let text = "A colleague brought this list in, or discarded it, while you were looking. Nothing was done twice.";
    cx.page_with_errors("lists/show.html", context! { notice => context! { kind => "information", text }, ..base })
}

/// Does what was shown: all of it, or nothing.
async fn bring_in(tx: &mut Tx, grant: &Grant<ImportList>, compared: &Compared) -> Result<(), Problem> {
    tx.authorise::<SearchPeople>(Subject::default()).await?;
    let list = &compared.list;
    let mut taken = hearings::Taken::of(compared);
    let before = lists::before(tx, grant, &compared.lines).await?;
    // What is gone makes room first: a line may come back under the key of another.
    for change in &compared.changes {
        if let Change::Gone { before } = change {
            lists::mark_gone(tx, grant, compared.lines[*before].id).await?;
        }
    }
    for change in &compared.changes {
        match change {
            Change::Gone { .. } => {}
            Change::Same { before, now } => {
                let line = &compared.lines[*before];
                let stands = taken.stands(compared, Some(line), *now);
                lists::keep_entry(tx, grant, line.id, list.id, stands.facts.source_row).await?;
                stands.keep(tx, grant, line.id).await?;
            }
            Change::New { now } => {
                let stands = taken.stands(compared, None, *now);
                let id = lists::add_entry(tx, grant, list.kind, list.id, &stands.facts).await?;
                stands.keep(tx, grant, id).await?;
                let listed = entry::Listed { id: Some(id), entry: &stands.entry, date: stands.facts.list_date };
                let best = lists::find_best(tx, id, &listed.description()).await?;
                note_likeliest(tx, &best);
            }
            Change::Changed { before, now, .. } | Change::Moved { before, now, .. } => {
                let line = &compared.lines[*before];
                let stands = taken.stands(compared, Some(line), *now);
                // A line that the list does not have stays with the list that last had it.
                let of = if *now < compared.listed { list.id } else { line.list_id };
                lists::change_entry(tx, grant, line.id, of, &stands.facts).await?;
                stands.keep(tx, grant, line.id).await?;
                let listed = entry::Listed { id: Some(line.id), entry: &stands.entry, date: stands.facts.list_date };
                let best = lists::find_best(tx, line.id, &listed.description()).await?;
                note_likeliest(tx, &best);
                look_again(tx, line, best, change.concerns_identity()).await?;
            }
        }
    }
    lists::keep_commit(tx, grant, (list.id, list.kind), before).await?;
    note(tx, grant.site(), compared).await
}

/// Who looked at somebody names whoever brought in a list on which they are the likeliest.
fn note_likeliest(tx: &mut Tx, best: &Best) {
    if let Some(person) = best.person() {
        tx.note_shown(person, "possible match");
    }
}

/// A match that was made stays, and says that it must be looked at again when the list changed who the
/// line is about.
async fn look_again(tx: &mut Tx, line: &Line, best: Best, identity: bool) -> Result<(), Problem> {
    let Some(person) = line.person_id.filter(|_| identity) else { return Ok(()) };
    let probability = match best {
        Best::Person(found, likely) if found == person => likely.probability,
        _ => 0.0,
    };
    let reason = "The list changed who this is: look at the match again".to_owned();
    let likely = Likely { probability, band: Band::Possible, reason };
    lists::set_best(tx, line.id, &Best::Person(person, likely)).await?;
    let words = "A matched row of the list now says somebody else: look at the match again".to_owned();
    add_event(tx, line.site_id, words, format!("/entries/{}", line.id)).await
}

async fn note(tx: &mut Tx, site: SiteId, compared: &Compared) -> Result<(), Problem> {
    let words = hearings::event_words(compared);
    add_event(tx, site, words, format!("/lists/{}", compared.list.id)).await
}

async fn add_event(tx: &mut Tx, site: SiteId, words: String, link: String) -> Result<(), Problem> {
    let new = NewEvent {
        at: None,
        site: Some(site),
        person: None,
        episode: None,
        kind: "list",
        class: Class::List,
        words,
        link,
    };
    Ok(events::add(tx, new).await?)
}

pub async fn show(cx: Cx, Path(id): Path<ListId>) -> Answer {
    let values = list_page(&cx, id).await?;
    if let Some(clinic) = values.get_attr("clinic").ok().and_then(|clinic| clinic.as_str().map(str::to_owned)) {
        return Ok(on_to(&format!("/clinics/{clinic}")));
    }
    if values.get_attr("waiting").is_ok_and(|waiting| waiting.is_true()) {
        return Ok(on_to(&format!("/lists/{id}/review")));
    }
    cx.page("lists/show.html", values)
}

pub(super) async fn list_page(cx: &Cx, id: ListId) -> Result<Value, Problem> {
    let mut tx = cx.begin().await?;
    let site = site_of(&mut tx, id).await?;
    let grant = tx.authorise::<ViewList>(site).await?;
    let list = lists::get(&mut tx, &grant, id).await?.ok_or(Problem::NotFound)?;
    if list.format == "clinic" {
        return Ok(context! { clinic => id.to_string() });
    }
    let (reading, corrected) = corrections::laid(&mut tx, &grant, &list).await?.told();
    let taking_back = take_back::offered(&mut tx, &grant, &list).await?;
    let days: Vec<NaiveDate> = reading
        .entries
        .iter()
        .map(|entry| facts::day(&reading, entry, list.list_date))
        .chain([list.list_date])
        .collect();
    let (from, to) =
        (days.iter().min().copied().unwrap_or(list.list_date), days.iter().max().copied().unwrap_or(list.list_date));
    let lines = lists::lines(&mut tx, &grant, list.kind, from, to).await?;
    tx.commit().await?;
    let on_lines = hearings::OnLines::of(lines)?;
    let rows: Vec<Value> = reading
        .entries
        .iter()
        .map(|entry| {
            let line = on_lines.line_of(facts::day(&reading, entry, list.list_date), entry);
            let state = line.map(|line| {
                if line.gone_at.is_some() {
                    format!("{}, no longer on the newest list", state_words(line))
                } else {
                    state_words(line)
                }
            });
            context! { id => line.map(|line| line.id.to_string()), state, ..entry_row(entry) }
        })
        .collect();
    let format = throughline_lists::label_of(&reading.format);
    Ok(context! {
        heading => list.kind.label(), caption => date_long(list.list_date), crumbs => [context! { text => "Lists", href => "/lists" }],
        brought_in => list.committed_at.map(date_time_long), waiting => list.state == ListState::Preview, discarded => list.state == ListState::Discarded,
        title => reading.title, sites => reading.sites, format, rows, rejected => reading.rejected.len(), set_aside => reading.set_aside.len(),
        rows_in => reading.rows_in, gathered => reading.gathered(), corrected, taking_back, may_import => cx.role_may(Verb::Create, Class::List), court => list.kind == throughline_domain::list::ListKind::Court, list,
    })
}
