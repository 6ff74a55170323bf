//! Every text of a person's record that can be looked through: each part with the grant that opens it.
//!
//! What is looked for is compared in memory ([`throughline_domain::within`]), so that both databases find alike,
//! whatever they think of accents. A record is one person's, and each part of it is read up to [`MOST_ROWS`] rows.

use crate::documents::Written;
use crate::{Conn, Error, Result, Row, Tx, args, consultations, records};
use throughline_domain::alert::AlertStep;
use throughline_domain::care::{CareAct, NoGoalReason};
use throughline_domain::codes;
use throughline_domain::consent::{ConsentFor, ConsentState};
use throughline_domain::document::{DocumentKind, RecordState};
use throughline_domain::ids::{AlertId, DocumentId, EpisodeId, InterventionId, PersonId, RecordId};
use throughline_domain::risk::AlertKind;
use throughline_domain::time::Instant;
use throughline_forms::Snapshot;
use throughline_policy::{Grant, ViewCarePlan, ViewClinical, ViewConsent, ViewDocument, ViewFollowUp, ViewRiskCard};

/// The most rows of one part that are looked through, newest first.
pub const MOST_ROWS: i64 = 2_000;

codes! {
    /// Which part of the record a text is of.
    pub enum TextKind {
        /// Questions and answers of signed forms.
        Form = "form", "Forms";
        /// What was added to signed forms.
        Addendum = "addendum", "Additions to forms";
        /// Notes of contacts.
        Contact = "contact", "Contacts";
        /// Alerts and what was answered to them.
        Alert = "alert", "Alerts";
        /// Words of the consent ledger.
        Consent = "consent", "Consent";
        /// What authors wrote in documents.
        Document = "document", "Documents";
        /// Goals, what is done for them, reasons without a goal, and decisions about care.
        CarePlan = "care_plan", "Care plan";
        /// Advice given about the person.
        Consultation = "consultation", "Advice given";
    }
}

/// A text with where it stands.
#[derive(Debug, Clone)]
pub struct Text {
    /// Which part of the record it is of.
    pub kind: TextKind,
    /// When what it tells happened or was signed.
    pub at: Instant,
    /// The episode.
    pub episode_id: Option<EpisodeId>,
    /// What it stands in: the form's title, the kind of alert.
    pub title: String,
    /// The text itself; of a form, the question and the answer.
    pub text: String,
    /// The page that shows it.
    pub link: String,
    /// Who wrote or signed it; empty where it is not kept.
    pub by: String,
    /// Whether it must not be relied on: of a form marked in error, or a document that was withdrawn.
    pub not_to_rely_on: bool,
}

/// Texts of a part of the record, with what could not be looked through.
#[derive(Debug, Clone, Default)]
pub struct Texts {
    /// The texts.
    pub texts: Vec<Text>,
    /// Rows that are stored and cannot be read: told, never passed over in silence.
    pub unreadable: usize,
    /// Whether there are older rows than were read.
    pub cut: bool,
    /// Whether something is kept that this reader is not shown: it was not looked through.
    pub withheld: bool,
}

impl Texts {
    /// Takes over the texts of another part.
    pub fn add(&mut self, other: Self) {
        self.texts.extend(other.texts);
        self.unreadable += other.unreadable;
        self.cut |= other.cut;
        self.withheld |= other.withheld;
    }

    /// The texts of as many rows, of which none is read yet.
    fn of_rows(rows: usize) -> Self {
        Self { cut: i64::try_from(rows).is_ok_and(|rows| rows >= MOST_ROWS), ..Self::default() }
    }

    /// Takes over what a row holds, or that it cannot be read.
    fn take(&mut self, found: Result<Vec<Text>>) -> Result<()> {
        match found {
            Ok(found) => self.texts.extend(found),
            Err(Error::Corrupt(_)) => self.unreadable += 1,
            Err(other) => return Err(other),
        }
        Ok(())
    }

    fn of(rows: &[Row], each: impl Fn(&Row) -> Result<Vec<Text>>) -> Result<Self> {
        let mut texts = Self::of_rows(rows.len());
        for row in rows {
            texts.take(each(row))?;
        }
        texts.texts.retain(|text| !text.text.trim().is_empty());
        Ok(texts)
    }
}

/// Signed forms, question by question, with what was added to them, of what the reader may read of each;
/// advice given about the person, and decisions about their care.
///
/// # Errors
/// The store's.
pub async fn clinical(tx: &mut Tx, grant: &Grant<ViewClinical>) -> Result<Texts> {
    let mut texts = forms(tx, grant).await?;
    texts.add(addenda(tx, grant).await?);
    texts.add(advice(tx, grant).await?);
    texts.add(decisions(tx, grant).await?);
    texts.texts.retain(|text| !text.text.trim().is_empty());
    Ok(texts)
}

async fn forms(tx: &mut Tx, grant: &Grant<ViewClinical>) -> Result<Texts> {
    let rows = tx
        .fetch_all(
            "SELECT id, episode_id, state, snapshot, signed_at, signed_by_name, created_by FROM record
              WHERE person_id = $1 AND signed_at IS NOT NULL ORDER BY signed_at DESC, id DESC LIMIT $2",
            args![grant.person(), MOST_ROWS],
        )
        .await?;
    let mut texts = Texts::of_rows(rows.len());
    for row in &rows {
        let Ok(snapshot) = stored(row) else {
            texts.unreadable += 1;
            continue;
        };
        let author = row.get("created_by")?;
        let (readable, withheld) = records::readable_snapshot(tx, grant.subject(), author, snapshot).await?;
        texts.withheld |= withheld;
        if let Some(snapshot) = readable {
            let read = snapshot.sections.iter().map(|section| section.class);
            records::note_read(tx, grant.subject(), author, read).await?;
            texts.take(answers(row, &snapshot))?;
        }
    }
    Ok(texts)
}

fn stored(row: &Row) -> Result<Snapshot> {
    let stored: String = row.get("snapshot")?;
    serde_json::from_str(&stored).map_err(|_| Error::Corrupt("the snapshot of a record".into()))
}

fn answers(row: &Row, snapshot: &Snapshot) -> Result<Vec<Text>> {
    let (id, episode, at): (RecordId, EpisodeId, Instant) =
        (row.get("id")?, row.get("episode_id")?, row.get("signed_at")?);
    let (by, state): (String, RecordState) = (row.get("signed_by_name")?, row.get("state")?);
    let all = snapshot.sections.iter().flat_map(|section| section.answers.iter().map(move |answer| (section, answer)));
    let text = |(section, answer): (&throughline_forms::SnapshotSection, &throughline_forms::SnapshotAnswer)| Text {
        kind: TextKind::Form,
        at,
        episode_id: Some(episode),
        title: snapshot.title.clone(),
        text: question_and_answer(&answer.label, &answer.value),
        link: format!("/records/{id}#section-{}", section.id),
        by: by.clone(),
        not_to_rely_on: state == RecordState::InError,
    };
    Ok(all.map(text).collect())
}

fn question_and_answer(question: &str, answer: &str) -> String {
    let colon = if question.ends_with(['?', ':', '.']) { "" } else { ":" };
    format!("{question}{colon} {answer}")
}

async fn addenda(tx: &mut Tx, grant: &Grant<ViewClinical>) -> Result<Texts> {
    let rows = tx
        .fetch_all(
            "SELECT a.record_id, a.words, a.at, a.by_name, a.class, r.episode_id, r.state, r.snapshot, r.created_by
               FROM addendum a JOIN record r ON r.id = a.record_id
              WHERE r.person_id = $1 ORDER BY a.at DESC, a.id DESC LIMIT $2",
            args![grant.person(), MOST_ROWS],
        )
        .await?;
    let mut texts = Texts::of_rows(rows.len());
    for row in &rows {
        let (author, class) = (row.get("created_by")?, row.get("class")?);
        if records::may_read(tx, grant.subject(), author, class).await? {
            records::note_read(tx, grant.subject(), author, [class]).await?;
            texts.take(addendum(row).map(|text| vec![text]))?;
        } else {
            texts.withheld = true;
        }
    }
    Ok(texts)
}

fn addendum(row: &Row) -> Result<Text> {
    Ok(Text {
        kind: TextKind::Addendum,
        at: row.get("at")?,
        episode_id: row.get("episode_id")?,
        title: stored(row).map_or_else(|_| "Form".to_owned(), |form| form.title),
        text: row.get("words")?,
        link: format!("/records/{}", row.get::<RecordId>("record_id")?),
        by: row.get("by_name")?,
        not_to_rely_on: row.get::<RecordState>("state")? == RecordState::InError,
    })
}

async fn advice(conn: &mut Conn, grant: &Grant<ViewClinical>) -> Result<Texts> {
    let all = consultations::of_person(conn, grant, MOST_ROWS).await?;
    let cut = i64::try_from(all.len()).is_ok_and(|rows| rows >= MOST_ROWS);
    let text = |one: consultations::Consultation| Text {
        kind: TextKind::Consultation,
        at: one.at,
        episode_id: one.episode_id,
        title: format!("To {}: {}", one.asked_by.label().to_lowercase(), one.topic.label().to_lowercase()),
        text: [one.asked, one.advised]
            .into_iter()
            .flatten()
            .filter(|text| !text.is_empty())
            .collect::<Vec<_>>()
            .join("\n"),
        link: format!("/consultations/{}", one.id),
        by: one.by_name,
        not_to_rely_on: false,
    };
    Ok(Texts { texts: all.into_iter().map(text).collect(), unreadable: 0, cut, withheld: false })
}

/// Decisions about care are clinical reasoning, and so of this part.
async fn decisions(conn: &mut Conn, grant: &Grant<ViewClinical>) -> Result<Texts> {
    let rows = conn
        .fetch_all(
            "SELECT episode_id, question, considered, least_restrictive, chosen, why, own_words, at, by_name
               FROM care_decision WHERE person_id = $1 ORDER BY at DESC, id DESC LIMIT $2",
            args![grant.person(), MOST_ROWS],
        )
        .await?;
    let person = grant.person();
    Texts::of(&rows, |row| {
        let parts: [String; 5] = [
            row.get("considered")?,
            row.get("least_restrictive")?,
            row.get("chosen")?,
            row.get("why")?,
            row.get("own_words")?,
        ];
        let question: String = row.get("question")?;
        Ok(vec![Text {
            kind: TextKind::CarePlan,
            at: row.get("at")?,
            episode_id: row.get("episode_id")?,
            title: "Decision about care".to_owned(),
            text: [question].into_iter().chain(parts).filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n"),
            link: care_link(person),
            by: row.get("by_name")?,
            not_to_rely_on: false,
        }])
    })
}

fn care_link(person: PersonId) -> String {
    format!("/people/{person}/care")
}

/// Goals, what is done for them and what came of it, in all words that they ever had; and why needs have no goal.
///
/// # Errors
/// The store's.
pub async fn care_plan(conn: &mut Conn, grant: &Grant<ViewCarePlan>) -> Result<Texts> {
    let lines = conn
        .fetch_all(
            "SELECT g.episode_id, l.intervention_id, l.act, l.words, l.own_words, l.at, l.by_name
               FROM care_line l JOIN care_goal g ON g.id = l.goal_id
              WHERE g.person_id = $1 ORDER BY l.entered_at DESC, l.id DESC LIMIT $2",
            args![grant.person(), MOST_ROWS],
        )
        .await?;
    let person = grant.person();
    let mut texts = Texts::of(&lines, |row| care_line(row, person))?;
    texts.add(reasons(conn, grant).await?);
    Ok(texts)
}

fn care_line(row: &Row, person: PersonId) -> Result<Vec<Text>> {
    let of: Option<InterventionId> = row.get("intervention_id")?;
    let act: CareAct = row.get("act")?;
    let said: [String; 2] = [row.get("own_words")?, row.get("words")?];
    Ok(vec![Text {
        kind: TextKind::CarePlan,
        at: row.get("at")?,
        episode_id: row.get("episode_id")?,
        title: format!("{}: {}", if of.is_some() { "What is done" } else { "Goal" }, act.label().to_lowercase()),
        text: said.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n"),
        link: care_link(person),
        by: row.get("by_name")?,
        not_to_rely_on: false,
    }])
}

async fn reasons(conn: &mut Conn, grant: &Grant<ViewCarePlan>) -> Result<Texts> {
    let rows = conn
        .fetch_all(
            "SELECT episode_id, need_label, reason, words, at, by_name FROM care_need_said
              WHERE person_id = $1 ORDER BY at DESC, id DESC LIMIT $2",
            args![grant.person(), MOST_ROWS],
        )
        .await?;
    let person = grant.person();
    Texts::of(&rows, |row| {
        let (need, reason): (String, NoGoalReason) = (row.get("need_label")?, row.get("reason")?);
        Ok(vec![Text {
            kind: TextKind::CarePlan,
            at: row.get("at")?,
            episode_id: row.get("episode_id")?,
            title: format!("{need}: no goal"),
            text: format!("{reason}. {}", row.get::<String>("words")?),
            link: care_link(person),
            by: row.get("by_name")?,
            not_to_rely_on: false,
        }])
    })
}

/// Notes of contacts.
///
/// # Errors
/// The store's.
pub async fn contacts(conn: &mut Conn, grant: &Grant<ViewFollowUp>) -> Result<Texts> {
    let rows = conn
        .fetch_all(
            "SELECT episode_id, mode, at, note, by_name FROM contact
              WHERE person_id = $1 AND note <> '' ORDER BY at DESC, id DESC LIMIT $2",
            args![grant.person(), MOST_ROWS],
        )
        .await?;
    Texts::of(&rows, |row| {
        let episode: EpisodeId = row.get("episode_id")?;
        Ok(vec![Text {
            kind: TextKind::Contact,
            at: row.get("at")?,
            episode_id: Some(episode),
            title: row.get::<throughline_domain::contact::ContactMode>("mode")?.label().to_owned(),
            text: row.get("note")?,
            link: format!("/episodes/{episode}/follow-up"),
            by: row.get("by_name")?,
            not_to_rely_on: false,
        }])
    })
}

/// Alerts, those that ended too, and every answer that was given to them.
///
/// # Errors
/// The store's.
pub async fn alerts(conn: &mut Conn, grant: &Grant<ViewRiskCard>) -> Result<Texts> {
    let rows = conn
        .fetch_all(
            "SELECT a.id, a.episode_id, a.kind, a.detail, s.step, s.at, s.by_name, s.words
               FROM alert_step s JOIN alert a ON a.id = s.alert_id
              WHERE a.person_id = $1 ORDER BY s.at DESC, a.id DESC, s.number DESC LIMIT $2",
            args![grant.person(), MOST_ROWS],
        )
        .await?;
    let person = grant.person();
    Texts::of(&rows, |row| Ok(vec![alert(row, person)?]))
}

fn alert(row: &Row, person: PersonId) -> Result<Text> {
    let (kind, step): (AlertKind, AlertStep) = (row.get("kind")?, row.get("step")?);
    let text = match step {
        AlertStep::Raised => format!("{kind}: {}", row.get::<String>("detail")?),
        _ => row.get("words")?,
    };
    Ok(Text {
        kind: TextKind::Alert,
        at: row.get("at")?,
        episode_id: row.get("episode_id")?,
        title: format!("{kind}, {}", step.label().to_lowercase()),
        text,
        link: format!("/people/{person}#alert-{}", row.get::<AlertId>("id")?),
        by: row.get("by_name")?,
        not_to_rely_on: false,
    })
}

/// What the person said about consent, and how it was explained.
///
/// # Errors
/// The store's.
pub async fn consents(conn: &mut Conn, grant: &Grant<ViewConsent>) -> Result<Texts> {
    let rows = conn
        .fetch_all(
            "SELECT episode_id, consent_for, state, words, how_explained, recorded_at, recorded_by_name FROM consent
              WHERE person_id = $1 ORDER BY recorded_at DESC, id DESC LIMIT $2",
            args![grant.person(), MOST_ROWS],
        )
        .await?;
    let person = grant.person();
    Texts::of(&rows, |row| {
        let (consent_for, state): (ConsentFor, ConsentState) = (row.get("consent_for")?, row.get("state")?);
        let said: [String; 2] = [row.get("words")?, row.get("how_explained")?];
        let said: Vec<&str> = said.iter().map(String::as_str).filter(|text| !text.trim().is_empty()).collect();
        Ok(vec![Text {
            kind: TextKind::Consent,
            at: row.get("recorded_at")?,
            episode_id: row.get("episode_id")?,
            title: format!("{consent_for}: {state}"),
            text: said.join("\n"),
            link: format!("/people/{person}/sharing"),
            by: row.get("recorded_by_name")?,
            not_to_rely_on: false,
        }])
    })
}

/// What authors wrote in signed documents: the paragraph before the findings, recommendations, next steps.
///
/// # Errors
/// The store's.
pub async fn documents(conn: &mut Conn, grant: &Grant<ViewDocument>) -> Result<Texts> {
    let rows = conn
        .fetch_all(
            "SELECT id, episode_id, kind, number, state, recommendations, signed_at, signed_by_name FROM document
              WHERE person_id = $1 AND signed_at IS NOT NULL ORDER BY signed_at DESC, id DESC LIMIT $2",
            args![grant.person(), MOST_ROWS],
        )
        .await?;
    Texts::of(&rows, |row| {
        let stored: String = row.get("recommendations")?;
        let written: Written =
            serde_json::from_str(&stored).map_err(|_| Error::Corrupt("what the author of a document wrote".into()))?;
        let parts = [written.covering, written.recommendations, written.next_steps];
        let parts: Vec<&str> = parts.iter().map(String::as_str).filter(|text| !text.trim().is_empty()).collect();
        let (kind, number): (DocumentKind, i64) = (row.get("kind")?, row.get("number")?);
        Ok(vec![Text {
            kind: TextKind::Document,
            at: row.get("signed_at")?,
            episode_id: row.get("episode_id")?,
            title: format!("{kind}, version {number}"),
            text: parts.join("\n"),
            link: format!("/documents/{}", row.get::<DocumentId>("id")?),
            by: row.get("signed_by_name")?,
            not_to_rely_on: row.get::<String>("state")? == "withdrawn",
        }])
    })
}
