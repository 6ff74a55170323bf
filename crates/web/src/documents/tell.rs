//! Telling without a document: advice spoken in person or by telephone, and read back.

use super::banner_of;
use super::sharing::{Ledger, ask, choices};
use crate::pathway::subject;
use crate::tasks::owe;
use crate::{Answer, Cx, Errors, Fields, Problem};
use axum::extract::Path;
use minijinja::{Value, context};
use throughline_domain::consent::ConsentFor;
use throughline_domain::disclosure::Channel;
use throughline_domain::ids::EpisodeId;
use throughline_domain::time::{Instant, from_london, london_date, parse_date, parse_time};
use throughline_policy::{CreateDisclosure, ViewEpisode};
use throughline_store::{disclosures, episodes};

/// Who may be told; the rest of the ledger is about other things than telling.
pub(crate) const TOLD: &[ConsentFor] = &[
    ConsentFor::Police,
    ConsentFor::Court,
    ConsentFor::Probation,
    ConsentFor::Health,
    ConsentFor::LinkWorkers,
    ConsentFor::OnwardServices,
    ConsentFor::Family,
];

pub(super) async fn page(cx: Cx, Path(episode): Path<EpisodeId>) -> Answer {
    draw(&cx, episode, &Fields::default(), &Errors::default()).await
}

async fn draw(cx: &Cx, id: EpisodeId, fields: &Fields, errors: &Errors) -> Answer {
    let mut tx = cx.begin().await?;
    let subject = subject(&mut tx, id).await?;
    if !tx.may::<CreateDisclosure>(subject).await? {
        return Err(Problem::NotFound);
    }
    let view = tx.authorise::<ViewEpisode>(subject).await?;
    let episode = episodes::get(&mut tx, &view).await?.ok_or(Problem::NotFound)?;
    let ledger = Ledger::read(&mut tx, subject).await?;
    let banner = banner_of(&mut tx, subject).await?;
    tx.commit().await?;
    let told = TOLD.iter().map(|consent_for| audience(*consent_for, &ledger));
    let suggestions = ["Custody officer", "Officer in the case", "Legal adviser", "Defence solicitor"];
    let suggestions: Vec<String> = suggestions.iter().map(|who| format!("{who}, {}", episode.site_name)).collect();
    let values = context! {
        heading => "Tell without a document",
        crumbs => vec![context! { text => "Episode", href => format!("/episodes/{id}") }],
        person => banner.value,
        told => told.collect::<Vec<Value>>(),
        next_action => episode.next_action,
        next_action_due => episode.next_action_due,
        is_open => episode.closed_at.is_none(),
        choices => choices(&suggestions, &[Channel::Verbal, Channel::Telephone]),
        typed => fields.typed(),
        errors => errors.summary(),
        wrong => errors.by_field(),
    };
    cx.page_of_form("documents/tell.html", errors, values)
}

/// Somebody who may be told, with what the person said about it.
pub(crate) fn audience(consent_for: ConsentFor, ledger: &Ledger) -> Value {
    let who = consent_for.label().trim_start_matches("Sharing with ");
    let said = ledger.line(consent_for).map(|line| line.words.trim()).filter(|words| !words.is_empty());
    let limits = said.map(|words| format!(". {words}")).unwrap_or_default();
    context! {
        code => consent_for.code(),
        label => format!("{}{}", who[..1].to_uppercase(), &who[1..]),
        hint => format!("The person's answer: {}{limits}", ledger.state(consent_for)),
    }
}

/// The next action, when the teller gives a new one: words with a day and a time.
fn next_action(fields: &Fields, now: Instant, errors: &mut Errors) -> Option<(String, Instant)> {
    let words = fields.given("next_action")?;
    let date = parse_date(fields.text("next_date"), london_date(now))
        .map_err(|error| errors.add("next_date", error.to_string()));
    let time = parse_time(fields.text("next_time")).map_err(|error| errors.add("next_time", error.to_string()));
    Some((words.to_owned(), from_london(date.ok()?.and_time(time.ok()?))))
}

pub(super) async fn tell(cx: Cx, Path(id): Path<EpisodeId>, fields: Fields) -> Answer {
    let mut tx = cx.begin().await?;
    let subject = subject(&mut tx, id).await?;
    let ledger = Ledger::read(&mut tx, subject).await?;
    drop(tx);
    let mut errors = Errors::default();
    let consent_for =
        ConsentFor::from_code(fields.text("consent_for")).filter(|consent_for| TOLD.contains(consent_for));
    if consent_for.is_none() {
        errors.add("consent_for", "Choose who was told");
    }
    let summary = fields.text("summary").trim();
    if summary.is_empty() {
        errors.add("summary", "Say in a line what was told");
    }
    let asked = ask(&fields, &ledger, consent_for.unwrap_or(ConsentFor::Police), &mut errors);
    if !fields.ticked("read_back") {
        errors.add("read_back", "Have it read back to you, then tick this");
    }
    let next = next_action(&fields, cx.now, &mut errors);
    let Some(asked) = asked.filter(|_| errors.is_empty()) else { return draw(&cx, id, &fields, &errors).await };
    let mut act = cx.act(&fields).await?;
    let grant = act.authorise::<CreateDisclosure>(subject).await?;
    disclosures::record(&mut act, &grant, grant.site(), &asked.disclosure(&ledger, None, summary.to_owned())).await?;
    if let Some((words, due)) = next {
        owe(&mut act, subject, &words, due).await?;
    }
    act.done(&format!("/episodes/{id}")).await
}
