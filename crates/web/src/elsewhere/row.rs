//! The row of a list and a record of another register side by side, and a person's decision about them.

use super::shown::{decision_row, told};
use super::take::take;
use crate::compare::{BEFORE, choice, not_sure};
use crate::line::{Among, Listed, facts, possible, source, subject, tell};
use crate::{Act, Answer, App, Cx, Fields, Problem, evidence};
use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect};
use axum::routing::get;
use minijinja::value::merge_maps;
use minijinja::{Value, context};
use throughline_domain::elsewhere::{Refusal, Standing, Taking, check};
use throughline_domain::ids::{ElsewhereId, EntryId};
use throughline_domain::list::MatchDecision;
use throughline_domain::name::Name;
use throughline_lists::Entry;
use throughline_matching::{Band, Description};
use throughline_policy::{ChangeList, Class, Grant, SearchPeople, Subject, Verb, ViewList};
use throughline_store::Tx;
use throughline_store::elsewhere::{self, Decision};
use throughline_store::lists::{self, Best, Likely, Line};
use throughline_store::search::{self, Candidate, ElsewhereCandidate};

pub(super) fn routes() -> Router<App> {
    Router::new().route("/entries/{entry}/elsewhere/{elsewhere}", get(show).post(decide))
}

/// The line, what its list says, and the record weighed against it.
struct Pair {
    line: Line,
    entry: Entry,
    /// What was compared: what the line says of the person.
    described: Description,
    candidate: ElsewhereCandidate,
    decisions: Vec<Decision>,
    /// People of ours who are very likely the one on the line, while nobody is decided on.
    ours: Vec<Candidate>,
    standing: Standing,
}

async fn pair(tx: &mut Tx, entry: EntryId, id: ElsewhereId) -> Result<Pair, Problem> {
    let site = subject(tx, entry).await?;
    let grant = tx.authorise::<ViewList>(site).await?;
    let line = lists::entry(tx, &grant, entry).await?.ok_or(Problem::NotFound)?;
    let decisions = elsewhere::decisions(tx, &grant, entry).await?;
    let entry = source(&line)?;
    let search = tx.authorise::<SearchPeople>(Subject::default()).await?;
    let described = facts::description(&entry, line.list_date);
    let candidate = search::compare_elsewhere(tx, &search, &described, id).await?.ok_or(Problem::NotFound)?;
    let mut ours = Vec::new();
    if line.person_id.is_none() {
        let listed = Listed::of(&line, &entry);
        ours = possible(tx, &grant, &search, listed, Among::Ours, 3).await?.asked;
        ours.retain(|one| one.scored.band == Band::VeryLikely);
    }
    let undecided = ours.iter().map(|one| one.person.id).collect();
    let standing = elsewhere::standing(tx, &candidate.elsewhere, line.person_id, undecided).await?;
    Ok(Pair { line, entry, described, candidate, decisions, ours, standing })
}

async fn show(cx: Cx, Path((entry, id)): Path<(EntryId, ElsewhereId)>) -> Answer {
    let mut tx = cx.begin().await?;
    let pair = pair(&mut tx, entry, id).await?;
    tx.commit().await?;
    // Once it is of a person of ours, the row is compared with them.
    if let Some(person) = pair.candidate.elsewhere.person_id {
        return Ok(Redirect::to(&format!("/entries/{entry}/compare/{person}")).into_response());
    }
    cx.page("compare/elsewhere.html", values(&cx, &pair))
}

fn values(cx: &Cx, pair: &Pair) -> Value {
    let ElsewhereCandidate { elsewhere: known, scored } = &pair.candidate;
    let (record, line) = (&known.record, &pair.line);
    let about = pair.decisions.iter().filter(|decision| decision.elsewhere == known.id);
    let compare = |person| format!("/entries/{}/compare/{person}", line.id);
    let taking = check(&pair.standing);
    context! {
        heading => "Is this the same person?", back => context! { href => format!("/entries/{}", line.id), text => "Back to the row" },
        name => pair.entry.name.formal(), known_name => record.name.formal(),
        aliases => record.aliases.iter().map(Name::natural).collect::<Vec<_>>(),
        decisions => about.map(|decision| decision_row(decision, line.id)).collect::<Vec<_>>(),
        holder => pair.standing.holder.filter(|_| taking == Err(Refusal::NumberOfAnother)).map(compare),
        ours => pair.ours.iter().map(|one| context! { name => one.person.name.formal(), href => compare(one.person.id) }).collect::<Vec<_>>(),
        two_numbers => (taking == Err(Refusal::TwoNhsNumbers)).then(|| Refusal::TwoNhsNumbers.to_string()),
        is_new => taking == Ok(Taking::Make),
        has_episode => line.episode_id.map(|episode| episode.to_string()),
        action => format!("/entries/{}/elsewhere/{}", line.id, known.id), choices => choices(taking),
        may_change => cx.role_may(Verb::Change, Class::List), line,
        ..merge_maps([told(known), evidence::compared(scored, BEFORE)])
    }
}

fn choices(taking: Result<Taking, Refusal>) -> Vec<Value> {
    let same = taking.ok().map(|taking| match taking {
        Taking::Make => {
            "makes a person in our record from the hospital's, and joins the row to them. Nothing is typed again."
        }
        Taking::AddTo(_) => {
            "adds the names and numbers of the hospital's record to the person whom this row is joined to."
        }
    });
    let mut choices =
        Vec::from_iter(same.map(|what| choice(MatchDecision::Same, "This is the same person", what, false)));
    let different = "is kept: the record is not proposed for this row again.";
    choices.extend([choice(MatchDecision::Different, "Not this person", different, true), not_sure()]);
    choices
}

async fn decide(cx: Cx, Path((entry, id)): Path<(EntryId, ElsewhereId)>, fields: Fields) -> Answer {
    let Some(decision) = MatchDecision::from_code(fields.text("decision")) else {
        return refuse(&cx, entry, id, "Choose same person, not this person or not sure").await;
    };
    let version = fields.version()?;
    let mut act = cx.act(&fields).await?;
    let pair = pair(&mut act, entry, id).await?;
    if pair.line.episode_id.is_some() {
        drop(act);
        return refuse(&cx, entry, id, "An episode was opened from this row, so its person stays. If it is the wrong person, close the episode as opened in error and tell your team leader.").await;
    }
    let grant = act.authorise::<ChangeList>(pair.line.site_id).await?;
    elsewhere::decide(&mut act, &grant, entry, id, decision, &pair.described, &pair.candidate.scored).await?;
    if decision == MatchDecision::Same {
        let refused = match check(&pair.standing) {
            Err(refusal) => Some(refusal.to_string()),
            Ok(taking) => match same(&mut act, &grant, &pair, version, taking).await {
                Ok(()) => None,
                Err(Problem::Stale) => Some("This row, or the hospital's record, changed while you were deciding. Nothing was saved: look again, and decide again.".to_owned()),
                Err(other) => return Err(other),
            },
        };
        if let Some(message) = refused {
            drop(act);
            return refuse(&cx, entry, id, &message).await;
        }
    } else {
        if pair.line.person_id.is_none() {
            lists::find_best(&mut act, entry, &pair.described).await?;
        }
        let words = format!("Match with a hospital record: {}", decision.label().to_lowercase());
        tell(&mut act, &pair.line, None, words).await?;
    }
    act.done(&format!("/entries/{entry}")).await
}

/// Takes the record into our own, and joins the row to the person when somebody new is made.
async fn same(
    act: &mut Act,
    grant: &Grant<ChangeList>,
    pair: &Pair,
    version: i64,
    taking: Taking,
) -> Result<(), Problem> {
    let (line, known, scored) = (&pair.line, &pair.candidate.elsewhere, &pair.candidate.scored);
    if line.version != version {
        return Err(Problem::Stale);
    }
    let (person, words) = take(act, known, taking, facts::new_person(&pair.entry)).await?;
    if taking == Taking::Make {
        lists::link(act, grant, line.id, line.version, Some(person)).await?;
        lists::decide(act, grant, line.id, person, MatchDecision::Same, &pair.described, scored).await?;
        lists::set_best(act, line.id, &Best::Person(person, Likely::of(scored))).await?;
    }
    tell(act, line, Some(person), words).await
}

async fn refuse(cx: &Cx, entry: EntryId, id: ElsewhereId, message: &str) -> Answer {
    let mut tx = cx.begin().await?;
    let pair = pair(&mut tx, entry, id).await?;
    tx.commit().await?;
    let errors = [context! { field_name => "decision", message }];
    let values = context! { errors, ..values(cx, &pair) };
    let html = cx.app.pages.page("compare/elsewhere.html", &cx.shell(), values)?;
    Ok((StatusCode::CONFLICT, Html(html)).into_response())
}
