//! Third-party and sealed notes: read by whom they are for, and by nobody else.

use throughline_domain::ids::{PersonId, RecordId, UserId};
use throughline_domain::risk::RiskState;
use throughline_forms::{Answers, AudienceClass, catalogue};
use throughline_policy::{
    ClaimAccess, SignClinical, Subject, ViewBoard, ViewClinical, ViewEpisode, ViewNeedsPlan, ViewRiskCard,
    WriteClinical,
};
use throughline_store::records::{self, Record};
use throughline_store::{Cause, Error, Tx, alerts, documents, export, people, raw, texts, users, worklists};
use throughline_testkit::{Kit, on_both};
use uuid::Uuid;

/// An open episode, and whoever acts in it.
struct Case {
    kit: Kit,
    person: PersonId,
    subject: Subject,
}

impl Case {
    async fn open(kit: Kit) -> Self {
        let person = kit.person("Kayla", "Whitcombe").await;
        let episode = kit.episode(person).await;
        let subject = Subject { person: Some(person), episode: Some(episode), site: Some(kit.custody()) };
        Self { kit, person, subject }
    }

    fn named(&self, name: &str) -> UserId {
        self.kit.staff.iter().find(|account| account.name == name).expect("the demo has them").id
    }

    async fn by(&self, name: &str) -> Tx {
        let mut read = self.kit.store.read().await.unwrap();
        let user = users::by_id(&mut read, self.named(name)).await.unwrap().unwrap();
        drop(read);
        let cause = Cause { actor: Some(user.actor()), at: self.kit.now, request: "TEST".into() };
        self.kit.store.begin(cause).await.unwrap()
    }

    async fn started(&self, name: &str, form: &str, answers: &[(&str, &str)]) -> RecordId {
        let mut tx = self.by(name).await;
        let grant = tx.authorise::<WriteClinical>(self.subject).await.unwrap();
        let form = catalogue().get(form).unwrap();
        let id = RecordId::new(Uuid::now_v7());
        let id = records::start(&mut tx, &grant, id, form, &said(answers)).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    async fn signed(&self, name: &str, form: &str, answers: &[(&str, &str)]) -> RecordId {
        let id = self.started(name, form, answers).await;
        let mut tx = self.by(name).await;
        let view = tx.authorise::<ViewClinical>(self.subject).await.unwrap();
        let record = records::get(&mut tx, &view, id).await.unwrap().unwrap();
        let sign = tx.authorise::<SignClinical>(self.subject).await.unwrap();
        records::sign(&mut tx, &sign, &record, catalogue().get(form).unwrap()).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    async fn read(&self, name: &str, id: RecordId) -> Option<Record> {
        let mut tx = self.by(name).await;
        let view = tx.authorise::<ViewClinical>(self.subject).await.unwrap();
        let found = records::get(&mut tx, &view, id).await.unwrap();
        tx.commit().await.unwrap();
        found
    }

    /// A line of the custody list of the day that is the person's.
    async fn put_on_list(&self) {
        let (list, now) = (Uuid::now_v7(), self.kit.now);
        let mut tx = self.by("Amara Bello").await;
        raw::execute(
            &mut tx,
            "INSERT INTO list (id, site_id, kind, format, list_date, file_name, sha256, original, reading, state, received_at, received_by)
             VALUES ($1, $2, 'custody', 'custody_table', '2026-11-24', '', '', $3, '', 'committed', $4, $5)",
            vec![list.into(), self.kit.custody().into(), vec![0_u8].into(), now.into(), self.named("Amara Bello").into()],
        )
        .await
        .unwrap();
        raw::execute(
            &mut tx,
            "INSERT INTO list_entry (id, site_id, list_id, kind, list_date, entry_key, source_row, source, forenames, surname,
                                     state, person_id, created_at)
             VALUES ($1, $2, $3, 'custody', '2026-11-24', 'one', 1, '', 'Kayla', 'Whitcombe', 'to_consider', $4, $5)",
            vec![Uuid::now_v7().into(), self.kit.custody().into(), list.into(), self.person.into(), now.into()],
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
    }

    async fn hand_over(&self, to: &str) {
        let sql = "UPDATE episode SET owner_id = $1 WHERE person_id = $2";
        let mut tx = self.by("Amara Bello").await;
        raw::execute(&mut tx, sql, vec![self.named(to).into(), self.person.into()]).await.unwrap();
        tx.commit().await.unwrap();
    }
}

fn said(answers: &[(&str, &str)]) -> Answers {
    let mut said = Answers::default();
    for (field, value) in answers {
        said.set(field, [*value]);
    }
    said
}

const SEALED: &[(&str, &str)] = &[("reason", "her brother works here"), ("words", "CANARY of a sealed note")];
const SCREENING: &[(&str, &str)] = &[("concern", "seen pacing"), ("others_said", "CANARY of a mother")];

fn holds_canary(record: &Record) -> bool {
    serde_json::to_string(record).unwrap().contains("CANARY")
}

/// Amara adds to a signed record what a sister said.
async fn add_what_a_sister_said(case: &Case, id: RecordId) {
    add(case, id, AudienceClass::ThirdParty, "CANARY of a sister").await;
}

/// Amara adds to a signed record, and says what class it is.
async fn add(case: &Case, id: RecordId, class: AudienceClass, words: &str) {
    let mut tx = case.by("Amara Bello").await;
    let view = tx.authorise::<ViewClinical>(case.subject).await.unwrap();
    let record = records::get(&mut tx, &view, id).await.unwrap().unwrap();
    let sign = tx.authorise::<SignClinical>(case.subject).await.unwrap();
    records::add_addendum(&mut tx, &sign, &record, class, words).await.unwrap();
    tx.commit().await.unwrap();
}

/// Everything that a search of the record would look through, as text.
async fn searched(case: &Case, name: &str) -> String {
    let mut tx = case.by(name).await;
    let view = tx.authorise::<ViewClinical>(case.subject).await.unwrap();
    format!("{:?}", texts::clinical(&mut tx, &view).await.unwrap().texts)
}

/// Every signed form of a file of the record, as it stands there.
async fn exported(case: &Case, name: &str) -> String {
    let mut tx = case.by(name).await;
    let view = tx.authorise::<ViewClinical>(case.subject).await.unwrap();
    serde_json::to_string(&export::signed_forms(&mut tx, &view).await.unwrap()).unwrap()
}

on_both! {
    async fn a_sealed_note_is_its_authors_and_the_team_leaders(kit: Kit) {
        let case = Case::open(kit).await;
        let id = case.signed("Amara Bello", "sealed_note", SEALED).await;
        assert!(holds_canary(&case.read("Amara Bello", id).await.unwrap()));
        assert!(holds_canary(&case.read("Josie Quill", id).await.unwrap()));
        assert!(case.read("Tom Hartley", id).await.is_none(), "another practitioner with care");
        let mut tx = case.by("Tom Hartley").await;
        let view = tx.authorise::<ViewClinical>(case.subject).await.unwrap();
        let listed = records::of_episode(&mut tx, &view).await.unwrap();
        assert_eq!((listed.records.len(), listed.withheld.len()), (0, 1));
        assert!(records::versions(&mut tx, &view, id).await.unwrap().is_empty());
        assert!(records::get_as_of(&mut tx, &view, id, case.kit.now).await.unwrap().is_none());
        assert!(documents::signed_records(&mut tx, &view).await.unwrap().is_empty());
    }

    async fn what_a_reader_may_not_read_is_neither_looked_through_nor_in_the_file(kit: Kit) {
        let case = Case::open(kit).await;
        case.signed("Amara Bello", "sealed_note", SEALED).await;
        for (name, may) in [("Amara Bello", true), ("Tom Hartley", false)] {
            let mut tx = case.by(name).await;
            let view = tx.authorise::<ViewClinical>(case.subject).await.unwrap();
            let found = texts::clinical(&mut tx, &view).await.unwrap();
            assert_eq!(found.texts.iter().any(|text| text.text.contains("CANARY")), may, "{name}");
            assert_eq!(found.withheld, !may, "{name} is told that something was not looked through");
            let file = export::signed_forms(&mut tx, &view).await.unwrap();
            assert_eq!(serde_json::to_string(&file).unwrap().contains("CANARY"), may, "{name}");
            assert_eq!((file.len(), file[0].withheld), (1, !may), "{name}");
        }
    }

    async fn claimed_access_opens_no_sealed_note(kit: Kit) {
        let case = Case::open(kit).await;
        let id = case.signed("Amara Bello", "sealed_note", SEALED).await;
        let mut tx = case.by("Tom Hartley").await;
        raw::execute(&mut tx, "DELETE FROM user_site WHERE user_id = $1", vec![case.named("Josie Quill").into()]).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = case.by("Josie Quill").await;
        assert!(tx.authorise::<ViewClinical>(case.subject).await.is_err());
        let grant = tx.authorise::<ClaimAccess>(case.person).await.unwrap();
        people::claim_access(&mut tx, &grant, "asked by custody").await.unwrap();
        let view = tx.authorise::<ViewClinical>(case.subject).await.unwrap();
        assert!(records::get(&mut tx, &view, id).await.unwrap().is_none());
        assert_eq!(records::of_episode(&mut tx, &view).await.unwrap().withheld.len(), 1);
    }

    async fn what_other_people_said_is_not_sent_to_a_student(kit: Kit) {
        let case = Case::open(kit).await;
        let id = case.signed("Amara Bello", "screening", SCREENING).await;
        let note = case.signed("Amara Bello", "third_party_note", &[("said_by", "CANARY"), ("words", "CANARY")]).await;
        assert!(holds_canary(&case.read("Tom Hartley", id).await.unwrap()));
        case.hand_over("Sam Tilley").await;
        let shown = case.read("Sam Tilley", id).await.unwrap();
        assert!(!holds_canary(&shown) && shown.withheld);
        assert_eq!(shown.answers.one("concern"), Some("seen pacing"));
        assert!(shown.snapshot.as_ref().unwrap().answer("concern").is_some());
        assert!(case.read("Sam Tilley", note).await.is_none());
        let mut tx = case.by("Sam Tilley").await;
        let view = tx.authorise::<ViewClinical>(case.subject).await.unwrap();
        let versions = records::versions(&mut tx, &view, id).await.unwrap();
        assert!(versions.iter().all(|one| one.answers.one("others_said").is_none() && one.withheld));
        let listed = records::of_episode(&mut tx, &view).await.unwrap();
        assert!(listed.records.iter().any(|record| record.id == id) && !listed.records.iter().any(holds_canary));
        let then = records::get_as_of(&mut tx, &view, id, case.kit.now).await.unwrap().unwrap();
        assert!(!holds_canary(&then) && then.withheld);
        let forms = documents::signed_records(&mut tx, &view).await.unwrap();
        assert!(forms.iter().all(|form| form.withheld && form.snapshot.as_ref().unwrap().answer("others_said").is_none()));
    }

    async fn a_save_by_who_is_not_shown_a_section_keeps_it(kit: Kit) {
        let case = Case::open(kit).await;
        let id = case.started("Amara Bello", "screening", SCREENING).await;
        case.hand_over("Sam Tilley").await;
        let mut tx = case.by("Sam Tilley").await;
        let grant = tx.authorise::<WriteClinical>(case.subject).await.unwrap();
        // A made-up page sends a field that it was never shown.
        let typed = said(&[("concern", "calm now"), ("others_said", "written over")]);
        records::save(&mut tx, &grant, id, 1, None, &typed).await.unwrap();
        tx.commit().await.unwrap();
        let kept = case.read("Tom Hartley", id).await.unwrap();
        assert_eq!(kept.answers.one("concern"), Some("calm now"));
        assert_eq!(kept.answers.one("others_said"), Some("CANARY of a mother"));
    }

    async fn nobody_saves_into_a_note_that_they_may_not_read(kit: Kit) {
        let case = Case::open(kit).await;
        let id = case.started("Amara Bello", "sealed_note", SEALED).await;
        let mut tx = case.by("Tom Hartley").await;
        let grant = tx.authorise::<WriteClinical>(case.subject).await.unwrap();
        let saved = records::save(&mut tx, &grant, id, 1, None, &said(&[("words", "mine")])).await;
        assert!(matches!(saved, Err(Error::Stale)));
        drop(tx);
        let own = case.started("Tom Hartley", "sealed_note", &[]).await;
        assert_ne!(own, id, "a colleague's draft is not gone on with");
        assert_eq!(case.started("Tom Hartley", "sealed_note", &[]).await, own, "one's own is");
    }

    async fn an_author_reads_what_they_wrote_as_long_as_they_know_the_person(kit: Kit) {
        let case = Case::open(kit).await;
        case.hand_over("Sam Tilley").await;
        let id = case.started("Sam Tilley", "screening", SCREENING).await;
        assert!(holds_canary(&case.read("Sam Tilley", id).await.unwrap()));
        case.hand_over("Amara Bello").await;
        let mut tx = case.by("Sam Tilley").await;
        assert!(tx.authorise::<ViewClinical>(case.subject).await.is_err());
    }

    async fn who_read_a_restricted_class_is_in_the_log(kit: Kit) {
        let case = Case::open(kit).await;
        let id = case.signed("Amara Bello", "sealed_note", SEALED).await;
        case.read("Josie Quill", id).await.unwrap();
        assert_eq!(looked_at(&case, "Josie Quill").await, ["clinical sealed"]);
    }

    /// However something of a restricted class is come to, whoever reads it is in the log.
    async fn no_way_to_a_restricted_class_is_unseen(kit: Kit) {
        let case = Case::open(kit).await;
        let screening = case.signed("Amara Bello", "screening", SCREENING).await;
        case.read("Tom Hartley", screening).await.unwrap();
        assert_eq!(looked_at(&case, "Tom Hartley").await, ["clinical third_party"]);

        // A form that is asked no more is read by what was signed.
        let mut tx = case.by("Amara Bello").await;
        raw::execute(&mut tx, "UPDATE record SET form_id = 'given_up'", vec![]).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = case.by("Josie Quill").await;
        let view = tx.authorise::<ViewClinical>(case.subject).await.unwrap();
        assert!(holds_canary(&records::get(&mut tx, &view, screening).await.unwrap().unwrap()));
        tx.commit().await.unwrap();
        assert_eq!(looked_at(&case, "Josie Quill").await, ["clinical third_party"]);
    }

    async fn who_reads_an_older_text_of_what_others_said_is_in_the_log(kit: Kit) {
        let case = Case::open(kit).await;
        let id = case.started("Amara Bello", "screening", SCREENING).await;
        let mut tx = case.by("Amara Bello").await;
        let grant = tx.authorise::<WriteClinical>(case.subject).await.unwrap();
        records::save(&mut tx, &grant, id, 1, None, &said(&[("concern", "seen pacing")])).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = case.by("Tom Hartley").await;
        let view = tx.authorise::<ViewClinical>(case.subject).await.unwrap();
        assert_eq!(records::version_lines(&mut tx, &view, id).await.unwrap().len(), 2);
        assert!(records::version(&mut tx, &view, id, 2).await.unwrap().is_some());
        tx.commit().await.unwrap();
        assert_eq!(looked_at(&case, "Tom Hartley").await, ["clinical"], "which other people's words are not in");
        let mut tx = case.by("Tom Hartley").await;
        let view = tx.authorise::<ViewClinical>(case.subject).await.unwrap();
        let first = records::version(&mut tx, &view, id, 1).await.unwrap().unwrap();
        assert_eq!(first.answers.one("others_said"), Some("CANARY of a mother"));
        tx.commit().await.unwrap();
        assert_eq!(looked_at(&case, "Tom Hartley").await, ["clinical", "clinical third_party"]);
    }

    async fn a_text_that_lost_is_unsettled_for_who_reads_what_it_says_otherwise(kit: Kit) {
        let case = Case::open(kit).await;
        let id = case.started("Amara Bello", "screening", &[("concern", "seen pacing")]).await;
        for others_said in ["", "CANARY of a mother"] {
            let mut tx = case.by("Amara Bello").await;
            let grant = tx.authorise::<WriteClinical>(case.subject).await.unwrap();
            let text = said(&[("concern", "calm"), ("others_said", others_said)]);
            records::save(&mut tx, &grant, id, 1, None, &text).await.unwrap();
            tx.commit().await.unwrap();
        }
        case.hand_over("Sam Tilley").await;
        for (name, lost) in [("Amara Bello", 1), ("Sam Tilley", 0)] {
            let mut tx = case.by(name).await;
            let view = tx.authorise::<ViewClinical>(case.subject).await.unwrap();
            let record = records::get(&mut tx, &view, id).await.unwrap().unwrap();
            assert_eq!(records::unsettled(&mut tx, &view, &record).await.unwrap().len(), lost, "{name}");
        }
    }

    async fn who_looks_through_what_others_said_is_in_the_log(kit: Kit) {
        let case = Case::open(kit).await;
        case.signed("Amara Bello", "screening", SCREENING).await;
        let mut tx = case.by("Tom Hartley").await;
        let view = tx.authorise::<ViewClinical>(case.subject).await.unwrap();
        assert!(texts::clinical(&mut tx, &view).await.unwrap().texts.iter().any(|text| text.text.contains("CANARY")));
        tx.commit().await.unwrap();
        assert_eq!(looked_at(&case, "Tom Hartley").await, ["clinical third_party"]);
    }

    async fn who_reads_an_addendum_of_what_others_said_is_in_the_log(kit: Kit) {
        let case = Case::open(kit).await;
        let id = case.signed("Amara Bello", "screening", &[("concern", "seen pacing")]).await;
        add_what_a_sister_said(&case, id).await;
        let mut tx = case.by("Tom Hartley").await;
        let view = tx.authorise::<ViewClinical>(case.subject).await.unwrap();
        let record = records::get(&mut tx, &view, id).await.unwrap().unwrap();
        assert_eq!(records::addenda(&mut tx, &view, &record).await.unwrap()[0].words, "CANARY of a sister");
        tx.commit().await.unwrap();
        assert_eq!(looked_at(&case, "Tom Hartley").await, ["clinical third_party"]);
    }

    /// Whoever adds to it need not say so: the note says it of everything that is added.
    async fn what_is_added_to_a_restricted_note_is_of_its_class(kit: Kit) {
        let case = Case::open(kit).await;
        let sealed = case.signed("Amara Bello", "sealed_note", &[("reason", "her brother works here"), ("words", "sealed")]).await;
        add(&case, sealed, AudienceClass::Clinical, "CANARY of a sealed note").await;
        for told in [searched(&case, "Tom Hartley").await, exported(&case, "Tom Hartley").await] {
            assert!(!told.contains("CANARY"), "{told}");
        }
        assert!(searched(&case, "Amara Bello").await.contains("CANARY"));
        let others = case.signed("Amara Bello", "third_party_note", &[("said_by", "her mother"), ("words", "said")]).await;
        add(&case, others, AudienceClass::Clinical, "CANARY of a mother").await;
        case.hand_over("Sam Tilley").await;
        let told = searched(&case, "Sam Tilley").await;
        assert!(!told.contains("CANARY"), "{told}");
        assert!(searched(&case, "Tom Hartley").await.contains("CANARY of a mother"), "a practitioner reads it");
    }

    async fn why_a_sealed_note_was_wrong_is_for_who_reads_the_note(kit: Kit) {
        let case = Case::open(kit).await;
        let id = case.signed("Amara Bello", "sealed_note", SEALED).await;
        let mut tx = case.by("Amara Bello").await;
        let view = tx.authorise::<ViewClinical>(case.subject).await.unwrap();
        let record = records::get(&mut tx, &view, id).await.unwrap().unwrap();
        let sign = tx.authorise::<SignClinical>(case.subject).await.unwrap();
        records::mark_in_error(&mut tx, &sign, &record, "Sealed note", "CANARY: it is about his brother").await.unwrap();
        tx.commit().await.unwrap();
        for told in [searched(&case, "Tom Hartley").await, exported(&case, "Tom Hartley").await] {
            assert!(!told.contains("CANARY"), "{told}");
        }
    }

    async fn no_card_says_none_to_who_is_not_shown_everything(kit: Kit) {
        let case = Case::open(kit).await;
        case.signed("Amara Bello", "risk", &[("to_self", "none_identified"), ("overall_state", "none_identified")]).await;
        assert_eq!(card(&case, "Tom Hartley").await, RiskState::NoneIdentified);
        assert_eq!(card(&case, "Colin Marsh").await, RiskState::NoneIdentified);
        case.signed("Amara Bello", "screening", SCREENING).await;
        assert_eq!(card(&case, "Tom Hartley").await, RiskState::NoneIdentified, "a practitioner reads what others said");
        assert_eq!(card(&case, "Colin Marsh").await, RiskState::Unavailable);
        case.signed("Amara Bello", "sealed_note", SEALED).await;
        assert_eq!(card(&case, "Tom Hartley").await, RiskState::Unavailable);
        for name in ["Amara Bello", "Josie Quill"] {
            assert_eq!(card(&case, name).await, RiskState::NoneIdentified, "{name} reads everything");
        }
    }

    async fn the_board_says_no_more_than_the_card(kit: Kit) {
        let case = Case::open(kit).await;
        case.signed("Amara Bello", "risk", &[("to_self", "none_identified"), ("overall_state", "none_identified")]).await;
        case.put_on_list().await;
        assert_eq!(mark(&case, "Tom Hartley").await, RiskState::NoneIdentified);
        case.signed("Amara Bello", "sealed_note", SEALED).await;
        assert_eq!(mark(&case, "Tom Hartley").await, RiskState::Unavailable);
        assert_eq!(mark(&case, "Amara Bello").await, RiskState::NoneIdentified);
        assert_eq!(mark(&case, "Josie Quill").await, RiskState::NoneIdentified);
    }

    async fn needs_and_plan_say_that_there_is_something_else(kit: Kit) {
        let case = Case::open(kit).await;
        case.signed("Amara Bello", "screening", &[("concern", "seen pacing")]).await;
        let told = async |case: &Case| {
            let mut tx = case.by("Amara Bello").await;
            let grant = tx.authorise::<ViewNeedsPlan>(case.subject).await.unwrap();
            records::needs_plan(&mut tx, &grant).await.unwrap()
        };
        assert!(!told(&case).await.withheld);
        case.signed("Amara Bello", "sealed_note", SEALED).await;
        let told = told(&case).await;
        assert!(told.withheld && !format!("{told:?}").contains("CANARY"));
    }

    async fn an_addendum_of_what_others_said_has_no_words_for_a_student(kit: Kit) {
        let case = Case::open(kit).await;
        let id = case.signed("Amara Bello", "screening", &[("concern", "seen pacing")]).await;
        add_what_a_sister_said(&case, id).await;
        case.hand_over("Sam Tilley").await;
        let mut tx = case.by("Sam Tilley").await;
        let view = tx.authorise::<ViewClinical>(case.subject).await.unwrap();
        let record = records::get(&mut tx, &view, id).await.unwrap().unwrap();
        let added = records::addenda(&mut tx, &view, &record).await.unwrap();
        assert_eq!((added.len(), added[0].words.as_str(), added[0].withheld), (1, "", true));
        drop(tx);
        assert_ne!(card(&case, "Sam Tilley").await, RiskState::NoneIdentified);
    }

    async fn events_of_a_sealed_note_are_of_its_class(kit: Kit) {
        let case = Case::open(kit).await;
        let id = case.signed("Amara Bello", "sealed_note", SEALED).await;
        let mut tx = case.by("Amara Bello").await;
        let grant = tx.authorise::<ViewEpisode>(case.person).await.unwrap();
        let events = throughline_store::events::of_person(&mut tx, &grant, 50).await.unwrap();
        let of_note: Vec<_> = events.iter().filter(|event| event.kind == "record").collect();
        assert_eq!(of_note.len(), 2);
        assert!(of_note.iter().all(|event| event.class == throughline_policy::Class::Sealed));
        assert!(records::own_notes(&mut tx, &grant).await.unwrap().contains(&id));
        drop(tx);
        let mut tx = case.by("Tom Hartley").await;
        let grant = tx.authorise::<ViewEpisode>(case.person).await.unwrap();
        assert!(records::own_notes(&mut tx, &grant).await.unwrap().is_empty());
    }
}

/// The classes of each look of somebody, as the log has them.
async fn looked_at(case: &Case, name: &str) -> Vec<String> {
    let mut read = case.kit.store.read().await.unwrap();
    let sql = "SELECT classes FROM audit_row WHERE actor_name = $1 AND verb = 'view' AND outcome = 'allowed'";
    let rows = raw::fetch_all(&mut read, sql, vec![name.into()]).await.unwrap();
    rows.iter().map(|row| row.get("classes").unwrap()).collect()
}

async fn card(case: &Case, name: &str) -> RiskState {
    let mut tx = case.by(name).await;
    let grant = tx.authorise::<ViewRiskCard>(case.person).await.unwrap();
    alerts::risk_card(&mut tx, &grant).await.unwrap().state
}

async fn mark(case: &Case, name: &str) -> RiskState {
    let mut tx = case.by(name).await;
    let grant = tx.authorise::<ViewBoard>(case.kit.custody()).await.unwrap();
    let since = chrono::NaiveDate::from_ymd_opt(2026, 11, 24).unwrap();
    worklists::risks(&mut tx, &grant, since).await.unwrap()[&case.person].state
}
