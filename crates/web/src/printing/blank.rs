//! A form without answers, from its definition: it holds nobody, so that no record is opened for it.

use super::{inline_pdf, render};
use crate::{Answer, Cx, Problem};
use axum::extract::Path;
use throughline_documents::{BlankFacts, BlankQuestion, BlankSection, Room, print_blank};
use throughline_forms::vocabulary::{FINDING_KNOWN, FINDING_STATUSES, Word};
use throughline_forms::{Form, Kind, Question, Section, catalogue};
use throughline_policy::{Class, Verb};
use throughline_store::organisations;

pub(super) async fn print(cx: Cx, Path(form): Path<String>) -> Answer {
    if !cx.role_may(Verb::View, Class::Clinical) {
        return Err(Problem::NotFound);
    }
    let form = catalogue().get(&form).ok_or(Problem::NotFound)?;
    if form.licence.as_ref().is_some_and(|licence| !licence.items_shown) {
        return Err(Problem::Invalid(format!(
            "The licence of {} does not let its questions be printed: use the publisher's own sheet",
            form.title
        )));
    }
    let mut read = cx.read().await?;
    let service = organisations::service(&mut read).await?.map(|service| service.name).unwrap_or_default();
    drop(read);
    let facts = BlankFacts {
        service,
        form: form.id.clone(),
        version: form.version,
        title: form.title.clone(),
        intro: form.intro.trim().to_owned(),
        sections: form.sections.iter().map(|section| blank_section(form, section)).collect(),
        printed_at: cx.now,
    };
    let printed = render(move || print_blank(&facts)).await?;
    Ok(inline_pdf(&format!("blank-{}", form.id), printed.pdf))
}

fn blank_section(form: &Form, section: &Section) -> BlankSection {
    let help = section.help.clone().unwrap_or_default();
    let has_findings = section.questions.iter().any(|question| question.kind == Kind::Findings);
    let key = has_findings.then(findings_key);
    let note: Vec<String> = [help].into_iter().chain(key).filter(|text| !text.trim().is_empty()).collect();
    BlankSection {
        title: section.title.clone(),
        note: note.join("\n\n"),
        questions: section.questions.iter().map(|question| blank_question(form, question)).collect(),
    }
}

/// What is written beside a ticked finding, in the words that are chosen on the page.
fn findings_key() -> String {
    let words = |list: &[Word]| list.iter().map(|word| word.label.to_lowercase()).collect::<Vec<_>>().join(", ");
    format!(
        "Beside what you tick, write how sure ({}) and whether it was known ({}).",
        words(FINDING_STATUSES),
        words(FINDING_KNOWN)
    )
}

fn blank_question(form: &Form, question: &Question) -> BlankQuestion {
    BlankQuestion {
        label: question.label.clone(),
        hint: question.hint.clone().unwrap_or_default(),
        only_if: question.when.as_ref().map(|when| when.in_words(form)).unwrap_or_default(),
        room: room(question.kind),
        options: question.options.iter().map(|option| option.label.clone()).collect(),
    }
}

fn room(kind: Kind) -> Room {
    match kind {
        Kind::YesNo | Kind::Single | Kind::Multi => Room::Choices,
        Kind::Findings => Room::Findings,
        Kind::LongText => Room::Long,
        Kind::DateTime => Room::DateTime,
        Kind::Text | Kind::Date | Kind::Time | Kind::Number { .. } => Room::Short,
    }
}
