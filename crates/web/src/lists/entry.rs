//! One line of a list: known or not, taken or not, seen or not.

use crate::banner::banner;
use crate::legal::running;
use crate::line::{Listed, Possible, band_tone, facts, matches, note, said_row, source, subject};
use crate::{Answer, Cx, Fields, Problem, evidence};
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse};
use chrono::NaiveDate;
use minijinja::{Value, context};
use throughline_clocks::{clocks, events_of};
use throughline_domain::board::when;
use throughline_domain::ids::EntryId;
use throughline_domain::legal::{self as legal_facts, LegalEvent};
use throughline_domain::list::{EntryState, ListKind, MatchDecision, NotSeenReason};
use throughline_domain::name::Name;
use throughline_domain::time::{Instant, age_on, london_date, parse_date};
use throughline_lists::Entry;
use throughline_matching::{Description, in_words};
use throughline_policy::{ChangeList, Class, Grant, SearchPeople, Subject, Verb, ViewEpisode, ViewJustice, ViewList};
use throughline_store::lists::{self, Decision, Line, Said};
use throughline_store::search::{self, Candidate, ElsewhereCandidate};
use throughline_store::{Error as StoreError, Tx, elsewhere, episodes, legal, people};

pub async fn show(cx: Cx, Path(id): Path<EntryId>) -> Answer {
    if let Some(answer) = super::take_back::gone_with(&cx, id).await? {
        return Ok(answer);
    }
    let values = values(&cx, id, None).await?;
    cx.page("lists/entry.html", values)
}

/// The page again with something to say; `status` tells a script and a test what happened.
pub(super) async fn again(cx: &Cx, id: EntryId, status: StatusCode, extra: Value) -> Answer {
    let base = values(cx, id, None).await?;
    let html = cx.app.pages.page("lists/entry.html", &cx.shell(), context! { ..extra, ..base })?;
    Ok((status, Html(html)).into_response())
}

async fn values(cx: &Cx, id: EntryId, searched: Option<&Description>) -> Result<Value, Problem> {
    let mut tx = cx.begin().await?;
    let site = subject(&mut tx, id).await?;
    let grant = tx.authorise::<ViewList>(site).await?;
    let line = lists::entry(&mut tx, &grant, id).await?.ok_or(Problem::NotFound)?;
    let entry = source(&line)?;
    let decisions = lists::decisions(&mut tx, &grant, id).await?;
    let about_elsewhere = elsewhere::decisions(&mut tx, &grant, id).await?;
    let may_search = cx.role_may(Verb::View, Class::Search);
    let (mut possible, mut found) = (Possible::default(), None);
    if may_search {
        let search = tx.authorise::<SearchPeople>(Subject::default()).await?;
        if line.episode_id.is_none() {
            possible = matches(&mut tx, &grant, &search, Listed::of(&line, &entry)).await?;
        }
        if let Some(looked_for) = searched {
            found = Some(search::search(&mut tx, &search, looked_for, 20).await?);
        }
    }
    let person = match line.person_id {
        Some(person) if tx.may::<throughline_policy::ViewIdentity>(person).await? => {
            Some(banner(&mut tx, person, line.episode_id).await?)
        }
        _ => None,
    };
    let open_episodes = open_episodes(&mut tx, &line).await?;
    let appointment = crate::clinics::on_line(&mut tx, &grant, &line).await?;
    let take_over = super::taken::values(cx, &mut tx, &grant, &line).await?;
    let recorded = legal_events(&mut tx, &line).await?;
    let may_open = match line.episode_id {
        Some(episode) => match people::subject_of_episode(&mut tx, episode).await? {
            Some(subject) => tx.may::<ViewEpisode>(subject).await?,
            None => false,
        },
        None => false,
    };
    tx.commit().await?;
    let today = london_date(cx.now);
    let row = |candidate: &Candidate| candidate_row(candidate, id, possible.said(candidate.person.id), today);
    let elsewhere_row =
        |candidate: &ElsewhereCandidate| crate::elsewhere::shown::candidate_row(candidate, id, &about_elsewhere, today);
    let site_name = cx.signed_in.sites.iter().find(|known| known.id == site).map(|site| site.name.clone());
    Ok(context! {
        heading => heading(&line), caption => format!("{}, {}", line.kind.label(), site_name.unwrap_or_default()),
        crumbs => [context! { text => "Today", href => "/" }, context! { text => line.kind.label(), href => format!("/lists/{}", line.list_id) }],
        person => person.as_ref().map(|person| person.value.clone()),
        decided_name => person.as_ref().map(|person| person.person.name.formal()),
        carried_on => line.person_id.is_some() && !decisions.iter().any(|decision| Some(decision.person_id) == line.person_id && decision.decision == MatchDecision::Same),
        look_again => look_again(&line, &entry, &decisions),
        name => entry.name.formal(), born => entry.date_of_birth.map(|date| date.to_string()),
        age => entry.date_of_birth.and_then(|born| age_on(born, today)).or(entry.age),
        facts => throughline_lists::facts(&entry), hearings => super::hearings::full_rows(&entry, cx.now),
        corrected => super::corrections::words(&entry), notices => facts::notices(&entry),
        restriction => entry.reporting_restriction, clocks => clock_values(&line, &entry, &recorded, cx.now),
        candidates => possible.asked.iter().map(row).collect::<Vec<_>>(), shown => possible.shown(),
        ruled_out => possible.ruled_out.iter().map(row).collect::<Vec<_>>(),
        elsewhere => possible.elsewhere.iter().map(elsewhere_row).collect::<Vec<_>>(),
        very_likely => possible.has_very_likely(),
        // How like the search they are says little: how like the row, the comparison tells.
        found => found.as_ref().map(|found| found.people.iter().map(|found| context! { searched => true, ..row(found) }).collect::<Vec<_>>()),
        found_elsewhere => found.as_ref().map(|found| found.elsewhere.iter().map(|found| context! { searched => true, ..elsewhere_row(found) }).collect::<Vec<_>>()),
        decisions => decisions.iter().map(decision_row).collect::<Vec<_>>(),
        decisions_elsewhere => about_elsewhere.iter().map(|decision| crate::elsewhere::shown::decision_row(decision, id)).collect::<Vec<_>>(),
        open_episodes, appointment, take_over, mine => line.taken_by == Some(cx.signed_in.user.id),
        state => line.state.label(), tone => tone(line.state), reason => line.reason.map(NotSeenReason::label),
        to_consider => line.state == EntryState::ToConsider, being_seen => line.state == EntryState::BeingSeen, ended => !line.state.is_open(),
        reasons => NotSeenReason::ALL.iter().filter(|reason| reason.fits(line.kind)).map(|reason| context! { code => reason.code(), label => reason.label() }).collect::<Vec<_>>(),
        may_change => cx.role_may(Verb::Change, Class::List), may_search, may_open, line,
        verbatim => serde_json::to_string_pretty(&entry.verbatim).unwrap_or_default(),
    })
}

fn heading(line: &Line) -> &'static str {
    match (line.person_id, line.episode_id) {
        (None, _) => "Known to us, or not?",
        (Some(_), None) => "Known to us: ready to see",
        (Some(_), Some(_)) => "Row of the list",
    }
}

fn tone(state: EntryState) -> &'static str {
    match state {
        EntryState::ToConsider => "warn",
        EntryState::BeingSeen => "info",
        EntryState::Seen => "good",
        EntryState::Declined | EntryState::NotNeeded => "neutral",
        EntryState::Missed => "bad",
    }
}

fn candidate_row(candidate: &Candidate, entry: EntryId, said: Option<&Said>, today: NaiveDate) -> Value {
    let (person, scored) = (&candidate.person, &candidate.scored);
    context! {
        name => person.name.formal(), born => person.date_of_birth.map(|date| date.to_string()),
        age => person.date_of_birth.and_then(|born| age_on(born, today)), nhs_number => person.nhs_number.as_ref().map(|number| number.digits().to_owned()),
        aliases => person.aliases.iter().map(Name::natural).collect::<Vec<_>>().join(", "),
        probability => in_words(scored.probability), band => scored.band.label(), tone => band_tone(scored.band),
        reason => evidence::reason(scored), care => evidence::care(scored), other_name => evidence::other_name(scored),
        href => format!("/entries/{entry}/compare/{}", person.id), said => said.map(|said| said_row(said, entry)),
        also => candidate.also.iter().map(crate::elsewhere::shown::in_short).collect::<Vec<_>>(),
    }
}

fn decision_row(decision: &Decision) -> Value {
    context! {
        person => decision.person, words => decision.decision.label(), by => decision.decided_by, at => decision.decided_at,
        probability => in_words(decision.probability), person_id => decision.person_id.to_string(),
    }
}

/// What a decision was made on.
#[derive(serde::Deserialize)]
struct Described {
    description: Description,
}

/// Whether the list has changed who the line is about since the match was decided.
fn look_again(line: &Line, entry: &Entry, decisions: &[Decision]) -> bool {
    let who = |of: Description| (of.name, of.date_of_birth, of.sex, of.pnc, of.nhs_number);
    let decided = decisions
        .iter()
        .find(|decision| Some(decision.person_id) == line.person_id && decision.decision == MatchDecision::Same);
    let then = decided.and_then(|decision| serde_json::from_str::<Described>(&decision.evidence).ok());
    then.is_some_and(|then| who(then.description) != who(facts::description(entry, line.list_date)))
}

/// What people recorded of how the line's person is held, for who may see it.
async fn legal_events(tx: &mut Tx, line: &Line) -> Result<Vec<LegalEvent>, Problem> {
    let Some(episode) = line.episode_id else { return Ok(Vec::new()) };
    let Some(subject) = people::subject_of_episode(tx, episode).await? else { return Ok(Vec::new()) };
    if !tx.may::<ViewJustice>(subject).await? {
        return Ok(Vec::new());
    }
    let grant = tx.authorise::<ViewJustice>(subject).await?;
    let entries = legal::of_episode(tx, &grant).await?;
    Ok(entries.into_iter().filter(legal::Entry::stands).map(|entry| entry.event).collect())
}

/// The running clocks of a detention, most pressing first.
fn clock_values(line: &Line, entry: &Entry, recorded: &[LegalEvent], now: Instant) -> Vec<Value> {
    if line.kind != ListKind::Custody || line.gone_at.is_some() {
        return Vec::new();
    }
    let listed = legal_facts::Listed {
        arrested_at: entry.arrested_at,
        arrived_at: entry.arrived_at,
        detention_authorised_at: entry.detention_authorised_at,
        ..legal_facts::Listed::default()
    };
    let events = events_of(&legal_facts::known(&listed, recorded));
    running(&clocks(&events, now), now)
}

/// Open episodes of the line's person, for "go on with the open one".
async fn open_episodes(tx: &mut Tx, line: &Line) -> Result<Vec<episodes::Episode>, Problem> {
    let Some(person) = line.person_id.filter(|_| line.episode_id.is_none()) else { return Ok(Vec::new()) };
    if !tx.may::<ViewEpisode>(person).await? {
        return Ok(Vec::new());
    }
    let grant = tx.authorise::<ViewEpisode>(person).await?;
    let mut all = episodes::of_person(tx, &grant).await?;
    all.retain(|episode| episode.closed_at.is_none());
    Ok(all)
}

/// A change of one line: the act, the grant, and the line as it is now.
pub(super) struct Changing {
    pub act: crate::Act,
    pub grant: Grant<ChangeList>,
    pub line: Line,
}

pub(super) async fn changing(cx: &Cx, id: EntryId, fields: &Fields) -> Result<Changing, Problem> {
    let mut act = cx.act(fields).await?;
    let site = subject(&mut act, id).await?;
    let grant = act.authorise::<ChangeList>(site).await?;
    let view = act.authorise::<ViewList>(site).await?;
    let line = lists::entry(&mut act, &view, id).await?.ok_or(Problem::NotFound)?;
    Ok(Changing { act, grant, line })
}

/// Tells who was faster, on the page as it is now.
pub(super) async fn overtaken(cx: &Cx, changing: Changing) -> Answer {
    let line = changing.line;
    drop(changing.act);
    let text = match line.state {
        EntryState::BeingSeen if line.taken_by == Some(cx.signed_in.user.id) => "You took this row already.".to_owned(),
        EntryState::BeingSeen => {
            let since = line.taken_at.map(|at| format!(" since {}", when(at, cx.now))).unwrap_or_default();
            format!("Already being seen by {}{since}. Nothing was changed.", line.taken_by_name)
        }
        _ => "This row changed while you were looking. Nothing was changed: look at it as it is now, and try again."
            .to_owned(),
    };
    again(cx, line.id, StatusCode::CONFLICT, context! { notice => context! { kind => "warning", text } }).await
}

pub async fn take(cx: Cx, Path(id): Path<EntryId>, fields: Fields) -> Answer {
    let version = fields.version()?;
    let mut changing = changing(&cx, id, &fields).await?;
    match lists::take(&mut changing.act, &changing.grant, id, version).await {
        Err(StoreError::Stale) => return overtaken(&cx, changing).await,
        other => other?,
    }
    let words = format!("Being seen by {}", cx.signed_in.user.name);
    note(&mut changing.act, &changing.line, words).await?;
    changing.act.done(&format!("/entries/{id}")).await
}

pub async fn put_back(cx: Cx, Path(id): Path<EntryId>, fields: Fields) -> Answer {
    let version = fields.version()?;
    let mut changing = changing(&cx, id, &fields).await?;
    match lists::put_back(&mut changing.act, &changing.grant, id, version).await {
        Err(StoreError::Stale) => return overtaken(&cx, changing).await,
        other => other?,
    }
    note(&mut changing.act, &changing.line, "Put back: to consider".into()).await?;
    changing.act.done(&format!("/entries/{id}")).await
}

pub async fn not_seen(cx: Cx, Path(id): Path<EntryId>, fields: Fields) -> Answer {
    let Some(reason) = NotSeenReason::from_code(fields.text("reason")) else {
        let message = "Choose why the person was not seen";
        let errors = [context! { field_name => "reason", message }];
        return again(
            &cx,
            id,
            StatusCode::UNPROCESSABLE_ENTITY,
            context! { errors, reason_error => message, typed => fields.typed() },
        )
        .await;
    };
    let version = fields.version()?;
    let mut changing = changing(&cx, id, &fields).await?;
    if !reason.fits(changing.line.kind) {
        return Err(Problem::Invalid("This reason is not one of this kind of list: choose another".into()));
    }
    match lists::not_seen(&mut changing.act, &changing.grant, id, version, reason).await {
        Err(StoreError::Stale) => return overtaken(&cx, changing).await,
        other => other?,
    }
    let (state, why) = (reason.entry_state().to_string(), reason.to_string());
    let words = if state == why { state } else { format!("{state}: {why}") };
    note(&mut changing.act, &changing.line, words).await?;
    let view = changing.act.authorise::<ViewList>(changing.line.site_id).await?;
    let leads_to = crate::clinics::leads_to(&mut changing.act, &view, id).await?;
    changing.act.done(&leads_to).await
}

/// Looks for somebody whom the list's own words did not find.
pub async fn search(cx: Cx, Path(id): Path<EntryId>, fields: Fields) -> Answer {
    cx.app.take_search(cx.signed_in.user.id)?;
    let (forenames, surname) = (fields.text("forenames"), fields.text("surname"));
    let born = match fields.given("born").map(|text| parse_date(text, london_date(cx.now))).transpose() {
        Ok(born) => born,
        Err(error) => return wrong_search(&cx, id, &fields, "born", &error.to_string()).await,
    };
    if Name::new(forenames, surname).is_unknown() && born.is_none() {
        return wrong_search(&cx, id, &fields, "surname", "Enter a name or a date of birth").await;
    }
    let looked_for = Description { date_of_birth: born, ..Description::named(forenames, surname) };
    let values = values(&cx, id, Some(&looked_for)).await?;
    cx.page("lists/entry.html", context! { typed => fields.typed(), ..values })
}

async fn wrong_search(cx: &Cx, id: EntryId, fields: &Fields, field_name: &str, message: &str) -> Answer {
    let errors = [context! { field_name, message }];
    let extra = context! { errors, search_field => field_name, search_error => message, typed => fields.typed(), search_open => true };
    again(cx, id, StatusCode::UNPROCESSABLE_ENTITY, extra).await
}
