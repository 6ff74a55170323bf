//! Alerts: an owner, a history that keeps every answer, and none that goes unseen. On both databases.

use chrono::Duration;
use throughline_domain::alert::{AlertStep, AnswerWithin, Owed};
use throughline_domain::episode::LegalStatus;
use throughline_domain::ids::{AlertId, EpisodeId, PersonId, RecordId};
use throughline_domain::risk::{AlertKind, AlertState, RiskState};
use throughline_domain::role::Role;
use throughline_domain::time::{Instant, london_date};
use throughline_forms::Answers;
use throughline_policy::{ChangeJustice, ChangeRiskCard, RaiseAlert, Subject, ViewRiskCard};
use throughline_store::alerts::{self, Alert, NewAlert, OwedAlert, Owner, RiskCard};
use throughline_store::{Error, episodes, raw};
use throughline_testkit::{Kit, on_both};
use uuid::Uuid;

/// A person who is held, with one alert.
struct Raised {
    person: PersonId,
    subject: Subject,
    alert: AlertId,
}

async fn raised(kit: &Kit, kind: AlertKind, due_at: Option<Instant>) -> Raised {
    let person = kit.person("Jan", "Kowalski").await;
    let episode = kit.episode(person).await;
    let alert = raise(kit, person, episode, kind, due_at).await;
    Raised {
        person,
        subject: Subject { person: Some(person), episode: Some(episode), site: Some(kit.custody()) },
        alert,
    }
}

async fn raise(kit: &Kit, person: PersonId, episode: EpisodeId, kind: AlertKind, due_at: Option<Instant>) -> AlertId {
    let id = AlertId::new(Uuid::now_v7());
    let new = NewAlert { id, record: None, kind, detail: "As told".into(), due_at, owner: None };
    let mut tx = kit.tx(Role::Practitioner).await;
    let subject = Subject { person: Some(person), episode: Some(episode), site: Some(kit.custody()) };
    let grant = tx.authorise::<RaiseAlert>(subject).await.unwrap();
    alerts::raise(&mut tx, &grant, &new).await.unwrap();
    tx.commit().await.unwrap();
    new.id
}

async fn get(kit: &Kit, raised: &Raised) -> Alert {
    let mut tx = kit.tx(Role::Practitioner).await;
    let grant = tx.authorise::<ViewRiskCard>(raised.person).await.unwrap();
    alerts::get(&mut tx, &grant, raised.alert).await.unwrap().expect("it is there, resolved or not")
}

async fn answer(kit: &Kit, raised: &Raised, minutes: i64, state: AlertState, words: &str, days: Option<i64>) {
    let alert = get(kit, raised).await;
    let at = kit.now + Duration::minutes(minutes);
    let mut tx = kit.tx_at(Role::Practitioner, at).await;
    let grant = tx.authorise::<ChangeRiskCard>(raised.person).await.unwrap();
    let review = days.map(|days| london_date(at) + Duration::days(days));
    alerts::answer(&mut tx, &grant, raised.alert, alert.version, state, words, review).await.unwrap();
    tx.commit().await.unwrap();
}

async fn hand_over(kit: &Kit, raised: &Raised, minutes: i64, to: Role) {
    let alert = get(kit, raised).await;
    let mut tx = kit.tx_at(Role::Practitioner, kit.now + Duration::minutes(minutes)).await;
    let grant = tx.authorise::<ChangeRiskCard>(raised.person).await.unwrap();
    alerts::hand_over(&mut tx, &grant, &alert, alert.version, kit.user(to), "Josie Quill", "End of my shift")
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

/// What a role's worklist says of alerts after so many minutes.
async fn own(kit: &Kit, role: Role, minutes: i64) -> Vec<OwedAlert> {
    let mut tx = kit.tx_at(role, kit.now + Duration::minutes(minutes)).await;
    let owed = alerts::of_owner(&mut tx, kit.user(role), AnswerWithin::default()).await.unwrap();
    tx.commit().await.unwrap();
    owed
}

async fn late(kit: &Kit, minutes: i64) -> Vec<OwedAlert> {
    let mut tx = kit.tx_at(Role::TeamLeader, kit.now + Duration::minutes(minutes)).await;
    let late = alerts::late(&mut tx, &[kit.custody()], AnswerWithin::default()).await.unwrap();
    tx.commit().await.unwrap();
    late
}

async fn card(kit: &Kit, person: PersonId) -> RiskCard {
    let mut tx = kit.tx(Role::Practitioner).await;
    let grant = tx.authorise::<ViewRiskCard>(person).await.unwrap();
    alerts::risk_card(&mut tx, &grant).await.unwrap()
}

/// Signs a risk form with these answers, so many minutes on.
async fn sign(kit: &Kit, subject: Subject, minutes: i64, said: &[(&str, &str)]) -> RecordId {
    let mut answers = Answers::default();
    for (question, code) in said {
        answers.set(question, [*code]);
    }
    kit.signed(subject, kit.now + Duration::minutes(minutes), "risk", &answers).await
}

/// Answers to every area of the risk form but fire-setting.
const ALL_BUT_ARSON: [(&str, &str); 8] = [
    ("to_self", "none_identified"),
    ("self_neglect", "none_identified"),
    ("from_others", "none_identified"),
    ("charge_related", "none_identified"),
    ("to_others", "none_identified"),
    ("staff_safety", "none_identified"),
    ("safeguarding_adult", "none_identified"),
    ("safeguarding_child", "none_identified"),
];

/// Changes what is kept of a signed form.
async fn change_frozen(kit: &Kit, id: RecordId, change: impl Fn(&mut serde_json::Map<String, serde_json::Value>)) {
    let mut tx = kit.tx(Role::Practitioner).await;
    let rows = raw::fetch_all(&mut tx, "SELECT snapshot FROM record WHERE id = $1", vec![id.into()]).await.unwrap();
    let mut kept = serde_json::from_str(&rows[0].get::<String>("snapshot").unwrap()).unwrap();
    change(&mut kept);
    let kept = serde_json::to_string(&kept).unwrap();
    raw::execute(&mut tx, "UPDATE record SET snapshot = $1 WHERE id = $2", vec![kept.into(), id.into()]).await.unwrap();
    tx.commit().await.unwrap();
}

/// As forms were frozen before what they say of risk was: with the state alone, or nothing for who could not ask.
async fn as_before(kit: &Kit, id: RecordId, state: Option<&str>, version: Option<u32>) {
    change_frozen(kit, id, |kept| {
        kept.remove("risk").expect("the whole answer is frozen");
        kept.extend(state.map(|state| ("risk_state".to_owned(), state.into())));
        kept.extend(version.map(|version| ("version".to_owned(), version.into())));
    })
    .await;
}

async fn person_in_custody(kit: &Kit) -> (PersonId, Subject) {
    let person = kit.person("Kayla", "Whitcombe").await;
    let episode = kit.episode(person).await;
    (person, Subject { person: Some(person), episode: Some(episode), site: Some(kit.custody()) })
}

on_both! {
    /// Every answer is kept, also when the next one is given.
    async fn nothing_of_an_alert_is_overwritten(kit: Kit) {
        let raised = raised(&kit, AlertKind::SelfHarm, None).await;
        answer(&kit, &raised, 5, AlertState::Acknowledged, "Custody told", Some(1)).await;
        answer(&kit, &raised, 60 * 24, AlertState::Acknowledged, "Looked again", Some(7)).await;
        hand_over(&kit, &raised, 60 * 25, Role::TeamLeader).await;
        answer(&kit, &raised, 60 * 26, AlertState::Resolved, "Safe at home", None).await;
        let mut tx = kit.tx(Role::Practitioner).await;
        let grant = tx.authorise::<ViewRiskCard>(raised.person).await.unwrap();
        let steps = alerts::history(&mut tx, &grant, raised.alert).await.unwrap();
        let told: Vec<(AlertStep, &str)> = steps.iter().map(|step| (step.step, step.words.as_str())).collect();
        assert_eq!(told, [
            (AlertStep::Raised, ""),
            (AlertStep::Acknowledged, "Custody told"),
            (AlertStep::Acknowledged, "Looked again"),
            (AlertStep::HandedOver, "End of my shift"),
            (AlertStep::Resolved, "Safe at home"),
        ]);
        assert!(steps.iter().all(|step| !step.by_name.is_empty()));
        assert_eq!(steps[3].owner_name, "Josie Quill");
        let words = alerts::words(&mut tx, &grant).await.unwrap();
        assert_eq!(words.len(), 5, "the timeline has the text of every step");
        assert!(words.iter().any(|one| one.event == "Alert: Self-harm or suicide" && one.text == "As told"));
        assert!(words.iter().any(|one| one.event == "Alert handed over: Self-harm or suicide"));
    }

    /// What a colleague saw stands on the worklist of whom they chose at once, and the same words raise no second.
    async fn an_alert_raised_by_hand_is_owed_by_whom_it_was_raised_for_and_never_stands_twice(kit: Kit) {
        let person = kit.person("Jan", "Kowalski").await;
        let episode = kit.episode(person).await;
        let subject = Subject { person: Some(person), episode: Some(episode), site: Some(kit.custody()) };
        let owner = Owner { id: kit.user(Role::TeamLeader), name: "Josie Quill".into() };
        let new = |id: u128| NewAlert {
            id: AlertId::new(Uuid::from_u128(id)),
            record: None,
            kind: AlertKind::SelfHarm,
            detail: "His sister rang: he said goodbye to her".into(),
            due_at: None,
            owner: Some(owner.clone()),
        };
        let mut tx = kit.tx(Role::Administrator).await;
        let grant = tx.authorise::<RaiseAlert>(subject).await.expect("whoever takes the call may raise it");
        assert_eq!(alerts::raise(&mut tx, &grant, &new(1)).await.unwrap(), new(1).id);
        assert_eq!(alerts::raise(&mut tx, &grant, &new(2)).await.unwrap(), new(1).id, "it stands already");
        tx.commit().await.unwrap();
        assert_eq!(own(&kit, Role::TeamLeader, 1).await.len(), 1);
        assert!(own(&kit, Role::Practitioner, 1).await.is_empty());
        assert_eq!(card(&kit, person).await.state, RiskState::Known);
        let raised = Raised { person, subject, alert: new(1).id };
        answer(&kit, &raised, 5, AlertState::Resolved, "He is with his sister", None).await;
        let mut tx = kit.tx(Role::Administrator).await;
        let grant = tx.authorise::<RaiseAlert>(subject).await.unwrap();
        assert_eq!(alerts::raise(&mut tx, &grant, &new(3)).await.unwrap(), new(3).id, "it has come back");
        let view = tx.authorise::<ViewRiskCard>(person).await.unwrap();
        assert_eq!(alerts::history(&mut tx, &view, new(3).id).await.unwrap()[0].owner_name, "Josie Quill");
    }

    /// Who answered for it answered for what was found before: found again, it waits for an answer anew. What has only
    /// to be known or arranged is not asked for again by every form that says it.
    async fn what_is_found_again_after_an_answer_waits_again_where_life_may_depend_on_it(kit: Kit) {
        for (kind, waits) in [(AlertKind::SelfHarm, true), (AlertKind::SafeContact, false)] {
            let person = kit.person("Jan", "Kowalski").await;
            let episode = kit.episode(person).await;
            let subject = Subject { person: Some(person), episode: Some(episode), site: Some(kit.custody()) };
            let new = || NewAlert {
                id: AlertId::new(Uuid::now_v7()),
                record: None,
                kind,
                detail: "Thoughts of being better off dead: several days".into(),
                due_at: None,
                owner: None,
            };
            let mut tx = kit.tx(Role::Practitioner).await;
            let grant = tx.authorise::<RaiseAlert>(subject).await.unwrap();
            let id = alerts::raise(&mut tx, &grant, &new()).await.unwrap();
            tx.commit().await.unwrap();
            let raised = Raised { person, subject, alert: id };
            answer(&kit, &raised, 5, AlertState::Acknowledged, "Seen each week", Some(90)).await;
            let before = own(&kit, Role::Practitioner, 1).await.len();
            let mut tx = kit.tx(Role::Practitioner).await;
            let grant = tx.authorise::<RaiseAlert>(subject).await.unwrap();
            assert_eq!(alerts::raise(&mut tx, &grant, &new()).await.unwrap(), id, "it is one alert");
            let view = tx.authorise::<ViewRiskCard>(person).await.unwrap();
            let steps: Vec<AlertStep> =
                alerts::history(&mut tx, &view, id).await.unwrap().iter().map(|step| step.step).collect();
            let stands = alerts::get(&mut tx, &view, id).await.unwrap().unwrap();
            tx.commit().await.unwrap();
            assert_eq!(steps.contains(&AlertStep::FoundAgain), waits, "{kind}");
            assert_eq!((stands.state == AlertState::Open, stands.review_on.is_none()), (waits, waits), "{kind}");
            assert_eq!(own(&kit, Role::Practitioner, 1).await.len() > before, waits, "{kind}");
        }
    }

    /// An alert has the owner of its episode until it is given to somebody by name.
    async fn an_alert_is_owed_by_the_owner_of_the_episode_or_by_whom_it_was_given_to(kit: Kit) {
        let raised = raised(&kit, AlertKind::SelfHarm, None).await;
        let owed = own(&kit, Role::Practitioner, 1).await;
        assert_eq!(owed.len(), 1);
        assert_eq!(owed[0].owed, Owed::Answer(kit.now + Duration::hours(1)), "within the hour: they are held");
        assert_eq!(owed[0].name.as_ref().map(|name| name.surname.as_str()), Some("Kowalski"));
        hand_over(&kit, &raised, 2, Role::TeamLeader).await;
        assert!(own(&kit, Role::Practitioner, 3).await.is_empty());
        let theirs = own(&kit, Role::TeamLeader, 3).await;
        assert_eq!(theirs.len(), 1);
        assert_eq!(theirs[0].owed, Owed::Answer(kit.now + Duration::hours(1)), "going round does not make it young");
        // The episode goes to somebody else: what was given by name stays where it is.
        assert_eq!(get(&kit, &raised).await.owner_id, kit.user(Role::TeamLeader));
    }

    /// H-04: what nobody acknowledged in time is told to the team leader, and not before.
    async fn the_leader_is_told_of_an_alert_that_waits_too_long(kit: Kit) {
        let raised = raised(&kit, AlertKind::SelfHarm, None).await;
        assert!(late(&kit, 60).await.is_empty());
        let told = late(&kit, 61).await;
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].alert.waiting_since, kit.now, "with since when it waits");
        answer(&kit, &raised, 62, AlertState::Acknowledged, "", Some(2)).await;
        assert!(late(&kit, 63).await.is_empty());
        assert!(own(&kit, Role::Practitioner, 63).await.is_empty());
    }

    /// Whoever is at liberty waits a day, and a dose that is due does not wait for that.
    async fn the_time_to_answer_fits_where_the_person_is(kit: Kit) {
        let dose = kit.now + Duration::hours(3);
        let raised = raised(&kit, AlertKind::MedicationDue, Some(dose)).await;
        let mut tx = kit.tx(Role::Practitioner).await;
        let grant = tx.authorise::<ChangeJustice>(raised.subject).await.unwrap();
        episodes::set_legal_status(&mut tx, &grant, LegalStatus::Bail, Some(kit.now)).await.unwrap();
        tx.commit().await.unwrap();
        let other = raise(&kit, raised.person, raised.subject.episode.unwrap(), AlertKind::SafeContact, None).await;
        assert_eq!(get(&kit, &raised).await.due_at, Some(dose));
        assert!(late(&kit, 179).await.is_empty());
        assert_eq!(late(&kit, 181).await.iter().map(|one| one.alert.id).collect::<Vec<_>>(), [raised.alert]);
        let after_a_day = late(&kit, 24 * 60 + 1).await;
        assert_eq!(after_a_day.iter().filter(|one| one.alert.id == other).count(), 1);
    }

    /// What was acknowledged comes back on its day, and is the leader's to know the day after.
    async fn a_review_that_is_due_comes_back(kit: Kit) {
        let raised = raised(&kit, AlertKind::SelfHarm, None).await;
        answer(&kit, &raised, 5, AlertState::Acknowledged, "", Some(2)).await;
        let day = |days: i64| days * 24 * 60;
        assert!(own(&kit, Role::Practitioner, day(1)).await.is_empty());
        let due = own(&kit, Role::Practitioner, day(2)).await;
        assert_eq!(due[0].owed, Owed::Review(london_date(kit.now + Duration::days(2))));
        assert!(late(&kit, day(2)).await.is_empty());
        assert_eq!(late(&kit, day(3)).await.len(), 1);
        answer(&kit, &raised, day(3), AlertState::Resolved, "It has ended", None).await;
        assert!(own(&kit, Role::Practitioner, day(4)).await.is_empty());
        assert!(late(&kit, day(4)).await.is_empty());
    }

    /// A reader who may not open the record is told of the wait, and no name.
    async fn a_wait_is_told_without_the_name_to_who_may_not_see_it(kit: Kit) {
        raised(&kit, AlertKind::SelfHarm, None).await;
        let mut tx = kit.tx_at(Role::Commissioner, kit.now + Duration::hours(2)).await;
        let late = alerts::late(&mut tx, &[kit.custody()], AnswerWithin::default()).await.unwrap();
        assert_eq!((late.len(), late[0].name.is_none()), (1, true));
    }

    /// Two answers at once: the second is told, and nothing is lost.
    async fn the_second_of_two_answers_is_stale(kit: Kit) {
        let raised = raised(&kit, AlertKind::SelfHarm, None).await;
        let alert = get(&kit, &raised).await;
        answer(&kit, &raised, 1, AlertState::Acknowledged, "First", Some(1)).await;
        let mut tx = kit.tx(Role::Practitioner).await;
        let grant = tx.authorise::<ChangeRiskCard>(raised.person).await.unwrap();
        let second =
            alerts::answer(&mut tx, &grant, raised.alert, alert.version, AlertState::Resolved, "Second", None).await;
        assert!(matches!(second, Err(Error::Stale)), "{second:?}");
        drop(tx);
        let kept = get(&kit, &raised).await;
        assert_eq!(kept.state, AlertState::Acknowledged);
    }

    /// The same alert is raised once; another dose of the same medicine is another alert.
    async fn an_alert_that_stands_is_not_raised_again(kit: Kit) {
        let raised = raised(&kit, AlertKind::MedicationDue, Some(kit.now)).await;
        let episode = raised.subject.episode.unwrap();
        raise(&kit, raised.person, episode, AlertKind::MedicationDue, Some(kit.now)).await;
        assert_eq!(card(&kit, raised.person).await.alerts.len(), 1);
        raise(&kit, raised.person, episode, AlertKind::MedicationDue, Some(kit.now + Duration::hours(8))).await;
        assert_eq!(card(&kit, raised.person).await.alerts.len(), 2);
    }

    /// The card says what stands first, how old the assessment is, and what nobody asked about.
    async fn the_card_says_what_it_rests_on(kit: Kit) {
        let person = kit.person("Kayla", "Whitcombe").await;
        let episode = kit.episode(person).await;
        let subject = Subject { person: Some(person), episode: Some(episode), site: Some(kit.custody()) };
        assert_eq!(card(&kit, person).await.state, RiskState::NotAssessed);

        raise(&kit, person, episode, AlertKind::Interpreter, None).await;
        let needs = card(&kit, person).await;
        assert_eq!((needs.state, needs.alerts.len()), (RiskState::NotAssessed, 1), "a need is shown and is no risk");
        let asked = [&ALL_BUT_ARSON[..], &[("arson", "not_asked"), ("overall_state", "none_identified")]].concat();
        sign(&kit, subject, 1, &asked).await;
        let none = card(&kit, person).await;
        assert_eq!((none.state, none.not_asked.as_slice()), (RiskState::NoneIdentified, ["Fire-setting".to_owned()].as_slice()));
        assert_eq!(none.assessed_at, Some(kit.now + Duration::minutes(1)));
        assert!(!none.assessed_by.is_empty());

        sign(&kit, subject, 2, &[("to_self", "not_asked"), ("overall_state", "not_assessed")]).await;
        let tried = card(&kit, person).await;
        assert_eq!((tried.state, tried.assessed_at), (RiskState::NotAssessed, None), "none identified is no answer any more");
        assert_eq!(tried.could_not_ask.map(|(at, _)| at), Some(kit.now + Duration::minutes(2)));

        sign(&kit, subject, 3, &[("to_others", "identified"), ("to_others_detail", "Says so"), ("overall_state", "known")]).await;
        raise(&kit, person, episode, AlertKind::SelfHarm, None).await;
        let known = card(&kit, person).await;
        assert_eq!(known.known, ["Harm to other people"]);
        let kinds: Vec<AlertKind> = known.alerts.iter().map(|alert| alert.kind).collect();
        assert_eq!(kinds, [AlertKind::SelfHarm, AlertKind::RiskToOthers, AlertKind::Interpreter], "by tier");
    }

    /// What was frozen speaks, whatever the form asks by now; without it the card says that it cannot be read.
    async fn the_card_rests_on_what_was_frozen_and_not_on_codes(kit: Kit) {
        let (person, subject) = person_in_custody(&kit).await;
        let none = [&ALL_BUT_ARSON[..], &[("overall_state", "none_identified")]].concat();
        let id = sign(&kit, subject, 1, &none).await;
        change_frozen(&kit, id, |kept| {
            kept.insert("sections".into(), serde_json::json!([]));
            kept.insert("version".into(), 99.into());
        }).await;
        let read = card(&kit, person).await;
        assert_eq!((read.state, read.not_asked.as_slice()), (RiskState::NoneIdentified, ["Fire-setting".to_owned()].as_slice()));
        change_frozen(&kit, id, |kept| { kept.remove("risk"); }).await;
        assert_eq!(card(&kit, person).await.state, RiskState::Unavailable);
    }

    /// Forms that were signed before are asked again while they are the version that was signed.
    async fn a_form_that_was_signed_before_still_says_what_it_found(kit: Kit) {
        let (person, subject) = person_in_custody(&kit).await;
        let none = [&ALL_BUT_ARSON[..], &[("arson", "not_asked"), ("overall_state", "none_identified")]].concat();
        let id = sign(&kit, subject, 1, &none).await;
        as_before(&kit, id, Some("none_identified"), None).await;
        let read = card(&kit, person).await;
        assert_eq!((read.state, read.not_asked.as_slice()), (RiskState::NoneIdentified, ["Fire-setting".to_owned()].as_slice()));
        let id = sign(&kit, subject, 2, &[("to_self", "not_asked"), ("overall_state", "not_assessed")]).await;
        as_before(&kit, id, None, None).await;
        assert_eq!(card(&kit, person).await.state, RiskState::NotAssessed);
        let id = sign(&kit, subject, 3, &[("self_neglect", "identified")]).await;
        as_before(&kit, id, Some("known"), None).await;
        let read = card(&kit, person).await;
        assert_eq!((read.state, read.known.as_slice()), (RiskState::Known, ["Self-neglect".to_owned()].as_slice()));
    }

    /// Of a form that has changed since, only a known risk can still be told; its areas cannot, and nothing is "none".
    async fn a_form_that_has_changed_since_is_never_read_as_none_identified(kit: Kit) {
        let (person, subject) = person_in_custody(&kit).await;
        let none = [&ALL_BUT_ARSON[..], &[("overall_state", "none_identified")]].concat();
        let id = sign(&kit, subject, 1, &none).await;
        as_before(&kit, id, Some("none_identified"), Some(1)).await;
        assert_eq!(card(&kit, person).await.state, RiskState::Unavailable);
        let id = sign(&kit, subject, 2, &[("overall_state", "not_assessed")]).await;
        as_before(&kit, id, None, Some(1)).await;
        assert_eq!(card(&kit, person).await.state, RiskState::Unavailable);
        let id = sign(&kit, subject, 3, &[("self_neglect", "identified"), ("self_neglect_detail", "Has not eaten")]).await;
        as_before(&kit, id, Some("known"), Some(1)).await;
        let read = card(&kit, person).await;
        assert_eq!((read.state, read.known.len(), read.not_asked.len()), (RiskState::Known, 1, 1));
        assert!(read.known[0].contains("can no longer be read"), "{:?}", read.known);
    }
}
