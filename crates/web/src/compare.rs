//! The row of a list and a known person side by side, and a person's decision about them.

use crate::line::{Listed, facts, said_row, source, subject, tell};
use crate::{Answer, App, Cx, Fields, Problem, evidence};
use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect};
use axum::routing::get;
use minijinja::{Value, context};
use throughline_domain::ids::{EntryId, PersonId};
use throughline_domain::list::MatchDecision;
use throughline_domain::name::{Name, folded};
use throughline_lists::Entry;
use throughline_policy::{ChangeIdentity, ChangeList, Class, SearchPeople, Subject, Verb, ViewList};
use throughline_store::lists::{self, Best, Decision, Likely, Line, Said};
use throughline_store::people;
use throughline_store::search::{self, Candidate};
use throughline_store::{Error as StoreError, Tx, merges};

pub fn routes() -> Router<App> {
    Router::new().route("/entries/{entry}/compare/{person}", get(show).post(decide))
}

async fn show(cx: Cx, Path((entry, person)): Path<(EntryId, PersonId)>) -> Answer {
    if let Some(kept) = merges::kept(&mut *cx.read().await?, person).await? {
        return Ok(Redirect::to(&format!("/entries/{entry}/compare/{kept}")).into_response());
    }
    let values = values(&cx, entry, person).await?;
    cx.page("compare/show.html", values)
}

/// The line, what its list says, and the person weighed against it.
struct Pair {
    line: Line,
    entry: Entry,
    candidate: Candidate,
    decisions: Vec<Decision>,
    said: Option<Said>,
}

impl Pair {
    fn listed(&self) -> Listed<'_> {
        Listed::of(&self.line, &self.entry)
    }
}

async fn pair(tx: &mut Tx, entry: EntryId, person: PersonId) -> Result<Pair, Problem> {
    let site = subject(tx, entry).await?;
    let grant = tx.authorise::<ViewList>(site).await?;
    let line = lists::entry(tx, &grant, entry).await?.ok_or(Problem::NotFound)?;
    let decisions = lists::decisions(tx, &grant, entry).await?;
    let entry = source(&line)?;
    let search = tx.authorise::<SearchPeople>(Subject::default()).await?;
    let described = facts::description(&entry, line.list_date);
    let candidate = search::compare(tx, &search, &described, person).await?.ok_or(Problem::NotFound)?;
    let about = std::slice::from_ref(&candidate);
    let said = lists::said_before(tx, &grant, &search, Some(line.id), &described, about).await?.remove(&person);
    Ok(Pair { line, entry, candidate, decisions, said })
}

async fn values(cx: &Cx, entry: EntryId, person: PersonId) -> Result<Value, Problem> {
    let mut tx = cx.begin().await?;
    let pair = pair(&mut tx, entry, person).await?;
    tx.commit().await?;
    let known = &pair.candidate.person;
    let about = pair.decisions.iter().filter(|decision| decision.person_id == person);
    let is_linked = pair.line.person_id == Some(person);
    Ok(context! {
        heading => "Is this the same person?", back => context! { href => format!("/entries/{entry}"), text => "Back to the row" },
        name => pair.entry.name.formal(), known_name => known.name.formal(),
        aliases => known.aliases.iter().map(Name::natural).collect::<Vec<_>>(),
        said => pair.said.as_ref().map(|said| said_row(said, entry)),
        decisions => about.map(|decision| context! { words => decision.decision.label(), by => decision.decided_by, at => decision.decided_at }).collect::<Vec<_>>(),
        has_episode => pair.line.episode_id.map(|episode| episode.to_string()),
        linked_to_another => pair.line.person_id.is_some_and(|linked| linked != person),
        action => format!("/entries/{entry}/compare/{person}"), choices => choices(is_linked),
        may_change => cx.role_may(Verb::Change, Class::List), line => pair.line,
        ..evidence::compared(&pair.candidate.scored, BEFORE)
    })
}

/// Why little is believed of a row and somebody before they are compared.
pub(crate) const BEFORE: &str = "Few people on a list are known";

/// One of the answers to "Is this the same person?", with what comes of it.
pub(crate) fn choice(decision: MatchDecision, label: &str, what: &str, quiet: bool) -> Value {
    context! { code => decision.code(), label, what, quiet }
}

/// Not sure, whatever is compared.
pub(crate) fn not_sure() -> Value {
    choice(MatchDecision::NotSure, MatchDecision::NotSure.label(), "leaves it open, and says so.", true)
}

fn choices(is_linked: bool) -> Vec<Value> {
    let same = "joins the row to their record, and adds the name and numbers of the list to it.";
    let different = "is kept: they are not proposed for this row, or for a later one about the same person, until the list or our record says something new.";
    vec![
        choice(MatchDecision::Same, MatchDecision::Same.label(), same, is_linked),
        choice(MatchDecision::Different, MatchDecision::Different.label(), different, true),
        not_sure(),
    ]
}

async fn decide(cx: Cx, Path((entry, person)): Path<(EntryId, PersonId)>, fields: Fields) -> Answer {
    let Some(decision) = MatchDecision::from_code(fields.text("decision")) else {
        return refuse(&cx, entry, person, "Choose same person, different person or not sure").await;
    };
    let version = fields.version()?;
    let mut act = cx.act(&fields).await?;
    if merges::kept(&mut act, person).await?.is_some() {
        return Err(Problem::Stale);
    }
    let pair = pair(&mut act, entry, person).await?;
    if pair.line.episode_id.is_some() {
        drop(act);
        return refuse(&cx, entry, person, "An episode was opened from this row, so its person stays. If it is the wrong person, close the episode as opened in error and tell your team leader.").await;
    }
    let grant = act.authorise::<ChangeList>(pair.line.site_id).await?;
    let described = pair.listed().description();
    lists::decide(&mut act, &grant, entry, person, decision, &described, &pair.candidate.scored).await?;
    let linked = pair.line.person_id == Some(person);
    let link = match decision {
        MatchDecision::Same => Some(Some(person)),
        MatchDecision::Different | MatchDecision::NotSure => linked.then_some(None),
    };
    if let Some(link) = link {
        match lists::link(&mut act, &grant, entry, version, link).await {
            Err(StoreError::Stale) => {
                drop(act);
                return refuse(
                    &cx,
                    entry,
                    person,
                    "This row changed while you were deciding. Nothing was saved: look again, and decide again.",
                )
                .await;
            }
            other => other?,
        }
    }
    follow(&mut act, &pair, decision).await?;
    act.done(&format!("/entries/{entry}")).await
}

/// What follows from a decision: what is learnt of the person, the next best match, and a word to
/// colleagues.
async fn follow(tx: &mut Tx, pair: &Pair, decision: MatchDecision) -> Result<(), Problem> {
    let (person, entry) = (&pair.candidate.person, &pair.entry);
    if decision == MatchDecision::Same {
        let change = tx.authorise::<ChangeIdentity>(person.id).await?;
        let other = folded(&entry.name.natural()) != folded(&person.name.natural());
        people::learn(tx, &change, other.then_some(&entry.name), &facts::identifiers(entry)).await?;
        let best = Best::Person(person.id, Likely::of(&pair.candidate.scored));
        lists::set_best(tx, pair.line.id, &best).await?;
    } else {
        lists::find_best(tx, pair.line.id, &pair.listed().description()).await?;
    }
    let same = decision == MatchDecision::Same;
    let words = format!("Match with a known person: {}", decision.label().to_lowercase());
    tell(tx, &pair.line, same.then_some(person.id), words).await
}

async fn refuse(cx: &Cx, entry: EntryId, person: PersonId, message: &str) -> Answer {
    let base = values(cx, entry, person).await?;
    let errors = [context! { field_name => "decision", message }];
    let html = cx.app.pages.page("compare/show.html", &cx.shell(), context! { errors, ..base })?;
    Ok((StatusCode::CONFLICT, Html(html)).into_response())
}
