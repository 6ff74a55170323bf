//! What a signed form says of the person, kept with the person: so that the banner, the documents and
//! the link worker say the same as the form, and nobody asks again.
//!
//! A question that is first answered from a field of the person gives that field back its answer, when
//! the writer changed it. What was only taken over says nothing new: the person may have been corrected
//! since. Where both changed, the person is left alone and the page says so.

use super::alike::{asked, of_question};
use super::prefill;
use crate::Problem;
use minijinja::{Value, context};
use throughline_forms::{Answers, Form, Prefill, Question};
use throughline_policy::{
    ChangeContactDetails, ChangeIdentity, Subject, ViewClinical, ViewContactDetails, ViewIdentity,
};
use throughline_store::Tx;
use throughline_store::people::{self, Person};
use throughline_store::records::{self, Record};

/// What a form may tell of the person. The adjustments are asked as boxes and as own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fact {
    Adjustments,
    Interpreter,
    Language,
    SafeContact,
}

const FACTS: [Fact; 4] = [Fact::Adjustments, Fact::Interpreter, Fact::Language, Fact::SafeContact];

impl Fact {
    /// The fields of the person that its questions are first answered from.
    fn fields(self) -> &'static [&'static str] {
        match self {
            Self::Adjustments => &["adjustments", "communication_needs"],
            Self::Interpreter => &["interpreter"],
            Self::Language => &["language"],
            Self::SafeContact => &["safe_contact"],
        }
    }

    fn code(self) -> &'static str {
        match self {
            Self::Adjustments => "adjustments",
            Self::Interpreter => "interpreter",
            Self::Language => "language",
            Self::SafeContact => "safe_contact",
        }
    }

    /// What it is called in the person's details.
    fn label(self) -> &'static str {
        match self {
            Self::Adjustments => "communication needs and adjustments",
            Self::Interpreter => "whether an interpreter is needed",
            Self::Language => "the language",
            Self::SafeContact => "the safe contact rules",
        }
    }
}

/// Keeps what the signed form says of the subject's person. What the form did not ask, or nobody
/// answered or changed, stays as it was; so does what somebody else changed meanwhile, which is given back.
pub(super) async fn keep(tx: &mut Tx, subject: Subject, form: &Form, record: &Record) -> Result<Vec<Fact>, Problem> {
    let texts = Texts::of(tx, subject, form, record).await?;
    let said = texts.said(form);
    let grant = tx.authorise::<ViewIdentity>(subject).await?;
    let known = people::get(tx, &grant).await?.ok_or(Problem::NotFound)?;
    let told = said.told(&known);
    if told != known && tx.may::<ChangeIdentity>(subject).await? {
        let grant = tx.authorise::<ChangeIdentity>(subject).await?;
        people::change(tx, &grant, &told).await?;
    }
    keep_safe_contact(tx, subject, &said).await?;
    left_alone_of(tx, subject, &said).await
}

/// What the form says otherwise than it was taken over, and somebody changed meanwhile in the person's
/// details: what signing leaves alone.
pub(super) async fn left_alone(
    tx: &mut Tx,
    subject: Subject,
    form: &Form,
    record: &Record,
) -> Result<Vec<Fact>, Problem> {
    let texts = Texts::of(tx, subject, form, record).await?;
    left_alone_of(tx, subject, &texts.said(form)).await
}

async fn left_alone_of(tx: &mut Tx, subject: Subject, said: &Said<'_>) -> Result<Vec<Fact>, Problem> {
    let mut left = said.left_alone();
    // Whoever is not shown the rules cannot tell whether they were changed, and changes none.
    if !tx.may::<ViewContactDetails>(subject).await? {
        left.retain(|fact| *fact != Fact::SafeContact);
    }
    Ok(left)
}

/// Where a page about the record leads that says what was left alone.
pub(super) fn address(record: &Record, left: &[Fact]) -> String {
    let codes: Vec<&str> = left.iter().map(|fact| fact.code()).collect();
    match codes.as_slice() {
        [] => format!("/records/{}", record.id),
        codes => format!("/records/{}?left={}", record.id, codes.join(",")),
    }
}

/// What an address says was left alone.
pub(super) fn of_address(left: &str) -> Vec<Fact> {
    FACTS.into_iter().filter(|fact| left.split(',').any(|code| code == fact.code())).collect()
}

/// What was left alone, as the template draws it.
pub(super) fn value(left: &[Fact], record: &Record) -> Option<Value> {
    let labels: Vec<&str> = left.iter().map(|fact| fact.label()).collect();
    (!left.is_empty()).then(|| context! { labels, details => format!("/people/{}/edit", record.person_id) })
}

async fn keep_safe_contact(tx: &mut Tx, subject: Subject, said: &Said<'_>) -> Result<(), Problem> {
    if !said.is_to_keep(Fact::SafeContact) {
        return Ok(());
    }
    let Some(rules) = said.text("safe_contact") else { return Ok(()) };
    if !tx.may::<ViewContactDetails>(subject).await? || !tx.may::<ChangeContactDetails>(subject).await? {
        return Ok(());
    }
    let view = tx.authorise::<ViewContactDetails>(subject).await?;
    let mut details = people::contact_details(tx, &view).await?.unwrap_or_default();
    rules.clone_into(&mut details.safe_contact);
    let identity = tx.authorise::<ViewIdentity>(subject).await?;
    let version = people::get(tx, &identity).await?.ok_or(Problem::NotFound)?.version;
    let grant = tx.authorise::<ChangeContactDetails>(subject).await?;
    Ok(people::change_contact_details(tx, &grant, version, &details).await?)
}

/// Three texts of a form: as it was begun, with what was taken over from the person; as it is said; and
/// what would be taken over from the person now.
struct Texts {
    begun: Answers,
    said: Answers,
    now: Answers,
}

impl Texts {
    async fn of(tx: &mut Tx, subject: Subject, form: &Form, record: &Record) -> Result<Self, Problem> {
        let grant = tx.authorise::<ViewClinical>(subject).await?;
        let first = records::version(tx, &grant, record.id, FIRST).await?;
        Ok(Self {
            begun: first.map(|first| first.answers).unwrap_or_default(),
            said: asked(form, &record.answers),
            now: prefill::known(tx, subject, form).await?.answers,
        })
    }

    fn said<'a>(&'a self, form: &'a Form) -> Said<'a> {
        Said { form, begun: &self.begun, answers: &self.said, now: &self.now }
    }
}

/// The version of a record that it was begun with: it is always kept.
const FIRST: i64 = 1;

/// The answers of a form to questions about fields of the person, that apply.
struct Said<'a> {
    form: &'a Form,
    begun: &'a Answers,
    answers: &'a Answers,
    now: &'a Answers,
}

impl<'a> Said<'a> {
    fn asked_about(&self, field: &str) -> Option<&'a Question> {
        let about = |question: &&Question| matches!(&question.prefill, Some(Prefill::Person(known)) if known == field);
        self.form.questions().find(about)
    }

    fn question(&self, field: &str) -> Option<&'a Question> {
        self.asked_about(field).filter(|question| self.answers.is_answered(&question.id))
    }

    fn text(&self, field: &str) -> Option<&'a str> {
        self.answers.one(&self.question(field)?.id).map(str::trim).filter(|text| !text.is_empty())
    }

    /// Whether somebody answered a question about it, and otherwise than it was taken over.
    fn is_changed(&self, fact: Fact) -> bool {
        let questions = fact.fields().iter().filter_map(|field| self.question(field));
        questions.into_iter().any(|question| !is_same(question, self.begun, self.answers))
    }

    /// Whether the person says the same of it now as when the form was begun.
    fn is_current(&self, fact: Fact) -> bool {
        let questions = fact.fields().iter().filter_map(|field| self.asked_about(field));
        questions.into_iter().all(|question| is_same(question, self.begun, self.now))
    }

    /// Whether the person says of it what the form says.
    fn is_known(&self, fact: Fact) -> bool {
        let questions = fact.fields().iter().filter_map(|field| self.question(field));
        questions.into_iter().all(|question| is_same(question, self.now, self.answers))
    }

    fn is_to_keep(&self, fact: Fact) -> bool {
        self.is_changed(fact) && self.is_current(fact)
    }

    fn left_alone(&self) -> Vec<Fact> {
        let left = |fact: &Fact| self.is_changed(*fact) && !self.is_current(*fact) && !self.is_known(*fact);
        FACTS.into_iter().filter(left).collect()
    }

    /// The person as the form tells of them.
    fn told(&self, known: &Person) -> Person {
        let mut told = known.clone();
        if self.is_to_keep(Fact::Adjustments)
            && let Some(adjustments) = self.adjustments()
        {
            told.adjustments = adjustments;
        }
        if self.is_to_keep(Fact::Interpreter)
            && let Some(question) = self.question("interpreter")
        {
            told.interpreter = self.answers.has(&question.id, "yes");
        }
        if self.is_to_keep(Fact::Language)
            && let Some(language) = self.text("language")
        {
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
        let boxes = self.asked_about("adjustments");
        let options = || boxes.into_iter().flat_map(|question| &question.options);
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

/// Whether two texts answer a question alike. A page sends its lines and its ticks in another order or with other
/// ends than they were taken over.
fn is_same(question: &Question, one: &Answers, other: &Answers) -> bool {
    let told = |answers: &Answers| {
        let values = of_question(answers, &question.id).flat_map(|(_, values)| values);
        let lines = values.flat_map(|value| value.lines()).map(str::trim).filter(|line| !line.is_empty());
        let mut lines: Vec<String> = lines.map(str::to_owned).collect();
        if question.kind.takes_many() {
            lines.sort();
        }
        lines
    };
    told(one) == told(other)
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

    /// What a form says that was begun with nothing taken over, of a person who was not changed since.
    fn said<'a>(form: &'a Form, answers: &'a Answers, nothing: &'a Answers) -> Said<'a> {
        Said { form, begun: nothing, answers, now: nothing }
    }

    fn told(answers: &Answers, known: &Person) -> Person {
        let form = catalogue().get("screening").expect("the screening is shipped");
        said(form, answers, &Answers::default()).told(known)
    }

    fn rules(text: &str) -> Answers {
        let mut answers = Answers::default();
        answers.set("contact_limits", [text]);
        answers
    }

    /// Begun on Monday, the person corrected on Tuesday, signed on Thursday.
    #[test]
    fn what_was_only_taken_over_is_not_written_over_what_is_known_since() {
        let form = catalogue().get("risk").expect("the risk form is shipped");
        let (monday, tuesday) = (rules("Text first\nNever after six"), rules("Never ring, partner answers"));
        let of = |answers: &Answers, now: &Answers| {
            let said = Said { form, begun: &monday, answers, now };
            (said.is_to_keep(Fact::SafeContact), said.left_alone())
        };
        assert_eq!(of(&rules("Text first\r\nNever after six "), &tuesday), (false, vec![]), "nobody touched it");
        assert_eq!(of(&rules("Ring his sister"), &monday), (true, vec![]), "the writer alone changed it");
        assert_eq!(of(&rules("Ring his sister"), &tuesday), (false, vec![Fact::SafeContact]), "both did");
        assert_eq!(of(&tuesday, &tuesday), (false, vec![]), "both say the same");
    }

    #[test]
    fn a_language_that_was_corrected_meanwhile_stays_and_ticks_in_another_order_are_the_same() {
        let form = catalogue().get("screening").expect("the screening is shipped");
        let text = |ticks: [&str; 2], language: &str| {
            let mut answers = Answers::default();
            answers.set("adjustments", ticks);
            answers.set("interpreter", ["yes"]);
            answers.set("language", [language]);
            answers
        };
        let begun = text(["breaks", "more_time"], "Tamil");
        let answers = text(["more_time", "breaks"], "Tamil");
        let now = text(["breaks", "more_time"], "Sinhala");
        let person = known("Regular breaks", true);
        let said = Said { form, begun: &begun, answers: &answers, now: &now };
        assert_eq!((said.told(&person), said.left_alone()), (person, vec![]));
    }

    #[test]
    fn what_does_not_apply_any_more_is_not_said() {
        let form = catalogue().get("screening").expect("the screening is shipped");
        let mut answers = Answers::default();
        answers.set("interpreter", ["no"]);
        answers.set("language", ["Tamil"]);
        let counts = asked(form, &answers);
        assert_eq!(told(&counts, &known("", false)).language, "");
    }

    #[test]
    fn what_was_left_alone_is_read_from_an_address_and_nothing_else_is() {
        assert_eq!(of_address("language,safe_contact"), [Fact::Language, Fact::SafeContact]);
        assert_eq!(of_address("<b>anything</b>"), []);
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
            assert_eq!(
                said(form, &answers, &Answers::default()).told(&known("Large print", false)).adjustments,
                "Regular breaks"
            );
        }
        let form = catalogue().get("communication").expect("the form is shipped");
        let mut answers = Answers::default();
        answers.set("adjustments", ["none"]);
        assert_eq!(said(form, &answers, &Answers::default()).told(&known("Large print", false)).adjustments, "");
    }

    #[test]
    fn what_nobody_answered_stays_as_it_was() {
        let known = known("Large print", true);
        assert_eq!(told(&Answers::default(), &known), known);
    }
}
