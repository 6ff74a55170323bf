//! A person's documents, what was agreed and told to whom, and who looked.

use super::frame;
use crate::audit::look_in_words;
use crate::{Answer, Cx, Problem};
use axum::extract::Path;
use minijinja::{Value, context};
use throughline_domain::consent::{ConsentFor, ConsentState};
use throughline_domain::document::DocumentState;
use throughline_domain::ids::PersonId;
use throughline_policy::{ExportRecord, ViewConsent, ViewDisclosure, ViewDocument, ViewIdentity, ViewWhoLooked};
use throughline_store::consents::{self, Consent};
use throughline_store::disclosures::{self, Disclosure};
use throughline_store::people::{self, DocumentLine};
use throughline_store::{Tx, audit};

/// The most rows of "who looked" that are shown.
const MOST_LOOKS: i64 = 1000;

pub(super) async fn documents(cx: Cx, Path(person): Path<PersonId>) -> Answer {
    let mut tx = cx.begin().await?;
    let frame = frame::open(&mut tx, person, "documents").await?;
    let grant = tx.authorise::<ViewDocument>(person).await?;
    let documents: Vec<Value> = people::documents(&mut tx, &grant).await?.iter().map(document).collect();
    tx.commit().await?;
    cx.page("people/documents.html", context! { heading => "Documents", documents, ..frame.value })
}

fn document(line: &DocumentLine) -> Value {
    let tone = match line.state {
        DocumentState::Draft => "warn",
        DocumentState::Signed => "info",
        DocumentState::Released => "good",
        DocumentState::Withdrawn => "quiet",
    };
    context! {
        href => format!("/documents/{}", line.id),
        kind => line.kind.label(),
        number => line.number,
        state => line.state.label(),
        tone,
        episode => format!("/episodes/{}", line.episode_id),
        opened_at => line.opened_at,
        created_at => line.created_at,
        signed_at => line.signed_at,
        signed_by => line.signed_by_name,
        released_at => line.released_at,
        withdrawn => line.withdrawn_reason,
    }
}

pub(super) async fn sharing(cx: Cx, Path(person): Path<PersonId>) -> Answer {
    let mut tx = cx.begin().await?;
    let frame = frame::open(&mut tx, person, "sharing").await?;
    let consents = consent_ledger(&mut tx, person).await?;
    let disclosures = disclosure_ledger(&mut tx, person).await?;
    if consents.is_none() && disclosures.is_none() {
        return Err(Problem::NotFound);
    }
    let may_export = tx.may::<ExportRecord>(person).await?;
    tx.commit().await?;
    let values = context! {
        heading => "Sharing",
        may_export,
        now => consents.as_deref().map(consent_now),
        history => consents.map(|ledger| ledger.iter().map(consent_line).collect::<Vec<_>>()),
        disclosures => disclosures.map(|ledger| ledger.iter().map(disclosure_line).collect::<Vec<_>>()),
        ..frame.value
    };
    cx.page("people/sharing.html", values)
}

async fn consent_ledger(tx: &mut Tx, person: PersonId) -> Result<Option<Vec<Consent>>, Problem> {
    if !tx.may::<ViewConsent>(person).await? {
        return Ok(None);
    }
    let grant = tx.authorise::<ViewConsent>(person).await?;
    Ok(Some(consents::ledger(tx, &grant).await?))
}

async fn disclosure_ledger(tx: &mut Tx, person: PersonId) -> Result<Option<Vec<Disclosure>>, Problem> {
    if !tx.may::<ViewDisclosure>(person).await? {
        return Ok(None);
    }
    let grant = tx.authorise::<ViewDisclosure>(person).await?;
    Ok(Some(disclosures::ledger(tx, &grant).await?))
}

/// What the ledger says now, a row for each recipient.
fn consent_now(ledger: &[Consent]) -> Vec<Value> {
    let row = |consent_for: &ConsentFor| {
        let line = consents::speaks(ledger, *consent_for);
        let state = line.map_or(ConsentState::NotAsked, |line| line.state);
        context! {
            consent_for => consent_for.label(),
            state => state.label(),
            tone => tone(state),
            words => line.map(|line| line.words.clone()),
            at => line.map(|line| line.recorded_at),
            by => line.map(|line| line.recorded_by_name.clone()),
        }
    };
    ConsentFor::ALL.iter().map(row).collect()
}

fn tone(state: ConsentState) -> &'static str {
    match state {
        state if state.permits() => "good",
        state if state.is_answer() => "bad",
        _ => "warn",
    }
}

fn consent_line(line: &Consent) -> Value {
    context! {
        consent_for => line.consent_for.label(),
        state => line.state.label(),
        tone => tone(line.state),
        words => line.words,
        how => line.how_explained,
        at => line.recorded_at,
        by => line.recorded_by_name,
    }
}

fn disclosure_line(line: &Disclosure) -> Value {
    context! {
        at => line.at,
        by => line.by_name,
        summary => line.summary,
        recipient => line.recipient,
        channel => line.channel.label(),
        basis => line.basis.label(),
        reason => line.reason,
        document => line.document_id.map(|id| format!("/documents/{id}")),
    }
}

/// Who looked. Information governance reads it without opening the record, and so without a name.
pub(super) async fn who_looked(cx: Cx, Path(person): Path<PersonId>) -> Answer {
    let mut tx = cx.begin().await?;
    let may_see_person = tx.may::<ViewIdentity>(person).await?;
    let may_see_looks = tx.may::<ViewWhoLooked>(person).await? && people::exists(&mut tx, person).await?;
    if !may_see_person && !may_see_looks {
        return Err(Problem::NotFound);
    }
    let frame = if may_see_person { Some(frame::open(&mut tx, person, "who-looked").await?) } else { None };
    let looks = if may_see_looks {
        let grant = tx.authorise::<ViewWhoLooked>(person).await?;
        Some(audit::who_looked(&mut tx, &grant, MOST_LOOKS).await?)
    } else {
        None
    };
    tx.commit().await?;
    let (searches, looks): (Vec<_>, Vec<_>) =
        looks.iter().flatten().partition(|look| look.classes == "search" && look.verb == "view");
    let values = context! {
        heading => "Who looked",
        may_see_looks,
        looks => looks.into_iter().map(look_in_words).collect::<Vec<_>>(),
        searches => searches.into_iter().map(look_in_words).collect::<Vec<_>>(),
        reference => person.to_string(),
        unnamed => !may_see_person,
        ..frame.map(|frame| frame.value).unwrap_or_default()
    };
    cx.page("people/who_looked.html", values)
}
