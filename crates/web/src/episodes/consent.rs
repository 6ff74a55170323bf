//! Offer and consent: what the person agreed to, recipient by recipient, as lines of a ledger.

use crate::banner::banner;
use crate::pathway::{episode, move_on, next_step, subject};
use crate::{Answer, Cx, Errors, Fields, Problem};
use axum::extract::Path;
use minijinja::{Value, context};
use throughline_domain::consent::{ConsentFor, ConsentState};
use throughline_domain::ids::{ConsentId, EpisodeId};
use throughline_policy::{ChangeConsent, Subject, ViewConsent};
use throughline_store::consents::{self, Consent, NewConsent};
use throughline_store::{Tx, episodes};
use uuid::Uuid;

pub(super) async fn show(cx: Cx, Path(id): Path<EpisodeId>) -> Answer {
    draw(&cx, id, &Fields::default(), &Errors::default()).await
}

async fn draw(cx: &Cx, id: EpisodeId, typed: &Fields, errors: &Errors) -> Answer {
    let mut tx = cx.begin().await?;
    let subject = subject(&mut tx, id).await?;
    let ledger = ledger(&mut tx, subject).await?;
    let episode = episode(&mut tx, subject).await?;
    let banner = banner(&mut tx, episode.person_id, Some(id)).await?;
    let may_record = tx.may::<ChangeConsent>(subject).await? && episode.closed_at.is_none();
    tx.commit().await?;
    let engagement = consents::state(&ledger, ConsentFor::Engagement);
    let values = context! {
        heading => "Offer and consent",
        person => banner.value,
        back => context! { href => format!("/episodes/{id}"), text => "Episode" },
        base => format!("/episodes/{id}"),
        rows => rows(&ledger, typed),
        history => history(&ledger),
        may_record,
        closed => episode.closed_at.is_some(),
        declined => matches!(engagement, ConsentState::Refused | ConsentState::Withdrawn) && episode.not_screened_reason.is_none(),
        typed => typed.typed(),
        errors => errors.summary(),
        wrong => errors.by_field(),
    };
    cx.page_of_form("episodes/consent.html", errors, values)
}

async fn ledger(tx: &mut Tx, subject: Subject) -> Result<Vec<Consent>, Problem> {
    let grant = tx.authorise::<ViewConsent>(subject).await?;
    Ok(consents::ledger(tx, &grant).await?)
}

/// One row a recipient. Nothing is chosen beforehand: an answer is what somebody said now.
fn rows(ledger: &[Consent], typed: &Fields) -> Vec<Value> {
    ConsentFor::ALL
        .iter()
        .map(|consent_for| {
            let line = consents::speaks(ledger, *consent_for);
            let state = consents::state(ledger, *consent_for);
            let chosen = typed.text(&format!("state_{}", consent_for.code()));
            let options: Vec<Value> = offered(state)
                .map(|option| context! { value => option.code(), text => option.label(), selected => option.code() == chosen })
                .collect();
            context! {
                code => consent_for.code(),
                label => consent_for.label(),
                state => state.label(),
                tone => tone(state),
                words => line.map(|line| &line.words),
                at => line.map(|line| line.recorded_at),
                by => line.map(|line| &line.recorded_by_name),
                options,
                typed_words => typed.text(&format!("words_{}", consent_for.code())),
            }
        })
        .collect()
}

fn tone(state: ConsentState) -> &'static str {
    match state {
        ConsentState::Given => "good",
        ConsentState::Limited | ConsentState::BestInterests | ConsentState::Deferred => "warn",
        ConsentState::Refused | ConsentState::Withdrawn => "bad",
        ConsentState::NotAsked => "quiet",
    }
}

/// The answers that can be recorded now: what was given may be withdrawn, what was not may be refused.
fn offered(now: ConsentState) -> impl Iterator<Item = ConsentState> {
    ConsentState::ALL.iter().copied().filter(move |state| match state {
        ConsentState::NotAsked => false,
        ConsentState::Withdrawn => now.permits(),
        ConsentState::Refused => !now.permits(),
        _ => true,
    })
}

fn history(ledger: &[Consent]) -> Vec<Value> {
    ledger
        .iter()
        .map(|line| {
            context! {
                consent_for => line.consent_for.label(),
                state => line.state.label(),
                words => line.words,
                how => line.how_explained,
                at => line.recorded_at,
                by => line.recorded_by_name,
            }
        })
        .collect()
}

pub(super) async fn record(cx: Cx, Path(id): Path<EpisodeId>, fields: Fields) -> Answer {
    let mut act = cx.act(&fields).await?;
    let subject = subject(&mut act, id).await?;
    let grant = act.authorise::<ChangeConsent>(subject).await?;
    let ledger = ledger(&mut act, subject).await?;
    let (lines, errors) = lines(&fields, &ledger);
    if !errors.is_empty() {
        drop(act);
        return draw(&cx, id, &fields, &errors).await;
    }
    let (_, before) = next_step(&mut act, subject).await?;
    for line in &lines {
        consents::record(&mut act, &grant, grant.site(), line).await?;
    }
    set_next(&mut act, subject, before, &lines).await?;
    let declined =
        lines.iter().any(|line| line.consent_for == ConsentFor::Engagement && line.state == ConsentState::Refused);
    let to = if declined { format!("/episodes/{id}/consent") } else { format!("/episodes/{id}") };
    act.done(&to).await
}

/// A person who declined or could not answer is offered again; else the next step is next.
async fn set_next(
    tx: &mut Tx,
    subject: Subject,
    before: throughline_domain::episode::Step,
    lines: &[NewConsent],
) -> Result<(), Problem> {
    let engagement = lines.iter().find(|line| line.consent_for == ConsentFor::Engagement).map(|line| line.state);
    let words = match engagement {
        Some(ConsentState::Refused | ConsentState::Withdrawn) => "Offer again, or record that they declined",
        Some(ConsentState::Deferred) => "Offer again",
        _ => return move_on(tx, subject, before).await,
    };
    let due = episodes::soon(tx.now());
    let episode = subject.episode.ok_or(Problem::NotFound)?;
    episodes::set_next_action(tx, episode, words, due).await?.only_while_open();
    Ok(())
}

/// The lines that were answered now, and what is missing in them.
fn lines(fields: &Fields, ledger: &[Consent]) -> (Vec<NewConsent>, Errors) {
    let mut errors = Errors::default();
    let mut lines = Vec::new();
    let how_explained = how_explained(fields);
    for consent_for in ConsentFor::ALL {
        let (state_field, words_field) =
            (format!("state_{}", consent_for.code()), format!("words_{}", consent_for.code()));
        let words = fields.given(&words_field).unwrap_or_default();
        let Some(state) = fields.given(&state_field).and_then(ConsentState::from_code) else {
            if !words.is_empty() {
                errors.add(state_field, format!("Choose the answer to “{consent_for}”"));
            }
            continue;
        };
        if state.needs_words() && words.is_empty() {
            let what = if state == ConsentState::Limited {
                "Write the limits for"
            } else {
                "Write why it is in their best interests:"
            };
            errors.add(words_field, format!("{what} “{consent_for}”"));
            continue;
        }
        let speaks = consents::speaks(ledger, *consent_for);
        let same = speaks
            .is_some_and(|line| line.state == state && line.words == words && line.how_explained == how_explained);
        if !same {
            let id = ConsentId::new(Uuid::now_v7());
            lines.push(NewConsent {
                id,
                consent_for: *consent_for,
                state,
                words: words.to_owned(),
                how_explained: how_explained.clone(),
            });
        }
    }
    if lines.is_empty() && errors.is_empty() {
        errors.add("state_engagement", "Choose at least one answer that is new");
    }
    (lines, errors)
}

fn how_explained(fields: &Fields) -> String {
    let capacity = fields.given("capacity").map(|note| format!("Capacity: {note}"));
    let parts: Vec<String> = fields.given("how").map(str::to_owned).into_iter().chain(capacity).collect();
    parts.join("\n")
}
