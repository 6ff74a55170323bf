//! First answers that are taken over from what is known, so that nobody types them again.
//!
//! They are facts of the person and signed answers of this episode, each shown with its source and
//! date until it is changed. Nothing clinical is assumed, and a "no" is never taken over.

use super::alike::alike;
use crate::Problem;
use throughline_domain::time::{date_long, london_date};
use throughline_forms::{Answers, Form, FormKind, Prefill, Question, Snapshot, catalogue};
use throughline_policy::{Subject, ViewClinical, ViewContactDetails, ViewIdentity};
use throughline_store::people::Person;
use throughline_store::records::{self, Record};
use throughline_store::{Tx, people};

/// What can be taken over for a form, and where each answer is from.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// The answers.
    pub answers: Answers,
    sources: Vec<(String, String)>,
}

impl Known {
    /// The words beside a question whose answer stands as it was taken over.
    pub fn source(&self, question: &str, answers: &Answers) -> Option<&str> {
        let source = self.sources.iter().find(|(known, _)| known == question);
        source.filter(|_| alike(&self.answers, answers, question)).map(|(_, words)| words.as_str())
    }

    fn take(&mut self, question: &Question, values: Vec<String>, source: &str) {
        if values.iter().any(|value| !value.trim().is_empty()) {
            self.answers.set(&question.id, values);
            self.sources.push((question.id.clone(), source.to_owned()));
        }
    }
}

/// What is known for a form about the subject's person, in this episode.
pub(super) async fn known(tx: &mut Tx, subject: Subject, form: &Form) -> Result<Known, Problem> {
    let mut known = Known::default();
    let asked: Vec<(&Question, &Prefill)> =
        form.questions().filter_map(|question| Some((question, question.prefill.as_ref()?))).collect();
    if asked.is_empty() {
        return Ok(known);
    }
    let grant = tx.authorise::<ViewIdentity>(subject).await?;
    let person = people::get(tx, &grant).await?.ok_or(Problem::NotFound)?;
    let safe_contact = safe_contact(tx, subject).await?;
    let mut signed = None;
    for (question, prefill) in asked {
        match prefill {
            Prefill::Person(field) => {
                let values = person_field(&person, &safe_contact, field, question);
                known.take(question, values, "Taken from the person's details: check that it is still right");
            }
            Prefill::Latest { form, question: from } => {
                let signed = match &signed {
                    Some(signed) => signed,
                    None => signed.insert(signed_forms(tx, subject).await?),
                };
                if let Some(record) = newest_asking(signed, form, from) {
                    take_latest(&mut known, question, record, from);
                }
            }
        }
    }
    Ok(known)
}

/// The signed forms of the episode, newest first.
async fn signed_forms(tx: &mut Tx, subject: Subject) -> Result<Vec<Record>, Problem> {
    let grant = tx.authorise::<ViewClinical>(subject).await?;
    let mut signed = records::of_episode(tx, &grant).await?.records;
    signed.retain(|record| record.state.counts());
    signed.sort_by_key(|record| std::cmp::Reverse((record.signed_at, record.id)));
    Ok(signed)
}

/// The newest record of a form, or of another form of its step, that asks this: a screening is a
/// screening wherever the person was met.
fn newest_asking<'a>(signed: &'a [Record], form: &str, question: &str) -> Option<&'a Record> {
    let step = catalogue().step_of(form);
    let is_like = |id: &str| id == form || (step.is_some() && catalogue().step_of(id) == step);
    let asks = |id: &str| catalogue().get(id).is_some_and(|form| form.question(question).is_some());
    signed.iter().find(|record| is_like(&record.form_id) && asks(&record.form_id))
}

async fn safe_contact(tx: &mut Tx, subject: Subject) -> Result<String, Problem> {
    if !tx.may::<ViewContactDetails>(subject).await? {
        return Ok(String::new());
    }
    let grant = tx.authorise::<ViewContactDetails>(subject).await?;
    Ok(people::contact_details(tx, &grant).await?.unwrap_or_default().safe_contact)
}

fn take_latest(known: &mut Known, question: &Question, record: &Record, from: &str) {
    let Some(signed) = &record.snapshot else { return };
    let values = signed_answer(signed, &record.answers, from);
    let title = catalogue().get(&record.form_id).map_or_else(|| record.form_id.clone(), called);
    let date = record.signed_at.map_or_else(String::new, |at| format!(" of {}", date_long(london_date(at))));
    let source = format!("Taken from the {title}{date} by {}: check that it is still right", record.signed_by_name);
    known.take(question, values, &source);
}

/// What was signed in answer to a question; nothing where it did not apply and was left out of what was signed.
fn signed_answer(signed: &Snapshot, answers: &Answers, question: &str) -> Vec<String> {
    if signed.answer(question).is_none() {
        return Vec::new();
    }
    answers.get(question).to_vec()
}

/// What a form is called within a sentence: an instrument by its name, a form of the service by its title.
fn called(form: &Form) -> String {
    match form.kind {
        FormKind::Instrument => form.short_title().to_owned(),
        FormKind::Form | FormKind::Note => form.title.to_lowercase(),
    }
}

fn person_field(person: &Person, safe_contact: &str, field: &str, question: &Question) -> Vec<String> {
    match field {
        "language" => vec![person.language.clone()],
        "interpreter" if person.interpreter => vec!["yes".to_owned()],
        "safe_contact" => vec![safe_contact.to_owned()],
        "communication_needs" => vec![person.adjustments.clone()],
        "adjustments" => person.adjustments.lines().filter_map(|line| offered(question, line)).collect(),
        _ => Vec::new(),
    }
}

/// The code of the option that a line of the person's adjustments names.
fn offered(question: &Question, line: &str) -> Option<String> {
    let named = question.options.iter().find(|option| option.label.eq_ignore_ascii_case(line.trim()));
    named.map(|option| option.code.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_did_not_apply_when_it_was_signed_is_not_taken_over() {
        let form = catalogue().get("screening").expect("the screening is shipped");
        let mut answers = Answers::default();
        answers.set("substance_use", ["yes"]);
        answers.set("substance_detail", ["a litre of cider a day"]);
        let taken = |answers: &Answers| signed_answer(&form.snapshot(answers), answers, "substance_detail");
        assert_eq!(taken(&answers), ["a litre of cider a day"]);
        answers.set("substance_use", ["no"]);
        assert!(taken(&answers).is_empty(), "typed before, and left out of what was signed");
    }
}
