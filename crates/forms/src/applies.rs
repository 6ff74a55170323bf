//! Which questions apply now, and the conditions in words.

use crate::answers::Answers;
use crate::condition::{Condition, Test};
use crate::definition::{Form, Question, Required};

impl Condition {
    /// Whether the condition holds, given which questions themselves apply.
    pub(crate) fn holds(&self, answers: &Answers, applies: &dyn Fn(&str) -> bool) -> bool {
        match self {
            Self::About { question, test } => applies(question) && test.passes(answers.get(question)),
            Self::All(parts) => parts.iter().all(|part| part.holds(answers, applies)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(answers, applies)),
        }
    }

    /// The condition in words, for a page without script: `Only if “Is an interpreter needed?”
    /// is “Yes”` without its first two words.
    pub fn in_words(&self, form: &Form) -> String {
        match self {
            Self::About { question, test } => match form.question(question) {
                Some(question) => test.in_words(question),
                None => String::new(),
            },
            Self::All(parts) => join(parts, form, " and "),
            Self::Any(parts) => join(parts, form, " or "),
        }
    }
}

fn join(parts: &[Condition], form: &Form, word: &str) -> String {
    let parts: Vec<String> = parts.iter().map(|part| part.in_words(form)).collect();
    parts.join(word)
}

impl Test {
    pub(crate) fn passes(&self, given: &[String]) -> bool {
        let given = || given.iter().filter(|value| !value.trim().is_empty());
        match self {
            Self::AnyOf(codes) => given().any(|value| codes.contains(value)),
            Self::Not(code) => given().next().is_some() && given().all(|value| value != code),
            Self::Answered => given().next().is_some(),
        }
    }

    fn in_words(&self, question: &Question) -> String {
        let named = |code: &String| {
            let label = question.option(code).map_or(code.as_str(), |option| &option.label);
            format!("“{label}”")
        };
        let about = &question.label;
        match self {
            Self::AnyOf(codes) => {
                let codes: Vec<String> = codes.iter().map(named).collect();
                format!("“{about}” is {}", codes.join(" or "))
            }
            Self::Not(code) => format!("“{about}” is answered, and not {}", named(code)),
            Self::Answered => format!("“{about}” is answered"),
        }
    }
}

impl Form {
    /// The questions that apply now, in the order asked. A question whose condition is about a
    /// question that does not apply does not apply either.
    pub fn visible(&self, answers: &Answers) -> Vec<&Question> {
        let mut visible: Vec<&Question> = Vec::new();
        for question in self.questions() {
            let applies = |id: &str| visible.iter().any(|earlier| earlier.id == id);
            if question.when.as_ref().is_none_or(|when| when.holds(answers, &applies)) {
                visible.push(question);
            }
        }
        visible
    }
}

impl Form {
    /// Whether an answer to the question is needed with these answers, to sign or before.
    pub fn needs(&self, question: &Question, answers: &Answers) -> bool {
        let visible = self.visible(answers);
        visible.iter().any(|asked| asked.id == question.id) && question.is_needed(&visible, answers)
    }
}

impl Question {
    /// Whether an answer to a question that applies is needed, given which questions do.
    pub(crate) fn is_needed(&self, visible: &[&Self], answers: &Answers) -> bool {
        let applies = |id: &str| visible.iter().any(|asked| asked.id == id);
        self.required != Required::No && self.required_when.as_ref().is_none_or(|when| when.holds(answers, &applies))
    }
}
