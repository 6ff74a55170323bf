//! Notes in one episode that is some days old: a plain one, what a mother said, a sealed one, and an
//! addendum, so that a record can be opened as it stood before.

use crate::places::id;
use crate::team::Team;
use anyhow::Context as _;
use chrono::Duration;
use throughline_domain::document::RecordState;
use throughline_domain::ids::RecordId;
use throughline_domain::risk::RiskState;
use throughline_domain::time::Instant;
use throughline_forms::{Answers, AudienceClass, catalogue};
use throughline_policy::{Actor, SignClinical, Subject, ViewClinical, ViewRiskCard, WriteClinical};
use throughline_store::records::{self, Record};
use throughline_store::{alerts, people, worklists};

/// Who writes them.
const AUTHOR: &str = "Amara Bello";

/// The most tasks that are looked through for an episode.
const MOST: i64 = 300;

/// Adds the notes, when there is an episode for them.
///
/// # Errors
/// The store's, and refusals: a mistake in the demo.
pub async fn make(team: &Team) -> anyhow::Result<()> {
    let author = team.actor(AUTHOR);
    let Some((subject, screening)) = found(team, author).await? else { return Ok(()) };
    let signed = screening.signed_at.context("it was signed")?;
    let day = |days: i64| signed + Duration::days(days);
    let plain = [
        ("about", "Call from the court cell"),
        ("words", "Ate and slept. Asked for his glasses: brought by his sister."),
    ];
    sign(team, author, subject, "note", &plain, day(1)).await?;
    let said = [
        ("said_by", "His mother"),
        ("in_confidence", "yes"),
        ("words", "He does not know that she rang. She is afraid of what happens when he comes home."),
    ];
    sign(team, author, subject, "third_party_note", &said, day(1)).await?;
    let sealed = [
        ("reason", "He asked that his cousin, who works at the trust, does not read it"),
        ("words", "He told why he moved away from the family. He wants to tell it himself when he is ready."),
    ];
    sign(team, author, subject, "sealed_note", &sealed, day(1)).await?;
    let mut tx = team.act(author, day(2)).await?;
    let view = tx.authorise::<ViewClinical>(subject).await?;
    let record = records::get(&mut tx, &view, screening.id).await?.context("it is still there")?;
    let grant = tx.authorise::<SignClinical>(subject).await?;
    let words = "The GP rang back: the medication was changed in spring, and is not what he remembered.";
    records::add_addendum(&mut tx, &grant, &record, AudienceClass::Clinical, words).await?;
    Ok(tx.commit().await?)
}

/// An open episode of the author's whose screening is some days old and whose risk is known: sealed
/// notes take "none" from the cards of other people, and not from this one.
async fn found(team: &Team, author: &Actor) -> anyhow::Result<Option<(Subject, Record)>> {
    let mut tx = team.act(author, team.now).await?;
    for line in worklists::of_user(&mut tx, author.user, MOST).await? {
        let Some(subject) = people::subject_of_episode(&mut tx, line.task.episode_id).await? else { continue };
        if !tx.may::<WriteClinical>(subject).await? {
            continue;
        }
        let card = tx.authorise::<ViewRiskCard>(subject).await?;
        let view = tx.authorise::<ViewClinical>(subject).await?;
        let known = alerts::risk_card(&mut tx, &card).await?.state == RiskState::Known;
        let records = records::of_episode(&mut tx, &view).await?.records;
        let screening = records.into_iter().filter(|record| record.form_id == "screening" && record.state.counts());
        let screening = screening.max_by_key(|record| record.signed_at);
        let old = |record: &Record| {
            let before = team.now - Duration::days(4);
            record.state == RecordState::Signed && record.signed_at.is_some_and(|at| at < before)
        };
        if let Some(screening) = screening.filter(|record| known && old(record)) {
            return Ok(Some((subject, screening)));
        }
    }
    Ok(None)
}

async fn sign(
    team: &Team,
    author: &Actor,
    subject: Subject,
    form: &str,
    told: &[(&str, &str)],
    at: Instant,
) -> anyhow::Result<()> {
    let mut answers = Answers::default();
    for (question, words) in told {
        answers.set(question, [*words]);
    }
    let definition = catalogue().get(form).context("the form is shipped")?;
    let mut tx = team.act(author, at).await?;
    let write = tx.authorise::<WriteClinical>(subject).await?;
    let record = records::start(&mut tx, &write, RecordId::new(id(form)), definition, &answers).await?;
    let view = tx.authorise::<ViewClinical>(subject).await?;
    let record = records::get(&mut tx, &view, record).await?.context("its author reads it")?;
    let grant = tx.authorise::<SignClinical>(subject).await?;
    records::sign(&mut tx, &grant, &record, definition).await?;
    Ok(tx.commit().await?)
}
