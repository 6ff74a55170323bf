//! Claiming access: an hour, with a reason that somebody else reviews.

use crate::asking::codes;
use crate::people_found::rows;
use crate::{Answer, Asking, Cx, Errors, Fields, Problem};
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect};
use minijinja::context;
use throughline_domain::claim::{CLAIM_MINUTES, ClaimError, ClaimReason, check};
use throughline_domain::ids::PersonId;
use throughline_policy::{ClaimAccess, Class, SearchPeople, Subject, ViewIdentity};
use throughline_store::events::{self, NewEvent};
use throughline_store::people;
use throughline_store::search::{self, LookedFor};

pub(super) async fn show(cx: Cx, Path(person): Path<PersonId>) -> Answer {
    draw(&cx, person, &Fields::default(), &Errors::default()).await
}

async fn draw(cx: &Cx, person: PersonId, fields: &Fields, errors: &Errors) -> Answer {
    let mut tx = cx.begin().await?;
    if tx.may::<ViewIdentity>(person).await? {
        return Ok(Redirect::to(&format!("/people/{person}")).into_response());
    }
    if !tx.may::<ClaimAccess>(person).await? {
        return Err(Problem::NotFound);
    }
    let grant = tx.authorise::<SearchPeople>(Subject::default()).await?;
    let found = search::shown_before(&mut tx, &grant, &LookedFor::default(), vec![person]).await?;
    let who = rows(cx, &mut tx, &found).await?.pop().ok_or(Problem::NotFound)?;
    tx.commit().await?;
    let answer = |field: &str| fields.text(field).to_owned();
    let asking = Asking { answer: &answer, errors };
    let values = context! {
        heading => "Claim access to a record",
        back => context! { href => "/people", text => "Back to search" },
        person_id => person.to_string(),
        who,
        minutes => CLAIM_MINUTES,
        questions => vec![
            asking.choice("single", "reason", "Why do you need to see this record?", "", codes(ClaimReason::ALL, ClaimReason::code, ClaimReason::label)),
            asking.question("long_text", "words", "Say more", "At least 20 letters. Information governance reads this"),
        ],
        errors => errors.summary(),
    };
    cx.page_of_form("people/claim.html", errors, values)
}

pub(super) async fn claim(cx: Cx, Path(person): Path<PersonId>, fields: Fields) -> Answer {
    let words = fields.text("words").trim();
    let reason = match check(ClaimReason::from_code(fields.text("reason")), words) {
        Ok(reason) => reason,
        Err(error) => {
            let mut errors = Errors::default();
            errors.add(if error == ClaimError::NoReason { "reason" } else { "words" }, error);
            return draw(&cx, person, &fields, &errors).await;
        }
    };
    let mut act = cx.act(&fields).await?;
    if !people::exists(&mut act, person).await? {
        return Err(Problem::NotFound);
    }
    let grant = act.authorise::<ClaimAccess>(person).await?;
    act.audit_detail(reason.code());
    let reference = people::claim_access(&mut act, &grant, &format!("{reason}: {words}")).await?;
    // The event holds a reference only: whom it concerns is read in the claim, by those who may.
    let event = NewEvent {
        at: None,
        site: None,
        person: None,
        episode: None,
        kind: "claim",
        class: Class::AuditLog,
        words: format!("Access claimed, to be reviewed: reference {reference}"),
        link: "/audit".into(),
    };
    events::add(&mut act, event).await?;
    act.done(&format!("/people/{person}")).await
}
