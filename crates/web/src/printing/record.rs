//! A signed form on paper.

use super::{inline_pdf, render};
use crate::banner::banner;
use crate::documents::{person_facts, risk_state};
use crate::{Answer, Cx, Errors, Fields, Problem};
use axum::extract::Path;
use minijinja::{Value, context};
use throughline_documents::{
    FormAddendum, FormAnswer, FormSection, Printing, RecordFacts, RiskFacts, RiskState, Signature, Standing,
    print_record,
};
use throughline_domain::document::RecordState;
use throughline_domain::ids::RecordId;
use throughline_domain::printing::PrintFor;
use throughline_domain::time::london_date;
use throughline_forms::{Snapshot, SnapshotSection};
use throughline_policy::{Class, Subject, ViewClinical, ViewEpisode, ViewIdentity, ViewJustice, ViewRiskCard};
use throughline_store::records::{self, Addendum, Record};
use throughline_store::{Tx, alerts, episodes, organisations, people};

/// A signed record, with whom it is about.
struct Found {
    subject: Subject,
    record: Record,
    snapshot: Snapshot,
}

/// Finds a record that may be printed.
///
/// # Errors
/// [`Problem::NotFound`] when it is not the reader's to see; in words when nobody has signed it.
async fn find(tx: &mut Tx, id: RecordId) -> Result<Found, Problem> {
    let subject = records::subject(tx, id).await?.ok_or(Problem::NotFound)?;
    let grant = tx.authorise::<ViewClinical>(subject).await?;
    let record = records::get(tx, &grant, id).await?.ok_or(Problem::NotFound)?;
    let snapshot = record.snapshot.clone().filter(|_| record.signed_at.is_some());
    let snapshot = snapshot.ok_or_else(|| {
        Problem::Invalid("Nobody has signed this form, and only what is signed is printed. Sign it first".into())
    })?;
    Ok(Found { subject, record, snapshot })
}

pub(super) async fn page(cx: Cx, Path(id): Path<RecordId>) -> Answer {
    draw(&cx, id, &Errors::default()).await
}

async fn draw(cx: &Cx, id: RecordId, errors: &Errors) -> Answer {
    let mut tx = cx.begin().await?;
    let found = find(&mut tx, id).await?;
    let banner = banner(&mut tx, found.record.person_id, Some(found.record.episode_id)).await?;
    let clinical = tx.authorise::<ViewClinical>(found.subject).await?;
    let addenda = records::addenda(&mut tx, &clinical, &found.record).await?;
    tx.commit().await?;
    let purposes: Vec<Value> = PrintFor::ALL
        .iter()
        .map(|one| context! { code => one.code(), label => one.label(), hint => one.then(), checked => false })
        .collect();
    let values = context! {
        heading => "Print for the service's own use",
        caption => found.snapshot.title,
        person => banner.value,
        back => context! { href => format!("/records/{id}"), text => "The record" },
        action => format!("/records/{id}/print"),
        episode => found.record.episode_id,
        left_out => left_out(found.record.withheld, &found.snapshot, &addenda),
        purposes,
        errors => errors.summary(),
        wrong => errors.by_field(),
    };
    cx.page_of_form("printing/record.html", errors, values)
}

pub(super) async fn print(cx: Cx, Path(id): Path<RecordId>, fields: Fields) -> Answer {
    let Some(purpose) = PrintFor::from_code(fields.text("purpose")) else {
        let mut errors = Errors::default();
        errors.add("purpose", "Choose what it is printed for");
        return draw(&cx, id, &errors).await;
    };
    let mut tx = cx.begin().await?;
    let found = find(&mut tx, id).await?;
    let name = format!("{}-{}", found.record.form_id, reference(id));
    let facts = facts(&cx, &mut tx, &found, purpose).await?;
    let detail = format!("{}, for: {}", found.snapshot.title, purpose.code());
    tx.note_print(Class::Clinical, found.subject, &detail).await?;
    tx.commit().await?;
    let printed = render(move || print_record(&facts)).await?;
    Ok(inline_pdf(&name, printed.pdf))
}

/// The end of the record's id, which says nothing of the person.
fn reference(id: RecordId) -> String {
    let digits = id.uuid().simple().to_string().to_uppercase();
    format!("TL-{}-{}", &digits[24..28], &digits[28..])
}

async fn facts(cx: &Cx, tx: &mut Tx, found: &Found, purpose: PrintFor) -> Result<RecordFacts, Problem> {
    let (subject, record) = (found.subject, &found.record);
    let identity = tx.authorise::<ViewIdentity>(subject).await?;
    let person = people::get(tx, &identity).await?.ok_or(Problem::NotFound)?;
    let view = tx.authorise::<ViewEpisode>(subject).await?;
    let episode = episodes::get(tx, &view).await?.ok_or(Problem::NotFound)?;
    let clinical = tx.authorise::<ViewClinical>(subject).await?;
    let addenda = records::addenda(tx, &clinical, record).await?;
    let service = organisations::service(tx).await?.map(|service| service.name).unwrap_or_default();
    let snapshot = &found.snapshot;
    let score = snapshot.score.as_ref().map(|scored| &scored.score);
    Ok(RecordFacts {
        service,
        reference: reference(record.id),
        title: snapshot.title.clone(),
        form_version: record.form_version.clone(),
        standing: standing(record.state)?,
        error_reason: record.error_reason.clone(),
        person: person_facts(&person, london_date(cx.now)),
        site: format!("{}, {}", episode.site_name, episode.point_of_contact.label()),
        reporting_restriction: restriction(tx, subject).await?,
        risk: risk(tx, subject).await?,
        signed: Signature { name: record.signed_by_name.clone(), at: record.signed_at.unwrap_or(record.updated_at) },
        countersigned: record.countersigned_at.map(|at| Signature { name: record.countersigned_by_name.clone(), at }),
        score: score.map(|score| {
            let prorated = if score.prorated { " (unanswered items took the mean of the others)" } else { "" };
            let words = format!("Score {} of {}: {}{prorated}", score.total, score.out_of, score.band);
            (words, score.statement.clone())
        }),
        score_withheld: snapshot.score_withheld.clone(),
        sections: snapshot.sections.iter().filter(|section| is_printed(section)).map(section).collect(),
        left_out: left_out(record.withheld, snapshot, &addenda),
        addenda: addenda
            .into_iter()
            .filter(is_printed_addendum)
            .map(|one| FormAddendum { words: one.words, name: one.by_name, at: one.at })
            .collect(),
        printed: Printing {
            by: cx.signed_in.user.name.clone(),
            at: cx.now,
            purpose: lower_first(purpose.label()),
            then: purpose.then().to_owned(),
        },
    })
}

fn standing(state: RecordState) -> Result<Standing, Problem> {
    match state {
        RecordState::Signed => Ok(Standing::Signed),
        RecordState::AwaitingCountersignature => Ok(Standing::Awaiting),
        RecordState::InError => Ok(Standing::InError),
        RecordState::Draft => Err(Problem::NotFound),
    }
}

async fn restriction(tx: &mut Tx, subject: Subject) -> Result<Option<String>, Problem> {
    if !tx.may::<ViewJustice>(subject).await? {
        return Ok(None);
    }
    let grant = tx.authorise::<ViewJustice>(subject).await?;
    let justice = episodes::justice(tx, &grant).await?;
    Ok(Some(justice.reporting_restriction).filter(|words| !words.trim().is_empty()))
}

/// The risk card now; what cannot be read is printed as unavailable, never left out.
async fn risk(tx: &mut Tx, subject: Subject) -> Result<RiskFacts, Problem> {
    let unavailable = RiskFacts { state: RiskState::Unavailable, summary: String::new() };
    if !tx.may::<ViewRiskCard>(subject).await? {
        return Ok(unavailable);
    }
    let grant = tx.authorise::<ViewRiskCard>(subject).await?;
    let Ok(card) = alerts::risk_card(tx, &grant).await else { return Ok(unavailable) };
    let mut kinds: Vec<&str> = card.alerts.iter().map(|alert| alert.kind.label()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let summary = if kinds.is_empty() { String::new() } else { format!("Alerts that stand: {}.", kinds.join("; ")) };
    Ok(RiskFacts { state: risk_state(card.state), summary })
}

/// What others said, what concerns others, and what is sealed, stays on the screen.
fn is_printed(section: &SnapshotSection) -> bool {
    !section.class.is_restricted()
}

fn is_printed_addendum(one: &Addendum) -> bool {
    !(one.withheld || one.class.is_restricted())
}

fn left_out(withheld: bool, snapshot: &Snapshot, addenda: &[Addendum]) -> Vec<String> {
    let added = addenda.iter().filter(|one| !is_printed_addendum(one)).map(|one| {
        format!("Something that {} added: {}, which is never printed", one.by_name, one.class.label().to_lowercase())
    });
    let withheld = withheld.then(|| "Something that your role does not show".to_owned());
    snapshot
        .sections
        .iter()
        .filter(|section| !is_printed(section))
        .map(|section| format!("“{}”: {}, which is never printed", section.title, section.class.label().to_lowercase()))
        .chain(added)
        .chain(withheld)
        .collect()
}

fn section(section: &SnapshotSection) -> FormSection {
    let answers = section.answers.iter().map(|answer| FormAnswer {
        label: answer.label.clone(),
        value: answer.value.clone(),
        long: answer.long,
    });
    FormSection { title: section.title.clone(), answers: answers.collect() }
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use throughline_forms::AudienceClass;

    #[test]
    fn what_others_said_is_left_out_and_said_to_be() {
        let section =
            |title: &str, class| SnapshotSection { id: title.into(), title: title.into(), class, answers: Vec::new() };
        let snapshot = Snapshot {
            form: "screening".into(),
            version: 1,
            title: "Screening".into(),
            sections: vec![
                section("Needs", AudienceClass::Clinical),
                section("What the family said", AudienceClass::ThirdParty),
                section("Why it is sealed", AudienceClass::Sealed),
            ],
            score: None,
            score_withheld: None,
        };
        let printed: Vec<&str> =
            snapshot.sections.iter().filter(|one| is_printed(one)).map(|one| one.title.as_str()).collect();
        assert_eq!(printed, ["Needs"]);
        let told = left_out(true, &snapshot, &[]);
        assert_eq!(told.len(), 3, "{told:?}");
        assert!(told[0].starts_with("“What the family said”") && told[1].starts_with("“Why it is sealed”"));
    }

    #[test]
    fn a_draft_has_no_standing_on_paper() {
        assert!(standing(RecordState::Draft).is_err());
        assert_eq!(standing(RecordState::InError), Ok(Standing::InError));
    }
}
