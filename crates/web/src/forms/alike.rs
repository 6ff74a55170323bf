//! Two texts of one form, question by question.

use throughline_forms::{Answers, Form};

/// The fields of one question: its own, and its parts (`q.time`, `q.CODE.status`).
pub(super) fn of_question<'a>(
    answers: &'a Answers,
    question: &'a str,
) -> impl Iterator<Item = (&'a str, &'a [String])> {
    answers.iter().filter(move |(field, _)| field.split('.').next() == Some(question))
}

/// Whether two texts answer a question alike.
pub(super) fn alike(left: &Answers, right: &Answers, question: &str) -> bool {
    of_question(left, question).eq(of_question(right, question))
}

/// The answers that count: those to questions that apply.
pub(super) fn asked(form: &Form, answers: &Answers) -> Answers {
    let mut asked = Answers::default();
    for question in form.visible(answers) {
        for (field, values) in of_question(answers, &question.id) {
            asked.set(field, values.to_vec());
        }
    }
    asked
}

/// The answer to a question in words, also when it does not apply with these answers.
pub(super) fn in_words(form: &Form, answers: &Answers, question: &str) -> String {
    let told =
        form.summary(answers).into_iter().flat_map(|section| section.rows).find(|row| row.question_id == question);
    let typed = || {
        let values: Vec<&str> =
            of_question(answers, question).flat_map(|(_, values)| values).map(String::as_str).collect();
        values.join("\n")
    };
    told.map_or_else(typed, |row| row.value)
}
