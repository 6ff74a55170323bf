//! A record of another register that a search found, of somebody who is on no list: compared with what was
//! typed, and taken into our own record by somebody's word.
//!
//! Until then the page tells no more of the record than what was typed is compared with: nobody's care is a
//! reason to see more.

use super::shown::told;
use super::take::take;
use crate::people::note::note;
use crate::people_found::{looked_for, rows};
use crate::{Act, Answer, App, Asking, Cx, Errors, Fields, Problem, evidence};
use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect};
use axum::routing::get;
use minijinja::{Value, context};
use throughline_domain::elsewhere::{Refusal, Standing, Taking, check};
use throughline_domain::ids::{ElsewhereId, PersonId};
use throughline_domain::list::MatchDecision;
use throughline_domain::name::{Name, folded};
use throughline_domain::search::Search;
use throughline_domain::time::london_date;
use throughline_matching::{Band, Description};
use throughline_policy::{ChangeIdentity, CreatePerson, Grant, SearchPeople, Subject, ViewIdentity};
use throughline_store::Tx;
use throughline_store::elsewhere::{self, Record};
use throughline_store::people::NewPerson;
use throughline_store::search::{self, ElsewhereCandidate, Found, LookedFor};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/people/elsewhere/{elsewhere}", get(search_first).post(show))
        .route("/people/elsewhere/{elsewhere}/take", get(search_first).post(take_over))
}

/// Nothing is shown without a search: whoever comes by an address is sent to it.
async fn search_first() -> Redirect {
    Redirect::to("/people")
}

/// The most people of ours who are put before somebody first.
const OURS: usize = 5;

/// What `whose` says of somebody who is none of ours.
const NOBODY_OF_OURS: &str = "nobody";

/// What was typed, and the record weighed against it.
struct Pair {
    described: Description,
    typed: Search,
    candidate: ElsewhereCandidate,
    /// People of ours who are very likely the one, or have the record's NHS number; or whose it is already.
    ours: Vec<Found>,
}

impl Pair {
    fn has(&self, person: PersonId) -> bool {
        self.ours.iter().any(|one| one.person.id == person)
    }
}

async fn pair(cx: &Cx, tx: &mut Tx, fields: &Fields, id: ElsewhereId) -> Result<Pair, Problem> {
    if !tx.may::<CreatePerson>(Subject::default()).await? {
        return Err(Problem::NotFound);
    }
    let grant = tx.authorise::<SearchPeople>(Subject::default()).await?;
    let typed = Search::read(fields.text("q"), london_date(cx.now));
    let mut described = looked_for(&typed).description;
    described.born_between = typed.born_in.map(|year| (year, year));
    let known = search::compare_elsewhere(tx, &grant, &described, id).await?.ok_or(Problem::NotFound)?;
    // One word alone is looked for as surname and as forename; beside a record it is what it is there.
    if folded(&typed.name.surname) == folded(&known.elsewhere.record.name.surname) {
        described.aliases.clear();
    }
    let candidate = search::compare_elsewhere(tx, &grant, &described, id).await?.ok_or(Problem::NotFound)?;
    let ours = match candidate.elsewhere.person_id {
        Some(owner) => shown(tx, &grant, &candidate.elsewhere.record.description(), vec![owner]).await?,
        None => likely(tx, &grant, &candidate, &typed).await?,
    };
    Ok(Pair { described, typed, candidate, ours })
}

/// People of ours who are very likely the one whom the record describes, with the numbers that were typed.
async fn likely(
    tx: &mut Tx,
    grant: &Grant<SearchPeople>,
    candidate: &ElsewhereCandidate,
    typed: &Search,
) -> Result<Vec<Found>, Problem> {
    let mut described = candidate.elsewhere.record.description();
    described.date_of_birth = described.date_of_birth.or(typed.date_of_birth);
    described.nhs_number = described.nhs_number.or(typed.nhs_number.clone());
    described.pnc = described.pnc.or(typed.pnc.clone());
    described.cro = described.cro.or(typed.cro.clone());
    let mut ours = search::candidates(tx, grant, &described, OURS).await?;
    ours.retain(|one| one.scored.band == Band::VeryLikely);
    let mut ids: Vec<PersonId> = ours.iter().map(|one| one.person.id).collect();
    let holder = elsewhere::standing(tx, &candidate.elsewhere, None, Vec::new()).await?.holder;
    ids.extend(holder.filter(|holder| !ids.contains(holder)));
    shown(tx, grant, &described, ids).await
}

async fn shown(
    tx: &mut Tx,
    grant: &Grant<SearchPeople>,
    described: &Description,
    ids: Vec<PersonId>,
) -> Result<Vec<Found>, Problem> {
    let looked_for = LookedFor { description: described.clone(), ..LookedFor::default() };
    Ok(search::shown_before(tx, grant, &looked_for, ids).await?)
}

async fn show(cx: Cx, Path(id): Path<ElsewhereId>, fields: Fields) -> Answer {
    if fields.given("q").is_none() {
        return Ok(Redirect::to("/people").into_response());
    }
    cx.app.take_search(cx.signed_in.user.id)?;
    draw(&cx, id, &fields, &Errors::default(), StatusCode::OK).await
}

async fn draw(cx: &Cx, id: ElsewhereId, fields: &Fields, errors: &Errors, status: StatusCode) -> Answer {
    let mut tx = cx.begin().await?;
    let pair = pair(cx, &mut tx, fields, id).await?;
    let owner = pair.candidate.elsewhere.person_id;
    if let Some(owner) = owner
        && tx.may::<ViewIdentity>(owner).await?
    {
        tx.commit().await?;
        return Ok(Redirect::to(&format!("/people/{owner}")).into_response());
    }
    let ours = rows(cx, &mut tx, &pair.ours).await?;
    let mut options = Vec::new();
    for one in &pair.ours {
        if tx.may::<ChangeIdentity>(one.person.id).await? {
            options.push((one.person.id.to_string(), format!("{}, in our record", one.person.name.formal())));
        }
    }
    tx.commit().await?;
    let typed = |field: &str| fields.text(field).to_owned();
    let asking = Asking { answer: &typed, errors };
    let ElsewhereCandidate { elsewhere: known, scored } = &pair.candidate;
    let values = context! {
        heading => "Is this the same person?",
        back => context! { href => "/people", text => "Back to search" },
        q => fields.text("q"), id => id.to_string(), known_name => known.record.name.formal(),
        care => evidence::care(scored), reason => evidence::reason(scored), rows => evidence::rows_given(scored),
        is_taken => owner.is_some(), may_choose => !options.is_empty(),
        shown => pair.ours.iter().map(|one| one.person.id.to_string()).collect::<Vec<_>>(),
        whose => (!ours.is_empty()).then(|| whose(&asking, &options)), ours,
        confirmed => fields.ticked("confirmed"), confirmed_error => errors.of("confirmed"),
        errors => errors.summary(),
        ..told(known)
    };
    let html = cx.app.pages.page("people/from_elsewhere.html", &cx.shell(), values)?;
    Ok((status, Html(html)).into_response())
}

fn whose(asking: &Asking<'_>, ours: &[(String, String)]) -> Value {
    let nobody = (NOBODY_OF_OURS, "Nobody above: somebody new to us");
    let options = ours.iter().map(|(id, name)| (id.as_str(), name.as_str())).chain([nobody]);
    asking.choice("single", "whose", "Whose record is it?", "Look at each one above first", options)
}

/// Takes the record into our own: a person is made from it, or it is added to one of ours.
async fn take_over(cx: Cx, Path(id): Path<ElsewhereId>, fields: Fields) -> Answer {
    if fields.given("q").is_none() {
        return Ok(Redirect::to("/people").into_response());
    }
    let mut act = cx.act(&fields).await?;
    let pair = pair(&cx, &mut act, &fields, id).await?;
    let (said_to_be, mut errors) = read(&fields, &pair);
    let standing = standing(&mut act, &fields, &pair, said_to_be).await?;
    let taking = match check(&standing) {
        Ok(taking) if errors.is_empty() => taking,
        refused => {
            drop(act);
            if let Err(refusal) = refused {
                let field = if refusal == Refusal::TakenBefore { "confirmed" } else { "whose" };
                errors = Errors::default();
                errors.add(field, refusal);
                return draw(&cx, id, &fields, &errors, StatusCode::CONFLICT).await;
            }
            return draw(&cx, id, &fields, &errors, StatusCode::UNPROCESSABLE_ENTITY).await;
        }
    };
    let create = act.authorise::<CreatePerson>(Subject::default()).await?;
    keep_different(&mut act, &create, &pair, said_to_be).await?;
    let known = &pair.candidate.elsewhere;
    let (person, words) = match take(&mut act, known, taking, said(&pair.typed, &known.record)).await {
        Err(Problem::Stale) => {
            drop(act);
            let mut errors = Errors::default();
            errors.add("confirmed", Refusal::TakenBefore);
            return draw(&cx, id, &fields, &errors, StatusCode::CONFLICT).await;
        }
        other => other?,
    };
    let (same, scored) = (MatchDecision::Same, &pair.candidate.scored);
    elsewhere::decide_found(&mut act, &create, id, person, same, &pair.described, scored).await?;
    note(&cx, &mut act, person, &words).await?;
    let done = if taking == Taking::Make { "from_elsewhere" } else { "elsewhere_added" };
    act.done(&format!("/people/{person}?done={done}")).await
}

/// Which of our people it is said to be, and what was left out.
fn read(fields: &Fields, pair: &Pair) -> (Option<PersonId>, Errors) {
    let mut errors = Errors::default();
    let said_to_be = fields.text("whose").parse::<PersonId>().ok().filter(|person| pair.has(*person));
    if !pair.ours.is_empty() && said_to_be.is_none() && fields.text("whose") != NOBODY_OF_OURS {
        errors.add("whose", "Say whose record it is");
    }
    if !fields.ticked("confirmed") {
        errors.add("confirmed", "Say that you have checked that it is the same person");
    }
    if said_to_be.is_none() && pair.candidate.elsewhere.record.name.is_unknown() && pair.typed.name.is_unknown() {
        errors.add("confirmed", "The record gives no name: search for them by their name first");
    }
    (said_to_be, errors)
}

/// Of our people who were shown, "nobody above" is said; one who was not shown is still to be decided about.
async fn standing(
    act: &mut Act,
    fields: &Fields,
    pair: &Pair,
    said_to_be: Option<PersonId>,
) -> Result<Standing, Problem> {
    let shown: Vec<&str> = fields.all("shown").collect();
    let ids = pair.ours.iter().map(|one| one.person.id);
    let undecided = ids.filter(|id| !shown.contains(&id.to_string().as_str())).collect();
    Ok(elsewhere::standing(act, &pair.candidate.elsewhere, said_to_be, undecided).await?)
}

/// Keeps that the record is of none of our people who were shown, or of none but one.
async fn keep_different(
    act: &mut Act,
    create: &Grant<CreatePerson>,
    pair: &Pair,
    said_to_be: Option<PersonId>,
) -> Result<(), Problem> {
    let known = &pair.candidate.elsewhere;
    let described = known.record.description();
    for one in pair.ours.iter().filter(|one| Some(one.person.id) != said_to_be) {
        let (person, different) = (one.person.id, MatchDecision::Different);
        elsewhere::decide_found(act, create, known.id, person, different, &described, &one.scored).await?;
    }
    Ok(())
}

/// What only the search says: a name and a date of birth where the record gives none. A number is not taken
/// from it: nobody has compared it with anything.
fn said(typed: &Search, record: &Record) -> NewPerson {
    let name = if record.name.is_unknown() { typed.name.clone() } else { Name::default() };
    NewPerson { name, date_of_birth: typed.date_of_birth, ..NewPerson::default() }
}
