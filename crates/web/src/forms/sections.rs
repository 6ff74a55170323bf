//! What a reader is shown of a record: its sections, without those that are not theirs.

use minijinja::{Value, context};
use throughline_forms::{Answers, AudienceClass, FieldError, Form, Snapshot, SummarySection};
use throughline_store::records::Record;

/// What stands in place of what a reader is not shown: that there is something, not what.
pub(crate) const WITHHELD: &str = "There is something here that your role does not show";

/// The sections of answers in words.
pub(super) fn summary(form: &Form, answers: &Answers, record: &Record) -> Vec<SummarySection> {
    let mut sections = form.summary(answers);
    sections.retain(|section| !record.hidden.contains(&section.class));
    sections
}

/// Errors that this reader can mend: of questions that they are shown.
pub(super) fn mendable(form: &Form, errors: Vec<FieldError>, record: &Record) -> Vec<FieldError> {
    let is_hidden = |question: &str| {
        let section = form.sections.iter().find(|section| section.questions.iter().any(|one| one.id == question));
        section.is_some_and(|section| record.hidden.contains(&section.class))
    };
    errors.into_iter().filter(|error| !is_hidden(&error.question)).collect()
}

/// Takes the sections that this reader is not shown out of the view of a form, or of its progress.
pub(super) fn leave_out(sections: Option<&mut serde_json::Value>, form: &Form, record: &Record) {
    let Some(sections) = sections.and_then(serde_json::Value::as_array_mut) else { return };
    sections.retain(|section| {
        let id = section.get("id").and_then(serde_json::Value::as_str).unwrap_or_default();
        let class = form.sections.iter().find(|known| known.id == id).map(|known| known.class);
        class.is_none_or(|class| !record.hidden.contains(&class))
    });
}

/// The sections of a snapshot, as the template draws them.
pub(super) fn of_snapshot(snapshot: &Snapshot, record: &Record) -> Vec<Value> {
    let shown = snapshot.sections.iter().filter(|section| !record.hidden.contains(&section.class));
    shown
        .map(|section| {
            context! {
                id => section.id,
                title => section.title,
                class => section.class.label(),
                third_party => section.class == AudienceClass::ThirdParty,
                sealed => section.class == AudienceClass::Sealed,
                rows => section.answers,
            }
        })
        .collect()
}
