//! Countersigning, sending back, and how a record stood on any date.

use chrono::Duration;
use throughline_domain::document::RecordState;
use throughline_domain::ids::{PersonId, RecordId, TaskId, UserId};
use throughline_domain::role::Role;
use throughline_domain::task::{TaskKind, TaskState};
use throughline_domain::time::Instant;
use throughline_forms::{Answers, AudienceClass, catalogue};
use throughline_policy::{
    ChangeFollowUp, ChangeIdentity, ChangeSupervision, CountersignClinical, SignClinical, Subject, ViewClinical,
    ViewEpisode, ViewFollowUp, ViewIdentity, WriteClinical,
};
use throughline_store::records::{self, ActKind, Record};
use throughline_store::tasks::{self, NewTask};
use throughline_store::{Cause, Error, Tx, episodes, people, raw, users};
use throughline_testkit::{Kit, on_both};
use uuid::Uuid;

struct Case {
    kit: Kit,
    person: PersonId,
    subject: Subject,
}

impl Case {
    /// An open episode that the student works on.
    async fn open(kit: Kit) -> Self {
        let person = kit.person("Kayla", "Whitcombe").await;
        let episode = kit.episode(person).await;
        let subject = Subject { person: Some(person), episode: Some(episode), site: Some(kit.custody()) };
        let case = Self { kit, person, subject };
        let mut tx = case.tx("Amara Bello", 0).await;
        let sql = "UPDATE episode SET owner_id = $1 WHERE person_id = $2";
        raw::execute(&mut tx, sql, vec![case.named("Sam Tilley").into(), person.into()]).await.unwrap();
        tx.commit().await.unwrap();
        case
    }

    fn named(&self, name: &str) -> UserId {
        self.kit.staff.iter().find(|account| account.name == name).expect("the demo has them").id
    }

    fn at(&self, minutes: i64) -> Instant {
        self.kit.now + Duration::minutes(minutes)
    }

    async fn tx(&self, name: &str, minutes: i64) -> Tx {
        let mut read = self.kit.store.read().await.unwrap();
        let user = users::by_id(&mut read, self.named(name)).await.unwrap().unwrap();
        drop(read);
        let cause = Cause { actor: Some(user.actor()), at: self.at(minutes), request: "TEST".into() };
        self.kit.store.begin(cause).await.unwrap()
    }

    async fn start(&self, name: &str, minutes: i64, words: &str) -> RecordId {
        let mut tx = self.tx(name, minutes).await;
        let grant = tx.authorise::<WriteClinical>(self.subject).await.unwrap();
        let form = catalogue().get("note").unwrap();
        let id = RecordId::new(Uuid::now_v7());
        records::start(&mut tx, &grant, id, form, &said(words)).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    async fn save(&self, name: &str, minutes: i64, id: RecordId, base: i64, words: &str) {
        let mut tx = self.tx(name, minutes).await;
        let grant = tx.authorise::<WriteClinical>(self.subject).await.unwrap();
        records::save(&mut tx, &grant, id, base, None, &said(words)).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn sign(&self, name: &str, minutes: i64, id: RecordId) -> RecordState {
        let mut tx = self.tx(name, minutes).await;
        let record = read(&mut tx, self.subject, id).await;
        let grant = tx.authorise::<SignClinical>(self.subject).await.unwrap();
        let state = records::sign(&mut tx, &grant, &record, catalogue().get("note").unwrap()).await.unwrap();
        tx.commit().await.unwrap();
        state
    }

    async fn countersign(&self, name: &str, minutes: i64, id: RecordId) -> Result<(), Error> {
        let mut tx = self.tx(name, minutes).await;
        let record = read(&mut tx, self.subject, id).await;
        let grant = tx.authorise::<CountersignClinical>(self.subject).await.unwrap();
        records::countersign(&mut tx, &grant, &record, record.acts).await?;
        tx.commit().await
    }

    async fn send_back(&self, name: &str, minutes: i64, id: RecordId, words: &str) -> Result<(), Error> {
        let mut tx = self.tx(name, minutes).await;
        let record = read(&mut tx, self.subject, id).await;
        let grant = tx.authorise::<CountersignClinical>(self.subject).await.unwrap();
        records::send_back(&mut tx, &grant, &record, "Note", words).await?;
        tx.commit().await
    }

    async fn mark_in_error(&self, name: &str, minutes: i64, id: RecordId) -> Result<(), Error> {
        let mut tx = self.tx(name, minutes).await;
        let record = read(&mut tx, self.subject, id).await;
        let grant = tx.authorise::<SignClinical>(self.subject).await.unwrap();
        let may = records::may_mark_in_error(&mut tx, &record).await.unwrap();
        let marked = records::mark_in_error(&mut tx, &grant, &record, "Note", "not theirs").await;
        assert_eq!(may, !matches!(marked, Err(Error::NotAlone)), "the page offers what the store accepts");
        marked?;
        tx.commit().await
    }

    /// A note of the student, signed, with the task to countersign it.
    async fn waiting(&self, minutes: i64, words: &str) -> RecordId {
        let id = self.start("Sam Tilley", minutes, words).await;
        self.sign("Sam Tilley", minutes, id).await;
        self.owe(minutes, id, "Countersign: Note").await;
        id
    }

    async fn owe(&self, minutes: i64, record: RecordId, title: &str) {
        let mut tx = self.tx("Josie Quill", minutes).await;
        let task = NewTask {
            id: TaskId::new(Uuid::now_v7()),
            person_id: self.person,
            episode_id: self.subject.episode.unwrap(),
            kind: TaskKind::Countersign,
            title: title.into(),
            due_at: self.at(minutes + 60),
            owner_id: None,
            organisation_id: tx.actor().unwrap().organisation,
        };
        tasks::add_about(&mut tx, &task, record).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// The records that something is owed of.
    async fn owed(&self) -> Vec<RecordId> {
        let mut tx = self.tx("Josie Quill", 1000).await;
        let view = tx.authorise::<ViewFollowUp>(self.subject).await.unwrap();
        let tasks = tasks::of_episode(&mut tx, &view).await.unwrap();
        let open = tasks.into_iter().filter(|task| task.state == TaskState::Open);
        open.map(|task| task.record_id.expect("it is about a record")).collect()
    }

    async fn stood(&self, minutes: i64, id: RecordId) -> Option<Record> {
        let mut tx = self.tx("Josie Quill", 1000).await;
        let view = tx.authorise::<ViewClinical>(self.subject).await.unwrap();
        records::get_as_of(&mut tx, &view, id, self.at(minutes)).await.unwrap()
    }

    async fn set_new_starter(&self, by: &str, whom: &str, days: i64) -> Result<(), Error> {
        let mut tx = self.tx(by, 0).await;
        let grant = tx.authorise::<ChangeSupervision>(Subject::default()).await.unwrap();
        let user = users::by_id(&mut tx, self.named(whom)).await.unwrap().unwrap();
        let until = (self.kit.now + Duration::days(days)).date_naive();
        users::set_countersign_until(&mut tx, &grant, user.id, user.version, Some(until)).await?;
        tx.commit().await
    }
}

async fn read(tx: &mut Tx, subject: Subject, id: RecordId) -> Record {
    let view = tx.authorise::<ViewClinical>(subject).await.unwrap();
    records::get(tx, &view, id).await.unwrap().unwrap()
}

async fn open_tasks(case: &Case) -> usize {
    let mut tx = case.tx("Josie Quill", 1000).await;
    let view = tx.authorise::<ViewEpisode>(case.subject).await.unwrap();
    episodes::progress(&mut tx, &view).await.unwrap().open_tasks
}

fn said(words: &str) -> Answers {
    let mut answers = Answers::default();
    answers.set("about", ["the visit"]);
    answers.set("words", [words]);
    answers
}

fn words(record: &Record) -> &str {
    record.answers.one("words").unwrap_or_default()
}

on_both! {
    async fn a_student_signs_and_a_leader_countersigns(kit: Kit) {
        let case = Case::open(kit).await;
        let id = case.start("Sam Tilley", 0, "seen").await;
        assert_eq!(case.sign("Sam Tilley", 1, id).await, RecordState::AwaitingCountersignature);
        case.countersign("Josie Quill", 2, id).await.unwrap();
        assert_eq!(case.stood(1, id).await.unwrap().state, RecordState::AwaitingCountersignature);
        let now = case.stood(2, id).await.unwrap();
        assert_eq!((now.state, now.countersigned_by_name.as_str()), (RecordState::Signed, "Josie Quill"));
        assert!(case.countersign("Josie Quill", 3, id).await.is_err(), "once");
    }

    async fn a_new_starter_does_not_sign_alone_until_their_day(kit: Kit) {
        let case = Case::open(kit).await;
        case.set_new_starter("Josie Quill", "Amara Bello", 0).await.unwrap();
        let id = case.start("Amara Bello", 0, "seen").await;
        assert_eq!(case.sign("Amara Bello", 1, id).await, RecordState::AwaitingCountersignature);
        let later = case.start("Amara Bello", 24 * 60, "seen again").await;
        assert_eq!(case.sign("Amara Bello", 24 * 60 + 1, later).await, RecordState::Signed);
    }

    async fn nobody_countersigns_their_own(kit: Kit) {
        let case = Case::open(kit).await;
        case.set_new_starter("Colin Marsh", "Josie Quill", 30).await.unwrap();
        let id = case.start("Josie Quill", 0, "seen").await;
        assert_eq!(case.sign("Josie Quill", 1, id).await, RecordState::AwaitingCountersignature);
        assert!(matches!(case.countersign("Josie Quill", 2, id).await, Err(Error::Stale)));
        assert!(matches!(case.send_back("Josie Quill", 2, id, "no").await, Err(Error::Stale)));
        let other = case.start("Sam Tilley", 0, "theirs").await;
        case.sign("Sam Tilley", 1, other).await;
        assert!(matches!(case.countersign("Josie Quill", 2, other).await, Err(Error::Stale)), "while a colleague countersigns hers");
        assert!(matches!(case.set_new_starter("Josie Quill", "Josie Quill", 0).await, Err(Error::Stale)), "she cannot end it herself");
    }

    async fn who_is_countersigned_ends_nobody_elses_countersigning(kit: Kit) {
        let case = Case::open(kit).await;
        let over = -1;
        case.set_new_starter("Colin Marsh", "Amara Bello", 30).await.unwrap();
        case.set_new_starter("Colin Marsh", "Josie Quill", 30).await.unwrap();
        assert!(matches!(case.set_new_starter("Josie Quill", "Amara Bello", over).await, Err(Error::Stale)));
        let id = case.start("Amara Bello", 0, "seen").await;
        assert_eq!(case.sign("Amara Bello", 1, id).await, RecordState::AwaitingCountersignature);
        case.set_new_starter("Colin Marsh", "Josie Quill", over).await.unwrap();
        case.set_new_starter("Josie Quill", "Amara Bello", over).await.unwrap();
        let id = case.start("Amara Bello", 2, "seen").await;
        assert_eq!(case.sign("Amara Bello", 3, id).await, RecordState::Signed);
    }

    /// Josie has the page open while the note is sent back, signed again as it was, and waits again.
    async fn what_was_signed_again_meanwhile_is_not_countersigned_unread(kit: Kit) {
        let case = Case::open(kit).await;
        let id = case.start("Sam Tilley", 0, "seen").await;
        case.sign("Sam Tilley", 1, id).await;
        let mut tx = case.tx("Josie Quill", 2).await;
        let seen = read(&mut tx, case.subject, id).await;
        drop(tx);
        case.send_back("Josie Quill", 3, id, "Say who was there").await.unwrap();
        case.sign("Sam Tilley", 4, id).await;
        let mut tx = case.tx("Josie Quill", 5).await;
        let now = read(&mut tx, case.subject, id).await;
        assert_eq!((now.version, now.state), (seen.version, seen.state), "the text is the same");
        let grant = tx.authorise::<CountersignClinical>(case.subject).await.unwrap();
        let countersigned = records::countersign(&mut tx, &grant, &now, seen.acts).await;
        assert!(matches!(countersigned, Err(Error::Stale)), "{countersigned:?}");
        drop(tx);
        case.countersign("Josie Quill", 6, id).await.unwrap();
    }

    async fn what_is_owed_of_one_note_does_not_end_with_another_of_its_title(kit: Kit) {
        let case = Case::open(kit).await;
        let first = case.waiting(0, "first").await;
        let second = case.waiting(5, "second").await;
        case.countersign("Josie Quill", 10, first).await.unwrap();
        assert_eq!(case.owed().await, [second]);
        let third = case.waiting(15, "third").await;
        let fourth = case.waiting(16, "fourth").await;
        for (minutes, id) in [(20, second), (21, third)] {
            case.send_back("Josie Quill", minutes, id, "again").await.unwrap();
            assert!(!case.owed().await.contains(&id), "nobody countersigns what was sent back");
            case.owe(minutes, id, "Change and sign again: Note").await;
        }
        case.sign("Sam Tilley", 30, second).await;
        let owed = case.owed().await;
        assert!(!owed.contains(&second) && owed.contains(&third), "{owed:?}");
        case.mark_in_error("Josie Quill", 40, third).await.unwrap();
        assert_eq!(case.owed().await, [fourth]);
    }

    /// Before tasks were of a record, countersigning one note ended the tasks of both.
    async fn a_task_of_before_finds_its_record_and_waits_again_where_it_still_waits(kit: Kit) {
        let case = Case::open(kit).await;
        let first = case.waiting(0, "first").await;
        let second = case.waiting(5, "second").await;
        case.countersign("Josie Quill", 10, first).await.unwrap();
        let mut tx = case.tx("Josie Quill", 11).await;
        let before = "UPDATE task SET record_id = NULL, state = 'done', outcome = 'Countersigned'";
        raw::execute(&mut tx, before, vec![]).await.unwrap();
        let migration = include_str!("../../../migrations/20261126_23_task_record.sql");
        for statement in migration.split(';').filter(|statement| statement.contains("UPDATE task")) {
            raw::execute(&mut tx, statement, vec![]).await.unwrap();
        }
        tx.commit().await.unwrap();
        assert_eq!(case.owed().await, [second]);
        case.countersign("Josie Quill", 15, second).await.unwrap();
        assert!(case.owed().await.is_empty());
    }

    /// A task that is put aside by hand would let the episode close over a record that waits.
    async fn nothing_but_the_record_ends_the_task_to_countersign_it(kit: Kit) {
        let case = Case::open(kit).await;
        let id = case.waiting(0, "seen").await;
        for state in [TaskState::Done, TaskState::Cancelled] {
            let mut tx = case.tx("Josie Quill", 5).await;
            let view = tx.authorise::<ViewFollowUp>(case.subject).await.unwrap();
            let task = tasks::of_episode(&mut tx, &view).await.unwrap().remove(0);
            let grant = tx.authorise::<ChangeFollowUp>(case.subject).await.unwrap();
            let ended = tasks::end(&mut tx, &grant, task.id, task.version, state, "not needed").await;
            assert!(matches!(ended, Err(Error::Stale)), "{ended:?}");
        }
        assert_eq!(open_tasks(&case).await, 1, "which keeps the episode open");
        case.countersign("Josie Quill", 10, id).await.unwrap();
        assert_eq!(open_tasks(&case).await, 0);
    }

    async fn who_does_not_sign_alone_takes_back_only_what_is_theirs_and_does_not_count_yet(kit: Kit) {
        let case = Case::open(kit).await;
        let amaras = case.start("Amara Bello", 0, "seen").await;
        let not_alone = |done: Result<(), Error>| assert!(matches!(done, Err(Error::NotAlone)), "{done:?}");
        not_alone(case.mark_in_error("Sam Tilley", 1, amaras).await);
        case.sign("Amara Bello", 1, amaras).await;
        not_alone(case.mark_in_error("Sam Tilley", 2, amaras).await);
        let draft = case.start("Sam Tilley", 3, "a draft").await;
        case.mark_in_error("Sam Tilley", 4, draft).await.unwrap();
        let waits = case.waiting(5, "waits").await;
        case.mark_in_error("Sam Tilley", 6, waits).await.unwrap();
        let counts = case.waiting(7, "counts").await;
        case.countersign("Josie Quill", 8, counts).await.unwrap();
        not_alone(case.mark_in_error("Sam Tilley", 9, counts).await);
        case.set_new_starter("Josie Quill", "Tom Hartley", 30).await.unwrap();
        not_alone(case.mark_in_error("Tom Hartley", 10, amaras).await);
        case.mark_in_error("Amara Bello", 11, amaras).await.unwrap();
    }

    async fn who_does_not_sign_alone_adds_to_no_record(kit: Kit) {
        let case = Case::open(kit).await;
        let id = case.start("Amara Bello", 0, "seen").await;
        case.sign("Amara Bello", 1, id).await;
        for (name, may) in [("Sam Tilley", false), ("Amara Bello", true)] {
            let mut tx = case.tx(name, 2).await;
            let record = read(&mut tx, case.subject, id).await;
            let grant = tx.authorise::<SignClinical>(case.subject).await.unwrap();
            assert_eq!(records::may_add_addendum(&mut tx).await.unwrap(), may, "{name}");
            let added = records::add_addendum(&mut tx, &grant, &record, AudienceClass::Clinical, "and later").await;
            assert_eq!(added.is_ok(), may, "{name}: {added:?}");
            assert!(may || matches!(added, Err(Error::NotAlone)), "{added:?}");
        }
    }

    async fn sent_back_it_is_a_draft_and_its_signature_stays_in_the_history(kit: Kit) {
        let case = Case::open(kit).await;
        let id = case.start("Sam Tilley", 0, "seen").await;
        case.sign("Sam Tilley", 1, id).await;
        case.send_back("Josie Quill", 3, id, "Say who was there").await.unwrap();
        let mut tx = case.tx("Sam Tilley", 4).await;
        let back = read(&mut tx, case.subject, id).await;
        assert_eq!((back.state, back.signed_at, back.snapshot.is_none()), (RecordState::Draft, None, true));
        let view = tx.authorise::<ViewClinical>(case.subject).await.unwrap();
        let acts = records::acts(&mut tx, &view, &back).await.unwrap();
        let kinds: Vec<ActKind> = acts.iter().map(|act| act.kind).collect();
        assert_eq!(kinds, [ActKind::SignedToCountersign, ActKind::SentBack]);
        assert_eq!(acts[1].words, "Say who was there");
        drop(tx);
        case.save("Sam Tilley", 5, id, back.version, "seen with his solicitor").await;
        assert_eq!(case.sign("Sam Tilley", 6, id).await, RecordState::AwaitingCountersignature);
        let first = case.stood(2, id).await.unwrap();
        assert_eq!((first.state, words(&first)), (RecordState::AwaitingCountersignature, "seen"));
        assert_eq!(first.snapshot.unwrap().answer("words").unwrap().value, "seen");
        let between = case.stood(4, id).await.unwrap();
        assert_eq!((between.state, between.signed_at, between.snapshot.is_none()), (RecordState::Draft, None, true));
        let again = case.stood(7, id).await.unwrap();
        assert_eq!(again.snapshot.unwrap().answer("words").unwrap().value, "seen with his solicitor");
    }

    async fn a_record_is_shown_as_it_stood(kit: Kit) {
        let case = Case::open(kit).await;
        let id = case.start("Amara Bello", 0, "first").await;
        case.save("Amara Bello", 2, id, 1, "second").await;
        case.sign("Amara Bello", 4, id).await;
        let mut tx = case.tx("Amara Bello", 6).await;
        let record = read(&mut tx, case.subject, id).await;
        let grant = tx.authorise::<SignClinical>(case.subject).await.unwrap();
        records::mark_in_error(&mut tx, &grant, &record, "Note", "the wrong person").await.unwrap();
        tx.commit().await.unwrap();
        assert!(case.stood(-1, id).await.is_none(), "not begun");
        let stood = async |minutes| {
            let record = case.stood(minutes, id).await.unwrap();
            (record.state, words(&record).to_owned(), record.signed_by_name.clone(), record.error_reason)
        };
        let none = String::new;
        assert_eq!(stood(1).await, (RecordState::Draft, "first".into(), none(), none()));
        assert_eq!(stood(3).await, (RecordState::Draft, "second".into(), none(), none()));
        assert_eq!(stood(5).await, (RecordState::Signed, "second".into(), "Amara Bello".into(), none()));
        let now = (RecordState::InError, "second".into(), "Amara Bello".into(), "the wrong person".into());
        assert_eq!(stood(7).await, now);
        let mut tx = case.tx("Josie Quill", 1000).await;
        let view = tx.authorise::<ViewClinical>(case.subject).await.unwrap();
        let before = records::of_episode_as_of(&mut tx, &view, case.at(-1)).await.unwrap();
        let then = records::of_episode_as_of(&mut tx, &view, case.at(3)).await.unwrap();
        let person = tx.authorise::<ViewClinical>(case.person).await.unwrap();
        let of_person = records::of_person_as_of(&mut tx, &person, case.at(3)).await.unwrap();
        assert_eq!((before.records.len(), then.records.len(), of_person.records.len()), (0, 1, 1));
        assert_eq!(words(&then.records[0]), "second");
    }

    async fn a_signed_text_is_kept_though_it_is_changed_within_the_minute(kit: Kit) {
        let case = Case::open(kit).await;
        let id = case.start("Sam Tilley", 0, "first").await;
        case.save("Sam Tilley", 1, id, 1, "signed text").await;
        case.sign("Sam Tilley", 1, id).await;
        case.send_back("Josie Quill", 1, id, "again").await.unwrap();
        case.save("Sam Tilley", 1, id, 2, "later text").await;
        let mut tx = case.tx("Sam Tilley", 2).await;
        let view = tx.authorise::<ViewClinical>(case.subject).await.unwrap();
        let kept = records::versions(&mut tx, &view, id).await.unwrap();
        assert!(kept.iter().any(|one| one.answers.one("words") == Some("signed text")));
    }

    async fn an_addendum_is_no_part_of_what_stood_before(kit: Kit) {
        let case = Case::open(kit).await;
        let id = case.start("Amara Bello", 0, "seen").await;
        case.sign("Amara Bello", 1, id).await;
        let mut tx = case.tx("Amara Bello", 5).await;
        let record = read(&mut tx, case.subject, id).await;
        let grant = tx.authorise::<SignClinical>(case.subject).await.unwrap();
        records::add_addendum(&mut tx, &grant, &record, AudienceClass::Clinical, "and later").await.unwrap();
        let view = tx.authorise::<ViewClinical>(case.subject).await.unwrap();
        let added = records::addenda(&mut tx, &view, &record).await.unwrap();
        assert_eq!(added.iter().filter(|one| one.at <= case.at(4)).count(), 0);
        assert_eq!(added.iter().filter(|one| one.at <= case.at(5)).count(), 1);
    }

    /// A page of yesterday adds nothing to a record that does not stand any more as it showed it.
    async fn nothing_is_added_to_a_record_that_was_sent_back_meanwhile(kit: Kit) {
        let case = Case::open(kit).await;
        let id = case.start("Sam Tilley", 0, "seen").await;
        case.sign("Sam Tilley", 1, id).await;
        let mut tx = case.tx("Amara Bello", 2).await;
        let signed = read(&mut tx, case.subject, id).await;
        drop(tx);
        case.send_back("Josie Quill", 3, id, "Say who was there").await.unwrap();
        let mut tx = case.tx("Amara Bello", 4).await;
        let grant = tx.authorise::<SignClinical>(case.subject).await.unwrap();
        let added = records::add_addendum(&mut tx, &grant, &signed, AudienceClass::Clinical, "and later").await;
        assert!(matches!(added, Err(Error::Stale)), "{added:?}");
    }

    /// Two presses of "Start" make one draft.
    async fn of_two_who_begin_at_once_the_second_goes_on_with_the_draft_of_the_first(kit: Kit) {
        let case = Case::open(kit).await;
        let form = catalogue().get("screening").unwrap();
        let begin = async |mut tx: Tx| {
            let grant = tx.authorise::<WriteClinical>(case.subject).await.unwrap();
            let id = RecordId::new(Uuid::now_v7());
            let id = records::start(&mut tx, &grant, id, form, &Answers::default()).await.unwrap();
            (tx, id)
        };
        let (first, first_id) = begin(case.tx("Amara Bello", 0).await).await;
        let second = async {
            let (tx, id) = begin(case.tx("Tom Hartley", 0).await).await;
            tx.commit().await.unwrap();
            id
        };
        let commit = async {
            tokio::time::sleep(std::time::Duration::from_millis(300)).await;
            first.commit().await.unwrap();
        };
        let (second_id, ()) = tokio::join!(second, commit);
        assert_eq!(first_id, second_id);
    }

    async fn a_person_is_shown_as_they_were_known(kit: Kit) {
        let case = Case::open(kit).await;
        for (minutes, name) in [(10, "Kay"), (20, "Kayleigh")] {
            let mut tx = case.tx("Amara Bello", minutes).await;
            let view = tx.authorise::<ViewIdentity>(case.person).await.unwrap();
            let mut person = people::get(&mut tx, &view).await.unwrap().unwrap();
            person.preferred_name = name.into();
            let grant = tx.authorise::<ChangeIdentity>(case.person).await.unwrap();
            people::change(&mut tx, &grant, &person).await.unwrap();
            tx.commit().await.unwrap();
        }
        let mut tx = case.tx("Amara Bello", 30).await;
        let view = tx.authorise::<ViewIdentity>(case.person).await.unwrap();
        let mut known = Vec::new();
        for minutes in [-60, 5, 15, 25] {
            let person = people::get_as_of(&mut tx, &view, case.at(minutes)).await.unwrap();
            known.push(person.map(|person| person.preferred_name));
        }
        assert_eq!(known, [None, Some(String::new()), Some("Kay".into()), Some("Kayleigh".into())]);
    }

    async fn only_leaders_and_administrators_say_who_is_a_new_starter(kit: Kit) {
        for role in Role::ALL {
            let mut tx = kit.tx(*role).await;
            let may = tx.may::<ChangeSupervision>(Subject::default()).await.unwrap();
            let expected = matches!(role, Role::TeamLeader | Role::Administrator | Role::SystemAdministrator);
            assert_eq!(may, expected, "{role}");
        }
    }
}
