//! "These look like one person": finding the other record and proposing the pair.

use super::both::authorise_both;
use crate::asking::typed_date;
use crate::people_found::{SHOWN, looked_for, rows};
use crate::{Answer, Asking, Cx, Errors, Fields, Problem};
use axum::extract::Path;
use minijinja::{Value, context};
use throughline_domain::ids::PersonId;
use throughline_domain::search::Search;
use throughline_domain::time::london_date;
use throughline_policy::{ProposeDuplicate, SearchPeople, Subject, ViewIdentity};
use throughline_store::people::{self, Person};
use throughline_store::search;
use throughline_store::{Tx, merges};

/// The search, with what is known of the person typed into it already.
pub(super) async fn show(cx: Cx, Path(person): Path<PersonId>) -> Answer {
    let mut tx = cx.begin().await?;
    let known = known(&mut tx, person).await?;
    tx.commit().await?;
    let born = known.date_of_birth.map(typed_date).unwrap_or_default();
    let q = format!("{} {born}", known.name.natural()).trim().to_owned();
    page(&cx, person, &known, &Fields::default(), &q, None, &Errors::default())
}

async fn known(tx: &mut Tx, person: PersonId) -> Result<Person, Problem> {
    tx.authorise::<ProposeDuplicate>(person).await?;
    let grant = tx.authorise::<ViewIdentity>(person).await?;
    people::get(tx, &grant).await?.ok_or(Problem::NotFound)
}

pub(super) async fn search(cx: Cx, Path(person): Path<PersonId>, fields: Fields) -> Answer {
    cx.app.take_search(cx.signed_in.user.id)?;
    draw(&cx, person, &fields, Errors::default()).await
}

async fn draw(cx: &Cx, person: PersonId, fields: &Fields, mut errors: Errors) -> Answer {
    let q = fields.text("q").trim();
    let search = Search::read(q, london_date(cx.now));
    let mut tx = cx.begin().await?;
    let known = known(&mut tx, person).await?;
    if search.is_empty() {
        errors.add("q", "Enter a name, a date of birth or a number: a year or a postcode alone finds too many people");
        tx.commit().await?;
        return page(cx, person, &known, fields, q, None, &errors);
    }
    let grant = tx.authorise::<SearchPeople>(Subject::default()).await?;
    let mut finds = search::find(&mut tx, &grant, &looked_for(&search), SHOWN).await?;
    finds.people.retain(|found| found.person.id != person);
    let found = rows(cx, &mut tx, &finds.people).await?;
    tx.commit().await?;
    page(cx, person, &known, fields, q, Some(&found), &errors)
}

fn page(
    cx: &Cx,
    person: PersonId,
    known: &Person,
    fields: &Fields,
    q: &str,
    found: Option<&[Value]>,
    errors: &Errors,
) -> Answer {
    let typed = |field: &str| fields.text(field).to_owned();
    let asking = Asking { answer: &typed, errors };
    let values = context! {
        heading => "Report a possible duplicate",
        back => context! { href => format!("/people/{person}"), text => "Back to the record" },
        person_id => person.to_string(),
        name => known.name.formal(),
        born => known.date_of_birth.map(|born| born.to_string()),
        q,
        q_error => errors.of("q"),
        searched => found.is_some(),
        found,
        other => fields.text("other"),
        other_error => errors.of("other"),
        question => asking.question("long_text", "words", "Why do you think that they are one person?", "In one line, for whoever decides"),
        errors => errors.summary(),
    };
    cx.page_of_form("duplicates/report.html", errors, values)
}

/// Puts the pair before those who decide.
pub(super) async fn report(cx: Cx, Path(person): Path<PersonId>, fields: Fields) -> Answer {
    let mut errors = Errors::default();
    let other = fields.given("other").and_then(|id| id.parse::<PersonId>().ok());
    if other.is_none() {
        errors.add("other", "Choose the record that looks like the same person");
    }
    if fields.given("words").is_none() {
        errors.add("words", "Say why you think that they are one person");
    }
    let (Some(other), true) = (other, errors.is_empty()) else {
        return draw(&cx, person, &fields, errors).await;
    };
    let mut act = cx.act(&fields).await?;
    act.authorise::<ViewIdentity>(person).await?;
    if !people::exists(&mut act, other).await? {
        return Err(Problem::Stale);
    }
    let (one, two) = authorise_both::<ProposeDuplicate>(&mut act, person, other).await?;
    match merges::report(&mut act, &one, &two, fields.text("words")).await? {
        Ok(pair) => act.done(&format!("/duplicates/{pair}?done=reported")).await,
        Err(refusal) => {
            drop(act);
            errors.add("other", refusal);
            draw(&cx, person, &fields, errors).await
        }
    }
}
