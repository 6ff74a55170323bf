//! What signed forms leave in the record: the step they fulfil, findings with their source, and
//! what each class of readers may see of them.

use chrono::Duration;
use throughline_domain::episode::{FormProgress, Step, StepState, Urgency};
use throughline_domain::finding::{FindingSource, FindingStatus};
use throughline_domain::ids::{EpisodeId, RecordId};
use throughline_domain::role::Role;
use throughline_forms::{Answers, catalogue};
use throughline_policy::{
    SignClinical, Subject, ViewClinical, ViewEpisode, ViewMeasures, ViewNeedsPlan, WriteClinical,
};
use throughline_store::records::{self, Record};
use throughline_store::{episodes, people, raw, returns};
use throughline_testkit::{Kit, on_both};
use uuid::Uuid;

fn answers(pairs: &[(&str, &str)]) -> Answers {
    let mut answers = Answers::default();
    for (field, value) in pairs {
        answers.set(field, [*value]);
    }
    answers
}

async fn subject(kit: &Kit) -> (Subject, EpisodeId) {
    let person = kit.person("Kayla", "Whitcombe").await;
    let episode = kit.episode(person).await;
    (Subject { person: Some(person), episode: Some(episode), site: Some(kit.custody()) }, episode)
}

/// A form begun and signed with these answers.
async fn signed(kit: &Kit, subject: Subject, form: &str, given: &Answers) -> Record {
    let form = catalogue().get(form).expect("the form is shipped");
    let mut tx = kit.tx(Role::Practitioner).await;
    let write = tx.authorise::<WriteClinical>(subject).await.unwrap();
    let id = records::start(&mut tx, &write, RecordId::new(Uuid::now_v7()), form, given).await.unwrap();
    let view = tx.authorise::<ViewClinical>(subject).await.unwrap();
    let record = records::get(&mut tx, &view, id).await.unwrap().unwrap();
    let sign = tx.authorise::<SignClinical>(subject).await.unwrap();
    records::sign(&mut tx, &sign, &record, form).await.unwrap();
    if form.step == Some(Step::Screening) {
        records::screened(&mut tx, &sign, Some(Urgency::Urgent), Some(true)).await.unwrap();
    }
    let record = records::get(&mut tx, &view, id).await.unwrap().unwrap();
    tx.commit().await.unwrap();
    record
}

async fn progress(kit: &Kit, subject: Subject) -> throughline_domain::episode::Progress {
    let mut tx = kit.tx(Role::Practitioner).await;
    let view = tx.authorise::<ViewEpisode>(subject).await.unwrap();
    let progress = episodes::progress(&mut tx, &view).await.unwrap();
    tx.commit().await.unwrap();
    progress
}

on_both! {
    /// The assessment under 18 is the assessment, the voluntary screening is the screening; a form of
    /// no step is neither.
    async fn a_step_is_fulfilled_by_the_form_that_says_so(kit: Kit) {
        let (subject, _) = subject(&kit).await;
        signed(&kit, subject, "capacity", &answers(&[("decision", "To stay at the hostel")])).await;
        let before = progress(&kit, subject).await;
        assert_eq!((before.screening, before.assessment), (FormProgress::None, FormProgress::None));
        signed(&kit, subject, "voluntary_attendance", &answers(&[("agreed", "agreed")])).await;
        signed(&kit, subject, "under18_assessment", &answers(&[("situation", "Not sleeping")])).await;
        let after = progress(&kit, subject).await;
        assert_eq!((after.screening, after.assessment, after.risk), (FormProgress::Signed, FormProgress::Signed, FormProgress::None));
        assert_eq!(after.state(Step::Assessment), StepState::Done);
    }

    /// What was concluded from a screening goes with it when it is marked in error, whichever form it
    /// was, and stays while another screening stands.
    async fn a_screening_in_error_takes_its_urgency_back(kit: Kit) {
        let (subject, _) = subject(&kit).await;
        let first = signed(&kit, subject, "voluntary_attendance", &answers(&[("agreed", "agreed")])).await;
        let second = signed(&kit, subject, "screening", &answers(&[("agreed", "agreed")])).await;
        let other = signed(&kit, subject, "closing", &answers(&[("found", "Sleep")])).await;
        let mut seen = Vec::new();
        for record in [&other, &second, &first] {
            let mut tx = kit.tx(Role::Practitioner).await;
            let sign = tx.authorise::<SignClinical>(subject).await.unwrap();
            records::mark_in_error(&mut tx, &sign, record, "The form", "Wrong person").await.unwrap();
            let view = tx.authorise::<ViewEpisode>(subject).await.unwrap();
            let episode = episodes::get(&mut tx, &view).await.unwrap().unwrap();
            tx.commit().await.unwrap();
            seen.push((episode.urgency, progress(&kit, subject).await.assessment_needed));
        }
        let stands = (Some(Urgency::Urgent), Some(true));
        assert_eq!(seen, [stands, stands, (None, None)]);
    }

    /// The return counts each step once, whichever forms fulfilled it.
    async fn the_return_counts_steps_and_not_forms(kit: Kit) {
        let (subject, _) = subject(&kit).await;
        let seen = [("agreed", "agreed"), ("seen_at", "2026-11-24"), ("seen_at.time", "10:00")];
        signed(&kit, subject, "voluntary_attendance", &answers(&seen)).await;
        signed(&kit, subject, "under18_assessment", &answers(&[("situation", "Not sleeping")])).await;
        let mut tx = kit.tx(Role::TeamLeader).await;
        let grant = tx.authorise::<ViewMeasures>(Subject::default()).await.unwrap();
        let period = (kit.now - Duration::days(30), kit.now + Duration::days(30));
        let facts = returns::facts(&mut tx, period, &grant).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(facts.len(), 1);
        assert!(facts[0].screened && facts[0].assessed);
        assert!(facts[0].seconds_to_screen.is_some());
    }

    /// A finding keeps who says so; what the person declined to say, and what was signed before it was
    /// asked, has none.
    async fn a_finding_says_who_it_is_known_from(kit: Kit) {
        let (subject, episode) = subject(&kit).await;
        let mut given = answers(&[
            ("vulnerabilities.adhd.status", "diagnosed"),
            ("vulnerabilities.adhd.known", "already_known"),
            ("vulnerabilities.adhd.source", "health_record"),
            ("vulnerabilities.gambling.status", "declined"),
            ("vulnerabilities.gambling.known", "new"),
        ]);
        given.set("vulnerabilities", ["adhd", "gambling"]);
        signed(&kit, subject, "screening", &given).await;
        let mut tx = kit.tx(Role::Practitioner).await;
        let grant = tx.authorise::<ViewNeedsPlan>(subject).await.unwrap();
        let found = people::findings(&mut tx, &grant).await.unwrap();
        tx.commit().await.unwrap();
        let told: Vec<_> = found.iter().map(|one| (one.label.as_str(), one.status, one.source)).collect();
        assert_eq!(
            told,
            [
                ("ADHD", FindingStatus::Diagnosed, Some(FindingSource::HealthRecord)),
                ("Gambling", FindingStatus::Declined, None),
            ]
        );
        let mut tx = kit.tx(Role::Practitioner).await;
        raw::execute(&mut tx, "UPDATE finding SET source = '' WHERE episode_id = $1", vec![episode.into()]).await.unwrap();
        let grant = tx.authorise::<ViewNeedsPlan>(subject).await.unwrap();
        let found = people::findings(&mut tx, &grant).await.unwrap();
        assert!(found.iter().all(|one| one.source.is_none()));
        tx.commit().await.unwrap();
    }

    /// Whoever may know the needs and the plan sees the sections of that class, of every form, and
    /// nothing of the others.
    async fn who_may_see_it_is_the_class_of_the_section(kit: Kit) {
        let (subject, _) = subject(&kit).await;
        let told = [
            ("under18_assessment", "situation", "strengths"),
            ("communication", "assessment_detail", "signs"),
            ("care_act", "arises_what", "wants"),
            ("safeguarding_adult", "cause", "wishes"),
            ("safeguarding_child", "concern", ""),
            ("mha_assessment", "why", ""),
            ("capacity", "doubt", ""),
            ("closing", "found", "back"),
            ("link_worker_plan", "", "matters"),
        ];
        for (form, hidden, shown) in told {
            let given = answers(&[(hidden, "SECRET"), (shown, "SHARED")].into_iter().filter(|(id, _)| !id.is_empty()).collect::<Vec<_>>());
            // Questions that depend on another are reached through it.
            let mut given = given;
            given.set("assessment_needed", ["known"]);
            given.set("arises", ["yes"]);
            signed(&kit, subject, form, &given).await;
        }
        let mut tx = kit.tx(Role::Practitioner).await;
        let grant = tx.authorise::<ViewNeedsPlan>(subject).await.unwrap();
        let plans = records::needs_plan(&mut tx, &grant).await.unwrap();
        tx.commit().await.unwrap();
        let text = serde_json::to_string(&plans.plans).unwrap();
        assert!(!text.contains("SECRET"), "{text}");
        assert_eq!(text.matches("SHARED").count(), told.iter().filter(|(_, _, shown)| !shown.is_empty()).count(), "{text}");
    }

    /// A draft of the version before, signed by this one, is frozen as this one asks it; what was
    /// signed before stays as it was to the letter.
    async fn what_was_signed_with_an_older_version_reads_as_it_did(kit: Kit) {
        let (subject, _) = subject(&kit).await;
        let record = signed(&kit, subject, "screening", &answers(&[("concern", "Pacing")])).await;
        let old = r#"{"form":"screening","version":1,"title":"Screening (2025)","sections":[{"id":"s","title":"Then","class":"clinical","answers":[{"question":"gone","label":"A question nobody asks now","kind":"findings","value":"Autism: suspected, new","codes":[{"code":"autism","label":"Autism","status":"suspected","known":"new"}]}]}]}"#;
        let mut tx = kit.tx(Role::Practitioner).await;
        let args = vec![record.id.into(), old.to_owned().into()];
        raw::execute(&mut tx, "UPDATE record SET snapshot = $2, form_version = '1' WHERE id = $1", args).await.unwrap();
        let view = tx.authorise::<ViewClinical>(subject).await.unwrap();
        let read = records::get(&mut tx, &view, record.id).await.unwrap().unwrap();
        tx.commit().await.unwrap();
        let snapshot = read.snapshot.expect("it is signed");
        assert_eq!((snapshot.title.as_str(), snapshot.version), ("Screening (2025)", 1));
        let answer = snapshot.answer("gone").unwrap();
        assert_eq!((answer.label.as_str(), answer.value.as_str()), ("A question nobody asks now", "Autism: suspected, new"));
        assert_eq!(serde_json::to_string(&snapshot).unwrap(), serde_json::to_string(&serde_json::from_str::<throughline_forms::Snapshot>(old).unwrap()).unwrap());
    }
}
