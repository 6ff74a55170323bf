//! Looking through a record, and a file of it, on SQLite and on PostgreSQL.

use chrono::Duration;
use throughline_domain::care::NoGoalReason;
use throughline_domain::consent::{ConsentFor, ConsentState};
use throughline_domain::contact::{Attendance, ContactMode};
use throughline_domain::disclosure::{Basis, Channel};
use throughline_domain::ids::{AlertId, ConsentId, ContactId, DisclosureId, EpisodeId, GoalId, PersonId, RecordId};
use throughline_domain::risk::{AlertKind, AlertState};
use throughline_domain::role::Role;
use throughline_domain::within::Words;
use throughline_forms::{Answers, AudienceClass, catalogue};
use throughline_policy::{
    ChangeConsent, ChangeFollowUp, ChangeRiskCard, ExportRecord, RaiseAlert, SignClinical, Subject, ViewCarePlan,
    ViewClinical, ViewConsent, ViewDisclosure, ViewFollowUp, ViewNeedsPlan, ViewRiskCard, WriteCarePlan, WriteClinical,
};
use throughline_store::alerts::{self, NewAlert};
use throughline_store::care::{self, NeedAsSeen, NewDecision, NewGoal, NewReason};
use throughline_store::consents::{self, NewConsent};
use throughline_store::contacts::{self, NewContact};
use throughline_store::disclosures::{self, NewDisclosure};
use throughline_store::texts::{self, Text, TextKind, Texts};
use throughline_store::{Error, Tx, export, raw, records};
use throughline_testkit::{Kit, on_both};
use uuid::Uuid;

/// A person with a signed screening, an addendum, a contact and consent, each with words of its own.
struct Ward {
    subject: Subject,
    person: PersonId,
    record: RecordId,
}

impl Ward {
    async fn open(kit: &Kit) -> Self {
        let person = kit.person("Łucja", "Marsh").await;
        let episode = kit.episode(person).await;
        let ward = Self { subject: subject(kit, person, episode), person, record: RecordId::new(Uuid::now_v7()) };
        ward.sign(kit).await;
        ward.say(kit).await;
        ward
    }

    async fn sign(&self, kit: &Kit) {
        let form = catalogue().get("screening").expect("it is shipped");
        let mut answers = Answers::default();
        answers.set("seen_how", ["cell"]);
        answers.set("concern", ["Her sister Zoë has the keys"]);
        answers.set("vulnerabilities", ["autism"]);
        answers.set("vulnerabilities.autism.status", ["suspected"]);
        let mut tx = kit.tx(Role::Practitioner).await;
        let write = tx.authorise::<WriteClinical>(self.subject).await.expect("they may");
        records::start(&mut tx, &write, self.record, form, &answers).await.expect("it starts");
        let view = tx.authorise::<ViewClinical>(self.subject).await.expect("they may");
        let draft = records::get(&mut tx, &view, self.record).await.expect("it answers").expect("it is there");
        let sign = tx.authorise::<SignClinical>(self.subject).await.expect("they may");
        records::sign(&mut tx, &sign, &draft, form).await.expect("it is signed");
        let signed = records::get(&mut tx, &view, self.record).await.expect("it answers").expect("it is there");
        records::add_addendum(&mut tx, &sign, &signed, AudienceClass::Clinical, "Zoe rang at noon")
            .await
            .expect("it is added");
        tx.commit().await.expect("it commits");
    }

    async fn say(&self, kit: &Kit) {
        let mut tx = kit.tx_at(Role::Practitioner, kit.now + Duration::hours(1)).await;
        let grant = tx.authorise::<ChangeFollowUp>(self.subject).await.expect("they may");
        let contact = NewContact {
            id: ContactId::new(Uuid::now_v7()),
            task_id: None,
            mode: ContactMode::Telephone,
            attendance: Attendance::Attended,
            at: kit.now + Duration::hours(1),
            minutes: 5,
            note: "ZOË will fetch her".into(),
        };
        contacts::record(&mut tx, &grant, kit.custody(), &contact).await.expect("it is recorded");
        let grant = tx.authorise::<ChangeConsent>(self.subject).await.expect("they may");
        let consent = NewConsent {
            id: ConsentId::new(Uuid::now_v7()),
            consent_for: ConsentFor::Family,
            state: ConsentState::Limited,
            words: "Only Zoë may know".into(),
            how_explained: String::new(),
        };
        consents::record(&mut tx, &grant, kit.custody(), &consent).await.expect("it is recorded");
        tx.commit().await.expect("it commits");
    }
}

fn subject(kit: &Kit, person: PersonId, episode: EpisodeId) -> Subject {
    Subject { person: Some(person), episode: Some(episode), site: Some(kit.custody()) }
}

/// All that the actor may look through.
async fn read(tx: &mut Tx, person: PersonId) -> Texts {
    let mut all = Texts::default();
    let grant = tx.authorise::<ViewClinical>(person).await.expect("they may");
    all.add(texts::clinical(tx, &grant).await.expect("it answers"));
    let grant = tx.authorise::<ViewFollowUp>(person).await.expect("they may");
    all.add(texts::contacts(tx, &grant).await.expect("it answers"));
    let grant = tx.authorise::<ViewRiskCard>(person).await.expect("they may");
    all.add(texts::alerts(tx, &grant).await.expect("it answers"));
    let grant = tx.authorise::<ViewConsent>(person).await.expect("they may");
    all.add(texts::consents(tx, &grant).await.expect("it answers"));
    all
}

fn with<'a>(words: &str, texts: &'a Texts) -> Vec<&'a Text> {
    let words = Words::read(words).expect("there are words");
    texts.texts.iter().filter(|text| words.within(&text.text).is_some()).collect()
}

fn told(recipient: &str) -> NewDisclosure {
    NewDisclosure {
        id: DisclosureId::new(Uuid::now_v7()),
        document_id: None,
        summary: "The record as a file".into(),
        consent_for: ConsentFor::Health,
        recipient: recipient.into(),
        channel: Channel::SecureEmail,
        basis: Basis::RequiredByLaw,
        reason: "Care goes on at the prison".into(),
        consent_id: None,
        minimum_necessary: true,
    }
}

/// Raises an alert and answers it twice: the second answer does not take the first one away.
async fn answer_twice(kit: &Kit, ward: &Ward) {
    let id = AlertId::new(Uuid::now_v7());
    let (kind, detail) = (AlertKind::SafeContact, "Rings at night".to_owned());
    let new = NewAlert { id, record: None, kind, detail, due_at: None, owner: None };
    let mut tx = kit.tx(Role::Practitioner).await;
    let grant = tx.authorise::<RaiseAlert>(ward.subject).await.expect("they may");
    alerts::raise(&mut tx, &grant, &new).await.expect("it is raised");
    let grant = tx.authorise::<ChangeRiskCard>(ward.person).await.expect("they may");
    for (version, words) in [(1, "Zoë answers the door"), (2, "Nobody there any more")] {
        let again = Some(kit.now.date_naive() + Duration::days(7));
        alerts::answer(&mut tx, &grant, id, version, AlertState::Acknowledged, words, again).await.expect("answered");
    }
    tx.commit().await.expect("it commits");
}

on_both! {
    /// What was answered to an alert before is found, and in the file, after it was answered again.
    async fn no_answer_to_an_alert_is_lost_behind_the_last(kit: Kit) {
        let ward = Ward::open(&kit).await;
        answer_twice(&kit, &ward).await;
        let mut tx = kit.tx(Role::Practitioner).await;
        let all = read(&mut tx, ward.person).await;
        for words in ["rings at night", "answers the door", "nobody there"] {
            let found = with(words, &all);
            assert_eq!(found.iter().map(|text| text.kind).collect::<Vec<_>>(), [TextKind::Alert], "{words}");
        }
        let grant = tx.authorise::<ViewRiskCard>(ward.person).await.expect("they may");
        let file = export::alerts(&mut tx, &grant).await.expect("it answers");
        let steps: Vec<&str> = file[0].steps.iter().map(|step| step.words.as_str()).collect();
        assert_eq!(steps, ["", "Zoë answers the door", "Nobody there any more"]);
    }

    async fn words_are_found_wherever_they_stand_whatever_their_accents(kit: Kit) {
        let ward = Ward::open(&kit).await;
        let mut tx = kit.tx(Role::Practitioner).await;
        let all = read(&mut tx, ward.person).await;
        assert_eq!((all.unreadable, all.cut), (0, false));
        let mut kinds: Vec<TextKind> = with("zoe", &all).iter().map(|text| text.kind).collect();
        kinds.sort();
        assert_eq!(kinds, [TextKind::Form, TextKind::Addendum, TextKind::Contact, TextKind::Consent]);
        // The question's own words are looked through too, and lead to their section.
        let asked = with("noticed whom", &all);
        assert_eq!(asked.len(), 1);
        assert_eq!(asked[0].link, format!("/records/{}#section-led_to", ward.record));
        assert!(with("zoltan", &all).is_empty());
    }

    async fn the_care_plan_is_looked_through_by_who_may_see_it(kit: Kit) {
        let ward = Ward::open(&kit).await;
        let mut tx = kit.tx(Role::Practitioner).await;
        let write = tx.authorise::<WriteCarePlan>(ward.subject).await.expect("they may");
        let goal = NewGoal {
            id: GoalId::new(Uuid::now_v7()),
            need: None,
            own_words: "A room near my aunt Zoë".into(),
            aim: "A tenancy that lasts".into(),
            at: kit.now,
        };
        care::set_goal(&mut tx, &write, &goal).await.expect("it is set");
        let need = NeedAsSeen { code: "debt".into(), label: "Debt".into(), said: 0 };
        let reason = NewReason { need, reason: NoGoalReason::PassedOn, words: "Zoe's credit union has it".into() };
        care::say_why(&mut tx, &write, &reason).await.expect("it is said");
        let decision = NewDecision {
            question: "Where is she safe tonight?".into(),
            considered: "Home; with Zoë".into(),
            least_restrictive: "Home, which would not do".into(),
            chosen: "With her aunt".into(),
            why: "She asked for it".into(),
            own_words: String::new(),
            at: kit.now,
            seen: 0,
        };
        care::decide(&mut tx, &write, &decision).await.expect("it is written");
        let plan = tx.authorise::<ViewCarePlan>(ward.person).await.expect("they may");
        let plan = texts::care_plan(&mut tx, &plan).await.expect("it answers");
        let clinical = tx.authorise::<ViewClinical>(ward.person).await.expect("they may");
        let clinical = texts::clinical(&mut tx, &clinical).await.expect("it answers");
        let words = Words::read("zoe").expect("a word");
        let found = |all: &Texts| {
            let of_plan = all.texts.iter().filter(|text| text.kind == TextKind::CarePlan);
            let mut titles: Vec<String> =
                of_plan.filter(|text| words.excerpt(&text.text).is_some()).map(|text| text.title.clone()).collect();
            titles.sort();
            titles
        };
        assert_eq!(found(&plan), ["Debt: no goal", "Goal: planned"]);
        assert_eq!(found(&clinical), ["Decision about care"], "it is clinical reasoning");
        assert!(plan.texts.iter().all(|text| text.link == format!("/people/{}/care", ward.person)));
    }

    async fn another_persons_record_is_not_looked_through(kit: Kit) {
        Ward::open(&kit).await;
        let other = kit.person("Ada", "Quill").await;
        kit.episode(other).await;
        let mut tx = kit.tx(Role::Practitioner).await;
        assert!(read(&mut tx, other).await.texts.is_empty());
    }

    async fn a_draft_is_not_looked_through_and_what_is_in_error_is_said_to_be(kit: Kit) {
        let ward = Ward::open(&kit).await;
        let mut tx = kit.tx(Role::Practitioner).await;
        let form = catalogue().get("assessment").expect("it is shipped");
        let write = tx.authorise::<WriteClinical>(ward.subject).await.expect("they may");
        let mut answers = Answers::default();
        let prose = form.questions().find(|question| question.kind.code() == "long_text").expect("it asks for prose");
        answers.set(&prose.id, ["unfinished thought"]);
        records::start(&mut tx, &write, RecordId::new(Uuid::now_v7()), form, &answers).await.expect("it starts");
        let view = tx.authorise::<ViewClinical>(ward.subject).await.expect("they may");
        let record = records::get(&mut tx, &view, ward.record).await.expect("it answers").expect("it is there");
        let sign = tx.authorise::<SignClinical>(ward.subject).await.expect("they may");
        records::mark_in_error(&mut tx, &sign, &record, "Screening", "Wrong person").await.expect("it is marked");
        let all = read(&mut tx, ward.person).await;
        assert!(with("unfinished thought", &all).is_empty());
        let keys = with("zoe keys", &all);
        assert!(keys.len() == 1 && keys[0].not_to_rely_on, "{keys:?}");
    }

    async fn what_cannot_be_read_is_counted_and_not_passed_over(kit: Kit) {
        let ward = Ward::open(&kit).await;
        let mut tx = kit.tx(Role::Practitioner).await;
        raw::execute(&mut tx, "UPDATE record SET snapshot = '{' WHERE id = $1", vec![ward.record.into()]).await.expect("it changes");
        let all = read(&mut tx, ward.person).await;
        assert_eq!(all.unreadable, 1);
        // The addendum of that form is still found.
        assert_eq!(with("rang", &all).len(), 1);
        let grant = tx.authorise::<ViewClinical>(ward.person).await.expect("they may");
        let forms = export::signed_forms(&mut tx, &grant).await.expect("it answers");
        assert!(forms.len() == 1 && forms[0].answers.is_none());
    }

    async fn a_file_holds_what_was_signed_with_its_codes(kit: Kit) {
        let ward = Ward::open(&kit).await;
        let mut tx = kit.tx(Role::TeamLeader).await;
        let grant = tx.authorise::<ViewClinical>(ward.person).await.expect("they may");
        let forms = export::signed_forms(&mut tx, &grant).await.expect("it answers");
        let answers = forms[0].answers.as_ref().expect("it can be read");
        let seen = answers.answer("seen_how").expect("it was answered");
        assert_eq!((seen.codes[0].code.as_str(), seen.dataset.as_deref()), ("cell", Some("ConsMechanismMH")));
        assert_eq!(seen.codes[0].national.as_ref().map(|national| national.code.as_str()), Some("01"));
        assert_eq!(forms[0].addenda[0].words, "Zoe rang at noon");
        let grant = tx.authorise::<ViewNeedsPlan>(ward.person).await.expect("they may");
        let findings = export::findings(&mut tx, &grant).await.expect("it answers");
        assert_eq!((findings.len(), findings[0].code.as_str()), (1, "autism"));
    }

    async fn a_file_is_made_by_few_and_stands_in_the_ledger(kit: Kit) {
        let ward = Ward::open(&kit).await;
        for role in [Role::Practitioner, Role::Bank, Role::Student, Role::Administrator, Role::Manager, Role::LinkWorker] {
            let mut tx = kit.tx(role).await;
            assert!(tx.authorise::<ExportRecord>(ward.person).await.is_err(), "{role}");
        }
        let mut tx = kit.tx(Role::TeamLeader).await;
        let grant = tx.authorise::<ExportRecord>(ward.person).await.expect("team leaders may");
        export::disclose(&mut tx, &grant, &told("HMP Healthcare")).await.expect("it is written");
        tx.commit().await.expect("it commits");
        // Information governance makes the file of what it may see, wherever the person is.
        let mut tx = kit.tx(Role::InformationGovernance).await;
        let grant = tx.authorise::<ExportRecord>(ward.person).await.expect("governance may");
        export::disclose(&mut tx, &grant, &told("The person's solicitor")).await.expect("it is written");
        tx.commit().await.expect("it commits");
        let mut tx = kit.tx(Role::TeamLeader).await;
        let view = tx.authorise::<ViewDisclosure>(ward.person).await.expect("they may");
        let ledger = disclosures::ledger(&mut tx, &view).await.expect("it answers");
        let mut to: Vec<&str> = ledger.iter().map(|line| line.recipient.as_str()).collect();
        to.sort_unstable();
        assert_eq!(to, ["HMP Healthcare", "The person's solicitor"]);
    }

    async fn nobody_without_an_episode_has_a_record_to_give(kit: Kit) {
        let person = kit.person("Ada", "Quill").await;
        let mut tx = kit.tx(Role::InformationGovernance).await;
        let grant = tx.authorise::<ExportRecord>(person).await.expect("governance may");
        assert!(matches!(export::disclose(&mut tx, &grant, &told("Somebody")).await, Err(Error::Stale)));
    }
}
