//! What becomes of answers: nothing typed is lost, silence is not safety, and only what may
//! leave leaves.

mod checking;
mod following;
mod frozen;
mod posted;

use chrono::NaiveDate;
use throughline_domain::time::{Instant, from_london};
use throughline_forms::{Answers, FieldError, Form, catalogue, check_definition};

fn form(id: &str) -> &'static Form {
    catalogue().get(id).expect("it is shipped")
}

/// Noon in London on that day.
fn now() -> Instant {
    from_london(today().and_hms_opt(12, 0, 0).unwrap())
}

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 24).unwrap()
}

fn read(form: &Form, pairs: &[(&str, &str)]) -> Answers {
    Answers::read(form, pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
}

fn messages(errors: &[FieldError]) -> Vec<&str> {
    errors.iter().map(|error| error.message.as_str()).collect()
}

/// Every kind of question, and a condition of every shape.
fn every_kind() -> Form {
    let text = r#"
id = "every"
version = 3
title = "Every kind"
kind = "form"
intro = "For tests"

[[section]]
id = "all"
title = "All"
class = "clinical"

[[section.question]]
id = "line"
label = "Line"
kind = "text"
required = "to_sign"

[[section.question]]
id = "prose"
label = "Prose"
kind = "long_text"
when = { question = "line", answered = true }

[[section.question]]
id = "ready"
label = "Ready?"
kind = "yes_no"
required = "yes"
missing = "Choose whether you are ready"

[[section.question]]
id = "colour"
label = "Colour"
kind = "single"
options = [{ code = "red", label = "Red" }, { code = "blue", label = "Blue" }]
when = { question = "ready", not = "no" }

[[section.question]]
id = "helps"
label = "What helps"
kind = "multi"
options = [{ code = "tea", label = "Tea" }, { code = "talk", label = "Talking" }, { code = "none", label = "Nothing", alone = true }]

[[section.question]]
id = "found"
label = "Found"
kind = "findings"
feeds.finding = "need"
options = [{ code = "home", label = "A home" }, { code = "work", label = "Work" }, { code = "none", label = "None", alone = true }]
required = "yes"

[[section.question]]
id = "day"
label = "Day"
kind = "date"

[[section.question]]
id = "hour"
label = "Hour"
kind = "time"

[[section.question]]
id = "moment"
label = "Moment"
kind = "date_time"

[[section.question]]
id = "weeks"
label = "Weeks"
kind = "number"
min = 0
max = 45
when = { all = [{ question = "ready", is = "yes" }, { any = [{ question = "colour", is = "red" }, { question = "helps", any_of = ["tea", "talk"] }] }] }
"#;
    check_definition("every.toml", text).expect("the sample makes sense")
}

fn visible(form: &Form, pairs: &[(&str, &str)]) -> Vec<String> {
    form.visible(&read(form, pairs)).iter().map(|question| question.id.clone()).collect()
}
