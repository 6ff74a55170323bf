//! Two texts of one draft: question by question, a person chooses.

use super::alike::{alike, in_words, of_question};
use super::opened::{form_of, open_record, title_of};
use super::sections::WITHHELD;
use crate::banner::banner;
use crate::{Answer, Cx, Errors, Fields, Problem};
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect};
use minijinja::{Value, context};
use throughline_domain::document::RecordState;
use throughline_domain::ids::RecordId;
use throughline_forms::{Answers, Form, Kind, Question};
use throughline_policy::{Subject, ViewClinical, WriteClinical};
use throughline_store::Tx;
use throughline_store::records::{self, Record, Saved, Version};

pub(super) async fn show(cx: Cx, Path((id, version)): Path<(RecordId, i64)>) -> Answer {
    draw(&cx, id, version, &Fields::default(), &Errors::default()).await
}

/// The text that was kept beside the draft.
async fn kept(tx: &mut Tx, subject: Subject, id: RecordId, version: i64) -> Result<Version, Problem> {
    let grant = tx.authorise::<ViewClinical>(subject).await?;
    let kept = records::version(tx, &grant, id, version).await?;
    kept.filter(|one| one.conflicts_with.is_some()).ok_or(Problem::NotFound)
}

/// The questions that the two texts answer differently.
fn differing<'a>(form: &'a Form, mine: &Answers, theirs: &Answers) -> Vec<&'a Question> {
    form.questions().filter(|question| !alike(mine, theirs, &question.id)).collect()
}

/// Prose of both can stand one below the other.
fn may_keep_both(question: &Question, mine: &Answers, theirs: &Answers) -> bool {
    question.kind == Kind::LongText && mine.is_answered(&question.id) && theirs.is_answered(&question.id)
}

async fn draw(cx: &Cx, id: RecordId, version: i64, typed: &Fields, errors: &Errors) -> Answer {
    let mut tx = cx.begin().await?;
    let (subject, record) = open_record(&mut tx, id).await?;
    tx.authorise::<WriteClinical>(subject).await?;
    let kept = kept(&mut tx, subject, id, version).await?;
    let banner = banner(&mut tx, record.person_id, Some(record.episode_id)).await?;
    tx.commit().await?;
    let form = form_of(&record)?;
    let differing = differing(form, &kept.answers, &record.answers);
    let is_draft = record.state == RecordState::Draft;
    if differing.is_empty() {
        return Ok(Redirect::to(&next(&record)).into_response());
    }
    let rows: Vec<Value> = differing.iter().map(|question| row(form, question, &kept, &record, typed)).collect();
    let mine = kept.saved_by == cx.signed_in.user.id;
    let values = context! {
        heading => "Two versions of one draft",
        caption => title_of(&record),
        person => banner.value,
        back => context! { href => next(&record), text => "The draft as it stands" },
        mine_title => if mine { "Yours".to_owned() } else { kept.saved_by_name.clone() },
        theirs_own => record.updated_by == kept.saved_by,
        theirs_title => if record.updated_by == cx.signed_in.user.id { "Yours, in another window" } else { record.updated_by_name.as_str() },
        rows,
        kept,
        is_draft,
        withheld => (kept.withheld || record.withheld).then_some(WITHHELD),
        of_person => record.person_id.to_string(),
        action => format!("/records/{id}/conflict/{version}"),
        errors => errors.summary(),
        wrong => errors.by_field(),
        record,
    };
    cx.page_of_form("forms/conflict.html", errors, values)
}

fn next(record: &Record) -> String {
    match record.state {
        RecordState::Draft => format!("/records/{}/edit", record.id),
        _ => format!("/records/{}", record.id),
    }
}

fn row(form: &Form, question: &Question, kept: &Version, record: &Record, typed: &Fields) -> Value {
    let (mine, theirs) = (&kept.answers, &record.answers);
    context! {
        name => format!("choice_{}", question.id),
        label => question.label,
        mine => in_words(form, mine, &question.id),
        theirs => in_words(form, theirs, &question.id),
        both => may_keep_both(question, mine, theirs),
        chosen => typed.text(&format!("choice_{}", question.id)),
    }
}

pub(super) async fn settle(cx: Cx, Path((id, version)): Path<(RecordId, i64)>, fields: Fields) -> Answer {
    let mut act = cx.act(&fields).await?;
    let (subject, record) = open_record(&mut act, id).await?;
    fields.of_person(record.person_id)?;
    let grant = act.authorise::<WriteClinical>(subject).await?;
    let kept = kept(&mut act, subject, id, version).await?;
    let form = form_of(&record)?;
    let (merged, errors) = merged(form, &kept.answers, &record.answers, &fields);
    if !errors.is_empty() {
        drop(act);
        return draw(&cx, id, version, &fields, &errors).await;
    }
    records::settle(&mut act, &grant, id, version).await?;
    match records::save(&mut act, &grant, id, fields.version()?, None, &merged).await? {
        Saved::Saved { .. } => act.done(&format!("/records/{id}/edit")).await,
        Saved::Conflict { kept_as, .. } => act.done(&format!("/records/{id}/conflict/{kept_as}")).await,
    }
}

/// Their text with what was chosen of mine.
fn merged(form: &Form, mine: &Answers, theirs: &Answers, fields: &Fields) -> (Answers, Errors) {
    let mut answers = theirs.clone();
    let mut errors = Errors::default();
    for question in differing(form, mine, theirs) {
        let name = format!("choice_{}", question.id);
        match fields.text(&name) {
            "theirs" => {}
            "mine" => take(&mut answers, mine, &question.id),
            "both" if may_keep_both(question, mine, theirs) => {
                let one = |answers: &Answers| answers.one(&question.id).unwrap_or_default().to_owned();
                answers.set(&question.id, [format!("{}\n\n{}", one(theirs), one(mine))]);
            }
            _ => errors.add(name, format!("Choose which answer stands for “{}”", question.label)),
        }
    }
    (answers, errors)
}

fn take(answers: &mut Answers, from: &Answers, question: &str) {
    let old: Vec<String> = of_question(answers, question).map(|(field, _)| field.to_owned()).collect();
    for field in old {
        answers.set(&field, Vec::<String>::new());
    }
    for (field, values) in of_question(from, question) {
        answers.set(field, values.to_vec());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use throughline_forms::catalogue;

    #[test]
    fn the_choice_is_made_for_each_question_that_differs_and_no_other() {
        let form = catalogue().get("screening").expect("the screening is shipped");
        let answers = |pairs: &[(&str, &str)]| {
            let mut answers = Answers::default();
            for (field, value) in pairs {
                answers.set(field, [*value]);
            }
            answers
        };
        let theirs = answers(&[
            ("concern", "seen pacing"),
            ("vulnerabilities", "autism"),
            ("vulnerabilities.autism.status", "suspected"),
            ("seen_how", "cell"),
        ]);
        let mine = answers(&[("concern", "heard shouting"), ("vulnerabilities", "adhd"), ("seen_how", "cell")]);
        assert_eq!(differing(form, &mine, &theirs).len(), 2);
        let (_, errors) = merged(form, &mine, &theirs, &Fields::default());
        assert!(!errors.is_empty());
        let mut settled = theirs.clone();
        take(&mut settled, &mine, "vulnerabilities");
        assert_eq!(settled.get("vulnerabilities"), ["adhd"]);
        assert_eq!(settled.one("vulnerabilities.autism.status"), None);
        assert_eq!(settled.one("concern"), Some("seen pacing"));
    }
}
