//! Classes with readers of their own: what other people said, and sealed notes. Everything that is
//! read of a record goes through here, and what its reader may not read stays behind.

use super::{Record, Whole};
use crate::{Result, Row, Tx, args};
use std::collections::{BTreeMap, BTreeSet};
use throughline_domain::ids::{PersonId, SiteId, UserId};
use throughline_forms::{Answers, AudienceClass, Form, Snapshot, catalogue};
use throughline_policy::{
    Actor, Class, Context, Decision, Permit, Relationship, Subject, Verb, ViewSealed, ViewThirdParty, decide,
};

/// The policy's class of records whose sections are all of one restricted class; else clinical.
pub(super) fn class_of(form: Option<&Form>) -> Class {
    let all =
        |class: AudienceClass| form.is_some_and(|form| form.sections.iter().all(|section| section.class == class));
    match form {
        Some(_) if all(AudienceClass::Sealed) => Class::Sealed,
        Some(_) if all(AudienceClass::ThirdParty) => Class::ThirdParty,
        _ => Class::Clinical,
    }
}

/// Whether answers hold something of a restricted class: what the columns of the row say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Holds {
    pub third_party: bool,
    pub sealed: bool,
}

impl Holds {
    pub fn of(form: &Form, answers: &Answers) -> Self {
        let answered = |class: AudienceClass| {
            let sections = form.sections.iter().filter(|section| section.class == class);
            sections.flat_map(|section| &section.questions).any(|question| answers.is_answered(&question.id))
        };
        Self { third_party: answered(AudienceClass::ThirdParty), sealed: answered(AudienceClass::Sealed) }
    }
}

/// Which restricted classes of one record its reader may read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Readable {
    third_party: bool,
    sealed: bool,
}

impl Readable {
    /// Asks the policy about a record that `author` began.
    pub async fn of(tx: &mut Tx, subject: Subject, author: UserId) -> Result<Self> {
        Ok(Self {
            third_party: tx.may_part::<ViewThirdParty>(subject, author).await?,
            sealed: tx.may_part::<ViewSealed>(subject, author).await?,
        })
    }

    pub fn reads(self, class: AudienceClass) -> bool {
        match class {
            AudienceClass::ThirdParty => self.third_party,
            AudienceClass::Sealed => self.sealed,
            _ => true,
        }
    }

    fn hidden(self) -> Vec<AudienceClass> {
        AudienceClass::ALL.iter().copied().filter(|class| !self.reads(*class)).collect()
    }

    fn reads_all(self) -> bool {
        self.third_party && self.sealed
    }
}

/// The class of each question of a record: as the form is now and, where it differs, as it was signed.
struct Classes(BTreeMap<String, BTreeSet<AudienceClass>>);

impl Classes {
    fn of(record: &Record) -> Self {
        let mut classes: BTreeMap<String, BTreeSet<AudienceClass>> = BTreeMap::new();
        for section in catalogue().get(&record.form_id).map_or(&[][..], |form| &form.sections) {
            for question in &section.questions {
                classes.entry(question.id.clone()).or_default().insert(section.class);
            }
        }
        for section in record.snapshot.iter().flat_map(|snapshot| &snapshot.sections) {
            for answer in &section.answers {
                classes.entry(answer.question.clone()).or_default().insert(section.class);
            }
        }
        Self(classes)
    }

    /// Whether this reader may read a field. What nobody can tell the class of is for those who read everything.
    fn reads(&self, readable: Readable, field: &str) -> bool {
        let mut classes = self.of_field(field).peekable();
        if classes.peek().is_none() { readable.reads_all() } else { classes.all(|class| readable.reads(*class)) }
    }

    /// The classes of a field: several where a form has moved its question, none where nobody can tell.
    fn of_field(&self, field: &str) -> impl Iterator<Item = &AudienceClass> {
        let question = field.split('.').next().unwrap_or(field);
        self.0.get(question).into_iter().flatten()
    }

    /// The restricted class that all of them are of.
    fn restricted_class(&self) -> Option<AudienceClass> {
        let mut all = self.0.values().flatten().copied();
        let first = all.next().filter(|class| class.is_restricted())?;
        all.all(|class| class == first).then_some(first)
    }

    /// Whether there is any section that this reader may read.
    fn reads_any(&self, readable: Readable) -> bool {
        self.0.values().flatten().any(|class| readable.reads(*class)) || (self.0.is_empty() && readable.reads_all())
    }
}

impl Whole {
    /// What this reader may read of it, with an audit row of each restricted class that is in it;
    /// nothing when no section is theirs to read.
    pub async fn shown(self, tx: &mut Tx, subject: Subject) -> Result<Option<Record>> {
        let readable = Readable::of(tx, subject, self.0.created_by).await?;
        let shown = self.shown_to(readable);
        if let Some(record) = &shown {
            note_read(tx, subject, record.created_by, shown_classes(record)).await?;
        }
        Ok(shown)
    }

    pub(super) fn shown_to(self, readable: Readable) -> Option<Record> {
        let mut record = self.0;
        let classes = Classes::of(&record);
        if !classes.reads_any(readable) {
            return None;
        }
        record.hidden = readable.hidden();
        let (answers, mut withheld) = readable_answers(&classes, readable, &record.answers);
        record.answers = answers;
        if let Some(snapshot) = &mut record.snapshot {
            withheld |= take_out(snapshot, readable);
        }
        record.withheld = withheld;
        Some(record)
    }

    /// The restricted class that the whole record is of: a sealed note, or what somebody else said.
    pub(super) fn restricted_class(&self) -> Option<AudienceClass> {
        Classes::of(&self.0).restricted_class()
    }

    /// These answers of the record as this reader may read them, and whether something was left out.
    pub(super) fn readable_of(&self, readable: Readable, answers: &Answers) -> (Answers, bool) {
        readable_answers(&Classes::of(&self.0), readable, answers)
    }

    /// The classes of what is answered in a text of the record.
    pub(super) fn classes_of(&self, answers: &Answers) -> Vec<AudienceClass> {
        answered_classes(&Classes::of(&self.0), answers)
    }

    /// What a page sent, with the answers that it did not show.
    pub(super) fn with_unread(&self, readable: Readable, sent: &Answers) -> Answers {
        let classes = Classes::of(&self.0);
        let (mut answers, _) = readable_answers(&classes, readable, sent);
        for (field, values) in self.0.answers.iter().filter(|(field, _)| !classes.reads(readable, field)) {
            answers.set(field, values.to_vec());
        }
        answers
    }
}

/// Who reads what other people said, or a sealed note, is in the log as having read that.
pub(crate) async fn note_read(
    tx: &mut Tx,
    subject: Subject,
    author: UserId,
    classes: impl IntoIterator<Item = AudienceClass>,
) -> Result<()> {
    let classes: Vec<AudienceClass> = classes.into_iter().collect();
    if classes.contains(&AudienceClass::ThirdParty) {
        authorise::<ViewThirdParty>(tx, subject, author).await?;
    }
    if classes.contains(&AudienceClass::Sealed) {
        authorise::<ViewSealed>(tx, subject, author).await?;
    }
    Ok(())
}

/// The classes of what a reader is shown of a record: of its answers, and of what was signed.
fn shown_classes(record: &Record) -> Vec<AudienceClass> {
    let classes = Classes::of(record);
    let answered = answered_classes(&classes, &record.answers);
    let signed = record.snapshot.iter().flat_map(|snapshot| &snapshot.sections).map(|section| section.class);
    answered.into_iter().chain(signed).collect()
}

fn answered_classes(classes: &Classes, answers: &Answers) -> Vec<AudienceClass> {
    let answered = answers.iter().filter(|(field, _)| answers.is_answered(field));
    answered.flat_map(|(field, _)| classes.of_field(field)).copied().collect()
}

async fn authorise<P: Permit>(tx: &mut Tx, subject: Subject, author: UserId) -> Result<()> {
    match tx.authorise_part::<P>(subject, author).await {
        Ok(_) => Ok(()),
        Err(crate::Refused::Store(error)) => Err(error),
        Err(crate::Refused::Denied(_)) => Err(crate::Error::Corrupt("a class that was readable is not".into())),
    }
}

fn readable_answers(classes: &Classes, readable: Readable, all: &Answers) -> (Answers, bool) {
    let (mut answers, mut withheld) = (Answers::default(), false);
    for (field, values) in all.iter() {
        if classes.reads(readable, field) {
            answers.set(field, values.to_vec());
        } else {
            withheld |= all.is_answered(field);
        }
    }
    (answers, withheld)
}

/// Takes out of a snapshot what this reader may not read, and says whether there was anything.
fn take_out(snapshot: &mut Snapshot, readable: Readable) -> bool {
    let before = snapshot.sections.len();
    snapshot.sections.retain(|section| readable.reads(section.class));
    let score = snapshot.score.take();
    let withheld_score = score.as_ref().is_some_and(|score| !readable.reads(score.class));
    snapshot.score = score.filter(|score| readable.reads(score.class));
    snapshot.sections.len() < before || withheld_score
}

/// A snapshot as this reader may read it; `None` when nothing of it is theirs to read.
pub(crate) async fn readable_snapshot(
    tx: &mut Tx,
    subject: Subject,
    author: UserId,
    mut snapshot: Snapshot,
) -> Result<(Option<Snapshot>, bool)> {
    let readable = Readable::of(tx, subject, author).await?;
    let withheld = take_out(&mut snapshot, readable);
    let empty = withheld && snapshot.sections.is_empty();
    Ok(((!empty).then_some(snapshot), withheld))
}

/// Whether this reader may read a part of this class of a record that `author` began.
pub(crate) async fn may_read(tx: &mut Tx, subject: Subject, author: UserId, class: AudienceClass) -> Result<bool> {
    Ok(Readable::of(tx, subject, author).await?.reads(class))
}

/// Whether a person's records hold something that the reader is not shown: then no card may say that
/// no risk was found.
pub(crate) async fn something_withheld(tx: &mut Tx, person: PersonId) -> Result<bool> {
    let rows = tx
        .fetch_all(
            "SELECT created_by, third_party, sealed FROM record
              WHERE person_id = $1 AND (third_party OR sealed) AND state <> 'in_error'",
            args![person],
        )
        .await?;
    for row in &rows {
        let readable = Readable::of(tx, person.into(), row.get("created_by")?).await?;
        if is_withheld(row, readable)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn is_withheld(row: &Row, readable: Readable) -> Result<bool> {
    Ok(row.get::<bool>("third_party")? && !readable.third_party || row.get::<bool>("sealed")? && !readable.sealed)
}

/// As [`something_withheld`], for the people on a site's lists, whom the reader knows from the site: of
/// whom something is withheld.
pub(crate) async fn marks_withheld(
    conn: &mut crate::Conn,
    actor: &Actor,
    site: SiteId,
    since: chrono::NaiveDate,
) -> Result<BTreeSet<PersonId>> {
    let rows = conn
        .fetch_all(
            "SELECT r.person_id, r.created_by, r.third_party, r.sealed FROM record r
              WHERE (r.third_party OR r.sealed) AND r.state <> 'in_error'
                AND r.person_id IN (SELECT l.person_id FROM list_entry l WHERE l.site_id = $1 AND l.list_date >= $2
                                    UNION SELECT l.best_person_id FROM list_entry l WHERE l.site_id = $1 AND l.list_date >= $2)",
            args![site, since],
        )
        .await?;
    let mut people = BTreeSet::new();
    for row in &rows {
        let readable = from_the_site(actor, row.get("created_by")?);
        if is_withheld(row, readable)? {
            people.insert(row.get("person_id")?);
        }
    }
    Ok(people)
}

fn from_the_site(actor: &Actor, author: UserId) -> Readable {
    let relationships = [Some(Relationship::Site), (actor.user == author).then_some(Relationship::Author)];
    let may = |class: Class| {
        relationships.iter().flatten().any(|relationship| {
            let context = Context { relationship: *relationship, ..Context::NONE };
            matches!(decide(actor, Verb::View, class, context), Decision::Allow(_))
        })
    };
    Readable { third_party: may(Class::ThirdParty), sealed: may(Class::Sealed) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn screening(others_said: &str) -> (&'static Form, Answers) {
        let mut answers = Answers::default();
        answers.set("concern", ["seen pacing"]);
        answers.set("others_said", [others_said]);
        answers.set("an_old_question", ["nobody knows its class"]);
        (catalogue().get("screening").unwrap(), answers)
    }

    #[test]
    fn what_other_people_said_and_what_has_no_class_stays_behind() {
        let (form, answers) = screening("his mother is afraid");
        let mut classes = BTreeMap::new();
        for section in &form.sections {
            for question in &section.questions {
                classes.insert(question.id.clone(), BTreeSet::from([section.class]));
            }
        }
        let nobody = Readable { third_party: false, sealed: false };
        let (shown, withheld) = readable_answers(&Classes(classes), nobody, &answers);
        assert_eq!(shown.iter().map(|(field, _)| field).collect::<Vec<_>>(), ["concern"]);
        assert!(withheld);
    }

    #[test]
    fn a_snapshot_loses_the_sections_of_a_class_and_says_so() {
        let (form, answers) = screening("his mother is afraid");
        let mut snapshot = form.snapshot(&answers);
        assert!(take_out(&mut snapshot, Readable { third_party: false, sealed: true }));
        assert!(snapshot.answer("others_said").is_none() && snapshot.answer("concern").is_some());
        let mut whole = form.snapshot(&answers);
        assert!(!take_out(&mut whole, Readable { third_party: true, sealed: false }));
    }

    #[test]
    fn a_record_says_whether_it_holds_something_restricted() {
        let (form, answers) = screening("his mother is afraid");
        assert_eq!(Holds::of(form, &answers), Holds { third_party: true, sealed: false });
        let (form, answers) = screening("  ");
        assert_eq!(Holds::of(form, &answers), Holds::default());
    }

    #[test]
    fn a_form_of_one_restricted_class_has_events_of_that_class() {
        assert_eq!(class_of(catalogue().get("sealed_note")), Class::Sealed);
        assert_eq!(class_of(catalogue().get("third_party_note")), Class::ThirdParty);
        assert_eq!(class_of(catalogue().get("screening")), Class::Clinical);
        assert_eq!(class_of(None), Class::Clinical);
    }
}
