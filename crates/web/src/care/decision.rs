//! Writing a decision about care down: what was considered, the least restrictive option, what was chosen, and why.

use super::both::{NotSaved, Sent, of_decision};
use super::questions::{for_which, read_when, typed_or, when};
use super::{address, frame_below, open_episodes, subject_of};
use crate::{Act, Answer, Asking, Cx, Errors, Fields, Problem};
use axum::extract::Path;
use minijinja::{Value, context};
use std::cmp::Reverse;
use throughline_domain::ids::PersonId;
use throughline_domain::time::Instant;
use throughline_policy::{ViewClinical, WriteCarePlan};
use throughline_store::care::{self, Decision, NewDecision};

/// What a decision cannot do without, with the words for a field that was left empty.
const NEEDED: &[(&str, &str)] = &[
    ("question", "Say what was to be decided"),
    ("considered", "Say what was considered: one option alone is no decision"),
    ("least_restrictive", "Say which option restricts the person least, and whether it would do"),
    ("chosen", "Say what was chosen"),
    ("why", "Say why: somebody may have to answer for it later"),
];

pub(super) async fn page(cx: Cx, Path(person): Path<PersonId>) -> Answer {
    draw(&cx, person, &Sent::default()).await
}

async fn draw(cx: &Cx, person: PersonId, sent: &Sent) -> Answer {
    let mut tx = cx.begin().await?;
    let frame = frame_below(&mut tx, person).await?;
    if !tx.may::<WriteCarePlan>(person).await? {
        return Err(Problem::NotFound);
    }
    let clinical = tx.authorise::<ViewClinical>(person).await?;
    let decided = care::decisions(&mut tx, &clinical).await?;
    let open = open_episodes(&mut tx, person).await?;
    tx.commit().await?;
    let answer = |name: &str| typed_or(&sent.fields, &[], name);
    let ask = Asking { answer: &answer, errors: &sent.errors };
    let over = open.is_empty().then_some("The last open episode was closed");
    let text = |name: &str, label: &str, hint: &str| ask.question("long_text", name, label, hint);
    let values = context! {
        heading => "Write down a decision about care",
        action => format!("{}/decisions/new", address(person)),
        is_open => !open.is_empty(),
        seen => decided.len(),
        which => for_which(&ask, &open),
        questions => vec![
            ask.question("text", "question", "What was to be decided?", "Such as: where is he safe tonight?"),
            text("considered", "What was considered?", "Each option, with what speaks for and against it"),
            text("least_restrictive", "Which option restricts the person least, and would it do?", ""),
            text("chosen", "What was chosen?", ""),
            text("why", "Why?", "What was known then, and who was asked"),
            text("own_words", "What do they say of it, in their own words?", "Leave it empty when they could not be asked"),
            when(&ask, cx.now, "When was it decided?"),
        ],
        beside => sent.beside(&decided_since(decided, sent), over),
        ..frame
    };
    sent.page(cx, "care/decision.html", values)
}

/// What was decided since the form was drawn.
fn decided_since(mut decided: Vec<Decision>, sent: &Sent) -> Vec<Value> {
    let added = sent.added_since("seen", decided.len());
    decided.sort_by_key(|one| Reverse(one.entered_at));
    decided.iter().take(added).map(of_decision).collect()
}

pub(super) async fn decide(cx: Cx, Path(person): Path<PersonId>, fields: Fields) -> Answer {
    let mut errors = Errors::default();
    for (field, words) in NEEDED.iter().filter(|(field, _)| fields.given(field).is_none()) {
        errors.add(*field, words);
    }
    let at = read_when(&fields, cx.now, &mut errors);
    if !errors.is_empty() {
        return draw(&cx, person, &Sent::wrong(fields, errors)).await;
    }
    let mut act = cx.act(&fields).await?;
    match save(&mut act, person, &fields, at).await {
        Ok(()) => act.done(&format!("{}?done=decision", address(person))).await,
        Err(why) => draw(&cx, person, &why.again(act, fields)?).await,
    }
}

async fn save(act: &mut Act, person: PersonId, fields: &Fields, at: Instant) -> Result<(), NotSaved> {
    let subject = subject_of(act, person, fields.text("episode")).await?;
    let grant = act.authorise::<WriteCarePlan>(subject).await?;
    let text = |name: &str| fields.text(name).to_owned();
    let new = NewDecision {
        question: text("question"),
        considered: text("considered"),
        least_restrictive: text("least_restrictive"),
        chosen: text("chosen"),
        why: text("why"),
        own_words: text("own_words"),
        at,
        seen: fields.given("seen").and_then(|seen| seen.parse().ok()).ok_or(NotSaved::Late)?,
    };
    Ok(care::decide(act, &grant, &new).await?)
}
