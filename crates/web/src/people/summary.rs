//! The summary of a person: what to know first, what is owed, and how they may be reached.

use super::{alert_card, frame};
use crate::as_of::Asked;
use crate::{Answer, Cx, Errors, Fields, Problem, banner};
use axum::extract::{Path, Query};
use minijinja::{Value, context};
use throughline_domain::episode::Step;
use throughline_domain::ids::{MergeId, PersonId};
use throughline_policy::{
    ChangeContactDetails, ChangeIdentity, OpenEpisode, RaiseAlert, ViewEpisode, ViewNeedsPlan, WriteClinical,
};
use throughline_store::Tx;
use throughline_store::episodes::{self, Episode};
use throughline_store::people::{self, Person};

/// What was just done, as a code in the address.
#[derive(Debug, Default, serde::Deserialize)]
pub(super) struct Done {
    #[serde(default)]
    done: String,
    /// The joining by which an old link led here.
    joined: Option<MergeId>,
}

fn done_words(code: &str) -> Option<&'static str> {
    Some(match code {
        "added" => "The person was added",
        "from_elsewhere" => "The person was added from the hospital's record",
        "elsewhere_added" => "The hospital's record was added to this person",
        "saved" => "The details were saved",
        "confirmed" => "The identity was confirmed",
        "acknowledged" => "The alert was acknowledged",
        "resolved" => "The alert was resolved",
        "handed_over" => "The alert was handed over: it is on their worklist now",
        _ => return None,
    })
}

pub(super) async fn show(
    cx: Cx,
    Path(person): Path<PersonId>,
    Query(done): Query<Done>,
    Query(asked): Query<Asked>,
) -> Answer {
    match asked.read(cx.now) {
        Ok(Some(moment)) => return super::as_of::show(&cx, person, moment, &asked).await,
        Ok(None) => {}
        Err(words) => {
            let mut errors = Errors::default();
            errors.add("as_of", words);
            let typed = asked.typed();
            return draw(&cx, person, &typed, &errors, None, None).await;
        }
    }
    let joined = done.joined;
    let done = done_words(&done.done).map(|text| context! { kind => "success", text });
    draw(&cx, person, &Fields::default(), &Errors::default(), done, joined).await
}

/// The summary again with what was typed about an alert, and what is wrong with it.
pub(super) async fn with_errors(cx: &Cx, person: PersonId, fields: &Fields, errors: &Errors) -> Answer {
    draw(cx, person, fields, errors, None, None).await
}

async fn draw(
    cx: &Cx,
    person: PersonId,
    fields: &Fields,
    errors: &Errors,
    done: Option<Value>,
    joined: Option<MergeId>,
) -> Answer {
    let mut tx = cx.begin().await?;
    let frame = frame::open(&mut tx, person, "").await?;
    let (risk, alerts) = alert_card::card(cx, &mut tx, person, alert_card::Typed { fields, errors }).await?;
    let (open, past) = person_episodes(&mut tx, person).await?;
    let ask = if tx.may::<WriteClinical>(person).await? { ask_about_risk(open.as_deref()) } else { None };
    let raise_in = open.iter().flatten().chain(&past).next().and_then(|episode| episode.get_attr("id").ok());
    let raise_in = if tx.may::<RaiseAlert>(person).await? { raise_in } else { None };
    let findings = findings(&mut tx, person).await?;
    let contact = banner::contact_details(&mut tx, person).await?;
    let may_edit = tx.may::<ChangeIdentity>(person).await? || tx.may::<ChangeContactDetails>(person).await?;
    let may_open = cx.site().is_ok() && tx.may::<OpenEpisode>(person).await?;
    let elsewhere =
        crate::elsewhere::shown::of_person(&mut tx, person, frame.banner.person.nhs_number.as_ref()).await?;
    let duplicates = super::joined::records(cx, &mut tx, person, joined).await?;
    tx.commit().await?;
    let notice = frame.value.get_attr("notice").ok().filter(|notice| !notice.is_none()).or(done);
    let values = context! {
        heading => "Summary",
        notice,
        errors => errors.summary(),
        risk => context! { next => ask, ..risk },
        alerts,
        open,
        past,
        findings,
        contact,
        about => about(&frame.banner.person),
        may_pass => findings.is_some() && (open.as_ref().is_some_and(|open| !open.is_empty()) || !past.is_empty()),
        raise => raise_in.map(|episode| format!("/episodes/{episode}/alert")),
        may_edit,
        may_open,
        elsewhere,
        duplicates,
        ask_as_of => Asked::of(fields).form(&format!("/people/{person}"), errors.of("as_of")),
        ..frame.value.clone()
    };
    cx.page_of_form("people/summary.html", errors, values)
}

/// Where the risk form is filled in: in the newest open episode.
fn ask_about_risk(open: Option<&[Value]>) -> Option<Value> {
    let episode = open?.first()?.get_attr("id").ok()?;
    let step = Step::Risk.code();
    Some(context! { text => "Write the risk and safety plan", href => format!("/episodes/{episode}/steps/{step}") })
}

async fn person_episodes(tx: &mut Tx, person: PersonId) -> Result<(Option<Vec<Value>>, Vec<Value>), Problem> {
    if !tx.may::<ViewEpisode>(person).await? {
        return Ok((None, Vec::new()));
    }
    let (grant, now) = (tx.authorise::<ViewEpisode>(person).await?, tx.now());
    let all = episodes::of_person(tx, &grant).await?;
    let (past, open): (Vec<&Episode>, Vec<&Episode>) = all.iter().partition(|episode| episode.closed_at.is_some());
    let value = |episode: &&Episode| {
        context! {
            id => episode.id.to_string(),
            site => episode.site_name,
            contact => episode.point_of_contact.label(),
            legal_status => episode.legal_status.label(),
            opened_at => episode.opened_at,
            released_at => episode.released_at,
            next_hearing_at => episode.next_hearing_at,
            next_action => episode.next_action,
            due => episode.next_action_due,
            overdue => episode.next_action_due < now,
            owner => episode.owner_name,
            closed_at => episode.closed_at,
            closure => episode.closure_reason.map(throughline_domain::episode::ClosureReason::label),
        }
    };
    Ok((Some(open.iter().map(value).collect()), past.iter().map(value).collect()))
}

async fn findings(tx: &mut Tx, person: PersonId) -> Result<Option<Vec<Value>>, Problem> {
    if !tx.may::<ViewNeedsPlan>(person).await? {
        return Ok(None);
    }
    let grant = tx.authorise::<ViewNeedsPlan>(person).await?;
    let found = people::findings(tx, &grant).await?;
    let value = |finding: &people::Finding| {
        context! {
            list => finding.list.label(),
            label => finding.label,
            status => finding.status.label(),
            known => known_words(finding.already_known),
            source => finding.source.map(throughline_domain::finding::FindingSource::label),
            at => finding.signed_at,
            by => finding.signed_by_name,
            earlier => finding.earlier.iter().map(statement).collect::<Vec<_>>(),
        }
    };
    Ok(Some(found.iter().map(value).collect()))
}

fn known_words(already_known: bool) -> &'static str {
    if already_known { "Known before" } else { "New" }
}

/// What was said of a finding before.
fn statement(earlier: &people::Statement) -> Value {
    context! {
        status => earlier.status.label(),
        known => known_words(earlier.already_known),
        at => earlier.signed_at,
        by => earlier.signed_by_name,
    }
}

/// Who the person is, beyond the banner.
fn about(person: &Person) -> Value {
    let identifiers: Vec<Value> =
        person.identifiers.iter().map(|(kind, value)| context! { kind => identifier_label(kind), value }).collect();
    context! {
        ethnicity => person.ethnicity.label(),
        language => person.language,
        interpreter => person.interpreter,
        adjustments => person.adjustments,
        identity => person.identity_state.label(),
        aliases => person.aliases.iter().map(throughline_domain::name::Name::formal).collect::<Vec<_>>(),
        identifiers,
    }
}

fn identifier_label(kind: &str) -> &str {
    match kind {
        "pnc" => "PNC ID",
        "cro" => "CRO number",
        "custody" => "Custody number",
        "local" => "Local number",
        other => other,
    }
}
