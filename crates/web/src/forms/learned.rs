//! What a signed form says of the person, kept with the person: so that the banner, the documents and
//! the link worker say the same as the form, and nobody asks again.
//!
//! A question that is first answered from a field of the person gives that field back its answer.

use crate::Problem;
use throughline_forms::{Answers, Form, Prefill, Question};
use throughline_policy::{ChangeContactDetails, ChangeIdentity, Subject, ViewContactDetails, ViewIdentity};
use throughline_store::Tx;
use throughline_store::people::{self, Person};
use throughline_store::records::Record;

/// Keeps what the signed form says of the subject's person. What the form did not ask, or nobody
/// answered, stays as it was.
pub(super) async fn keep(tx: &mut Tx, subject: Subject, form: &Form, record: &Record) -> Result<(), Problem> {
    let said = Said::of(form, &record.answers);
    let grant = tx.authorise::<ViewIdentity>(subject).await?;
    let known = people::get(tx, &grant).await?.ok_or(Problem::NotFound)?;
    let told = said.told(&known);
    if told != known && tx.may::<ChangeIdentity>(subject).await? {
        let grant = tx.authorise::<ChangeIdentity>(subject).await?;
        people::change(tx, &grant, &told).await?;
    }
    keep_safe_contact(tx, subject, &said).await
}

async fn keep_safe_contact(tx: &mut Tx, subject: Subject, said: &Said<'_>) -> Result<(), Problem> {
    let Some(rules) = said.text("safe_contact") else { return Ok(()) };
    if !tx.may::<ViewContactDetails>(subject).await? || !tx.may::<ChangeContactDetails>(subject).await? {
        return Ok(());
    }
    let view = tx.authorise::<ViewContactDetails>(subject).await?;
    let mut details = people::contact_details(tx, &view).await?.unwrap_or_default();
    if details.safe_contact == rules {
        return Ok(());
    }
    rules.clone_into(&mut details.safe_contact);
    let identity = tx.authorise::<ViewIdentity>(subject).await?;
    let version = people::get(tx, &identity).await?.ok_or(Problem::NotFound)?.version;
    let grant = tx.authorise::<ChangeContactDetails>(subject).await?;
    Ok(people::change_contact_details(tx, &grant, version, &details).await?)
}

/// The answers of a form to questions about fields of the person.
struct Said<'a> {
    form: &'a Form,
    answers: &'a Answers,
}

impl<'a> Said<'a> {
    fn of(form: &'a Form, answers: &'a Answers) -> Self {
        Self { form, answers }
    }

    fn question(&self, field: &str) -> Option<&'a Question> {
        let about = |question: &&Question| matches!(&question.prefill, Some(Prefill::Person(known)) if known == field);
        self.form.questions().find(about).filter(|question| self.answers.is_answered(&question.id))
    }

    fn text(&self, field: &str) -> Option<&'a str> {
        self.answers.one(&self.question(field)?.id).map(str::trim).filter(|text| !text.is_empty())
    }

    /// The person as the form tells of them.
    fn told(&self, known: &Person) -> Person {
        let mut told = known.clone();
        if let Some(adjustments) = self.adjustments() {
            told.adjustments = adjustments;
        }
        if let Some(question) = self.question("interpreter") {
            told.interpreter = self.answers.has(&question.id, "yes");
        }
        if let Some(language) = self.text("language") {
            language.clone_into(&mut told.language);
        }
        told
    }

    /// One adjustment on each line: those that were ticked, then what was written in own words.
    fn adjustments(&self) -> Option<String> {
        let ticked = self.question("adjustments");
        let written = self.text("communication_needs");
        if ticked.is_none() && written.is_none() {
            return None;
        }
        let asked = self
            .form
            .questions()
            .find(|question| matches!(&question.prefill, Some(Prefill::Person(field)) if field == "adjustments"));
        let options = || asked.into_iter().flat_map(|question| &question.options);
        let is_option = |line: &&str| options().any(|option| option.label.eq_ignore_ascii_case(line));
        let chosen = |code: &str| ticked.is_some_and(|question| self.answers.has(&question.id, code));
        let named =
            options().filter(|option| !option.alone && chosen(&option.code)).map(|option| option.label.as_str());
        // A label among the own words was ticked once: the boxes say whether it still is.
        let own =
            written.unwrap_or_default().lines().map(str::trim).filter(|line| !line.is_empty() && !is_option(line));
        Some(named.chain(own).collect::<Vec<_>>().join("\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use throughline_domain::ids::PersonId;
    use throughline_domain::name::Name;
    use throughline_domain::person::{Ethnicity, Gender, IdentityState};
    use throughline_forms::catalogue;

    fn known(adjustments: &str, interpreter: bool) -> Person {
        Person {
            id: PersonId::new(uuid::Uuid::from_u128(1)),
            version: 1,
            name: Name { forenames: "Temilade".into(), surname: "Oyelaran".into() },
            preferred_name: String::new(),
            date_of_birth: None,
            gender: Gender::Male,
            ethnicity: Ethnicity::WhiteBritish,
            nhs_number: None,
            identity_state: IdentityState::Provisional,
            language: String::new(),
            interpreter,
            adjustments: adjustments.into(),
            deceased_on: None,
            aliases: Vec::new(),
            identifiers: Vec::new(),
        }
    }

    fn told(answers: &Answers, known: &Person) -> Person {
        let form = catalogue().get("screening").expect("the screening is shipped");
        Said::of(form, answers).told(known)
    }

    #[test]
    fn ticked_adjustments_and_own_words_become_lines_of_the_person() {
        let mut answers = Answers::default();
        answers.set("adjustments", ["more_time", "breaks"]);
        answers.set("communication_needs", ["Look at me when you speak\nRegular breaks\nLarge print"]);
        answers.set("interpreter", ["yes"]);
        answers.set("language", ["Tamil"]);
        let told = told(&answers, &known("Large print", false));
        assert_eq!(told.adjustments, "More time to answer\nRegular breaks\nLook at me when you speak");
        assert_eq!((told.interpreter, told.language.as_str()), (true, "Tamil"));
    }

    #[test]
    fn every_form_that_asks_of_the_person_tells_of_them_and_no_adjustment_is_none() {
        for form in ["communication", "voluntary_attendance"] {
            let form = catalogue().get(form).expect("the form is shipped");
            let mut answers = Answers::default();
            answers.set("adjustments", ["breaks"]);
            assert_eq!(Said::of(form, &answers).told(&known("Large print", false)).adjustments, "Regular breaks");
        }
        let form = catalogue().get("communication").expect("the form is shipped");
        let mut answers = Answers::default();
        answers.set("adjustments", ["none"]);
        assert_eq!(Said::of(form, &answers).told(&known("Large print", false)).adjustments, "");
    }

    #[test]
    fn what_nobody_answered_stays_as_it_was() {
        let known = known("Large print", true);
        assert_eq!(told(&Answers::default(), &known), known);
    }
}
