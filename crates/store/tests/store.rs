//! The store's promises, on SQLite and on PostgreSQL.

use std::collections::BTreeSet;
use throughline_audit::{Broken, Head};
use throughline_domain::consent::{ConsentFor, ConsentState};
use throughline_domain::episode::ClosureReason;
use throughline_domain::ids::{ConsentId, TaskId};
use throughline_domain::name::Name;
use throughline_domain::role::Role;
use throughline_domain::task::{TaskKind, TaskState};
use throughline_matching::Description;
use throughline_policy::{
    ChangeConsent, ChangeEpisode, ChangeFollowUp, ChangeIdentity, ClaimAccess, CloseEpisode, SearchPeople, Subject,
    ViewAuditLog, ViewClinical, ViewEpisode, ViewFollowUp, ViewIdentity, ViewWhoLooked,
};
use throughline_store::consents::NewConsent;
use throughline_store::episodes::NextAction;
use throughline_store::idempotency::{self, Claim};
use throughline_store::tasks::NewTask;
use throughline_store::{Error, Refused, Store, audit, consents, episodes, people, search, tasks};
use throughline_testkit::on_both;
use uuid::Uuid;

fn subject(person: throughline_domain::ids::PersonId, episode: throughline_domain::ids::EpisodeId) -> Subject {
    Subject { person: Some(person), episode: Some(episode), site: None }
}

/// Changes the log behind the functions; the act itself writes no row.
async fn tamper(kit: &throughline_testkit::Kit, sql: &'static str, seq: i64) {
    let mut tx = kit.tx(Role::InformationGovernance).await;
    throughline_store::raw::execute(&mut tx, sql, vec![seq.into()]).await.expect("tampered");
    tx.commit().await.expect("it commits");
}

on_both! {
    async fn a_migrated_database_opens_again(kit: Kit) {
        let again = Store::open(&kit.location).await.expect("it opens");
        assert_eq!(throughline_store::pending(&again).await.expect("it answers"), vec![]);
    }

    async fn a_person_is_kept_as_given(kit: Kit) {
        let id = kit.person("Zoë \u{2019}Ann'; DROP TABLE person;--", "O\u{2019}Łukasz <b>=1+1</b> \u{1F600}").await;
        let mut tx = kit.tx(Role::Practitioner).await;
        let grant = tx.authorise::<ViewIdentity>(id).await.expect("whoever made a person may see them");
        let person = people::get(&mut tx, &grant).await.expect("it answers").expect("the person is there");
        tx.commit().await.expect("it commits");
        assert_eq!(person.name, Name::new("Zoë \u{2019}Ann'; DROP TABLE person;--", "O\u{2019}Łukasz <b>=1+1</b> \u{1F600}"));
    }

    async fn a_stale_change_is_refused_and_the_former_state_is_kept(kit: Kit) {
        let id = kit.person("Ada", "Marsh").await;
        kit.episode(id).await;
        let mut tx = kit.tx(Role::Practitioner).await;
        let view = tx.authorise::<ViewIdentity>(id).await.expect("allowed");
        let change = tx.authorise::<ChangeIdentity>(id).await.expect("allowed");
        let mut person = people::get(&mut tx, &view).await.expect("it answers").expect("there");
        person.name.surname = "Marshall".into();
        people::change(&mut tx, &change, &person).await.expect("the first change is taken");
        let second = people::change(&mut tx, &change, &person).await;
        assert!(matches!(second, Err(Error::Stale)), "{second:?}");
    }

    async fn nobody_reads_without_a_relationship_and_the_refusal_is_audited(kit: Kit) {
        let id = kit.person("Ada", "Marsh").await;
        kit.episode(id).await;
        let mut tx = kit.tx(Role::Student).await;
        let refused = tx.authorise::<ViewClinical>(id).await;
        assert!(matches!(refused, Err(Refused::Denied(_))), "a student sees only their own caseload");
        drop(tx);
        // The refused row is written by itself, since the refused act is never committed.
        let mut looks = Vec::new();
        for _ in 0..100 {
            let mut tx = kit.tx(Role::InformationGovernance).await;
            let grant = tx.authorise::<ViewWhoLooked>(id).await.expect("governance may");
            looks = audit::who_looked(&mut tx, &grant, 100).await.expect("it answers");
            tx.commit().await.expect("it commits");
            if looks.iter().any(|look| look.outcome == "relationship") {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        assert!(looks.iter().any(|look| look.outcome == "relationship" && look.role == "student"), "{looks:#?}");
    }

    async fn link_workers_see_people_only_when_allocated_and_agreed(kit: Kit) {
        let person = kit.person("Ada", "Marsh").await;
        let episode = kit.episode(person).await;
        let see = async || {
            let mut tx = kit.tx(Role::LinkWorker).await;
            let seen = tx.authorise::<ViewIdentity>(subject(person, episode)).await.is_ok();
            let clinical = tx.authorise::<ViewClinical>(subject(person, episode)).await.is_ok();
            (seen, clinical)
        };
        assert_eq!(see().await, (false, false), "before allocation");

        let mut tx = kit.tx(Role::Practitioner).await;
        let grant = tx.authorise::<ChangeEpisode>(subject(person, episode)).await.expect("the owner may");
        episodes::allocate(&mut tx, &grant, kit.places.partner, None).await.expect("allocated");
        tx.commit().await.expect("it commits");
        assert_eq!(see().await, (false, false), "allocated, and not asked for consent");

        record(&kit, person, episode, ConsentState::Given).await;
        assert_eq!(see().await, (true, false), "allocated and agreed: identity, never the clinical record");

        record(&kit, person, episode, ConsentState::Withdrawn).await;
        assert_eq!(see().await, (false, false), "withdrawal takes effect on the next request");
    }

    async fn claimed_access_opens_the_view_for_an_hour(kit: Kit) {
        let person = kit.person("Ada", "Marsh").await;
        kit.episode(person).await;
        let mut tx = kit.tx(Role::Manager).await;
        assert!(tx.authorise::<ViewIdentity>(person).await.is_err(), "a manager needs a reason");
        let claim = tx.authorise::<ClaimAccess>(person).await.expect("managers may claim");
        people::claim_access(&mut tx, &claim, "Complaint 2231 names this person").await.expect("claimed");
        assert!(tx.authorise::<ViewIdentity>(person).await.is_ok());
        assert!(tx.authorise::<ChangeIdentity>(person).await.is_err(), "claimed access only looks");
        tx.commit().await.expect("it commits");
        let mut later = kit.tx_at(Role::Manager, kit.now + chrono::Duration::minutes(61)).await;
        assert!(later.authorise::<ViewIdentity>(person).await.is_err(), "the hour is over");
    }

    async fn the_audit_log_is_whole_and_tampering_is_found(kit: Kit) {
        for name in ["Marsh", "Hill", "Brook"] {
            kit.person("Ada", name).await;
        }
        let mut read = kit.store.read().await.expect("it answers");
        let head = audit::verify(&mut read, None).await.expect("it answers").expect("the log is whole");
        assert!(head.seq >= 3, "{head:?}");
        drop(read);

        let mut tx = kit.tx(Role::InformationGovernance).await;
        throughline_store::raw::execute(&mut tx, "UPDATE audit_row SET actor_name = 'Somebody else' WHERE seq = $1", vec![2_i64.into()]).await.expect("tampered");
        tx.commit().await.expect("it commits");
        let mut read = kit.store.read().await.expect("it answers");
        assert_eq!(audit::verify(&mut read, None).await.expect("it answers"), Err(Broken::Changed(2)));
        drop(read);

        let kept = Head { seq: 1_000, hash: "0".repeat(64) };
        let fresh = throughline_testkit::Kit::sqlite().await;
        let mut read = fresh.store.read().await.expect("it answers");
        let cut = audit::verify(&mut read, Some(&kept)).await.expect("it answers");
        assert!(matches!(cut, Err(Broken::CutBack { kept: 1_000, .. })), "{cut:?}");
    }

    async fn a_log_verified_before_is_read_on_and_tampering_since_is_found(kit: Kit) {
        kit.person("Ada", "Marsh").await;
        let mut read = kit.store.read().await.expect("it answers");
        let verified = audit::verify(&mut read, None).await.expect("it answers").expect("the log is whole");
        drop(read);
        kit.person("Ada", "Hill").await;
        let mut read = kit.store.read().await.expect("it answers");
        let head = audit::verify_after(&mut read, &verified, None).await.expect("it answers").expect("the log is whole");
        assert!(head.seq > verified.seq);
        drop(read);

        tamper(&kit, "UPDATE audit_row SET actor_name = 'Somebody else' WHERE seq = $1", verified.seq + 1).await;
        let mut read = kit.store.read().await.expect("it answers");
        let found = audit::verify_after(&mut read, &verified, None).await.expect("it answers");
        assert_eq!(found, Err(Broken::Changed(verified.seq + 1)));
        assert_eq!(audit::verify(&mut read, None).await.expect("it answers"), found, "the whole log says the same");
        drop(read);

        tamper(&kit, "UPDATE audit_row SET hash = 'another' WHERE seq = $1", verified.seq).await;
        let mut read = kit.store.read().await.expect("it answers");
        let found = audit::verify_after(&mut read, &verified, None).await.expect("it answers");
        assert_eq!(found, Err(Broken::Replaced(verified.seq)));
        drop(read);

        tamper(&kit, "DELETE FROM audit_row WHERE seq >= $1", verified.seq).await;
        let mut read = kit.store.read().await.expect("it answers");
        let found = audit::verify_after(&mut read, &verified, None).await.expect("it answers");
        assert!(matches!(found, Err(Broken::CutBack { .. })), "{found:?}");
    }

    async fn one_page_about_one_person_is_one_line_of_who_looked(kit: Kit) {
        let person = kit.person("Ada", "Marsh").await;
        kit.episode(person).await;
        let before = lines(&kit, person).await;
        let mut tx = kit.tx(Role::TeamLeader).await;
        tx.authorise::<ViewIdentity>(person).await.expect("allowed");
        tx.authorise::<ViewClinical>(person).await.expect("allowed");
        tx.commit().await.expect("it commits");
        let after = lines(&kit, person).await;
        assert_eq!(after.len(), before.len() + 1);
        assert_eq!(after[0].classes, "identity clinical");
        assert_eq!(after[0].relationship, "site");
    }

    async fn a_form_sent_twice_acts_once(kit: Kit) {
        let user = kit.user(Role::Practitioner);
        let mut tx = kit.tx(Role::Practitioner).await;
        assert_eq!(idempotency::claim(&mut tx, user, "key-1").await.expect("it answers"), Claim::New);
        idempotency::done(&mut tx, "key-1", "/people/x").await.expect("it answers");
        tx.commit().await.expect("it commits");
        let mut tx = kit.tx(Role::Practitioner).await;
        assert_eq!(idempotency::claim(&mut tx, user, "key-1").await.expect("it answers"), Claim::Done("/people/x".into()));
        let other = kit.user(Role::TeamLeader);
        assert_eq!(idempotency::claim(&mut tx, other, "key-1").await.expect("it answers"), Claim::Done("/".into()));
    }

    async fn an_act_that_is_not_committed_leaves_no_trace(kit: Kit) {
        let person = kit.person("Ada", "Marsh").await;
        let episode = kit.episode(person).await;
        let mut tx = kit.tx(Role::Practitioner).await;
        tasks::add(&mut tx, &owed(&kit, person, episode)).await.expect("added");
        drop(tx);
        let mut tx = kit.tx(Role::Practitioner).await;
        let grant = tx.authorise::<ViewFollowUp>(subject(person, episode)).await.expect("the owner may");
        assert!(tasks::of_episode(&mut tx, &grant).await.expect("it answers").is_empty());
    }

    async fn a_task_ends_once(kit: Kit) {
        let person = kit.person("Ada", "Marsh").await;
        let episode = kit.episode(person).await;
        let task = owed(&kit, person, episode);
        let mut tx = kit.tx(Role::Practitioner).await;
        tasks::add(&mut tx, &task).await.expect("added");
        let grant = tx.authorise::<ChangeFollowUp>(subject(person, episode)).await.expect("allowed");
        tasks::end(&mut tx, &grant, task.id, 1, TaskState::Done, "Spoke").await.expect("ended");
        let again = tasks::end(&mut tx, &grant, task.id, 1, TaskState::Done, "Spoke").await;
        assert!(matches!(again, Err(Error::Stale)));
    }

    async fn a_closed_episode_owes_nothing_next_and_whoever_would_owe_it_is_told(kit: Kit) {
        let person = kit.person("Ada", "Marsh").await;
        let episode = kit.episode(person).await;
        let mut tx = kit.tx(Role::Practitioner).await;
        let due = episodes::soon(kit.now);
        let set = episodes::set_next_action(&mut tx, episode, "Ring the court", due).await.unwrap();
        assert_eq!(set, NextAction::Set);
        let view = tx.authorise::<ViewEpisode>(subject(person, episode)).await.unwrap();
        let version = episodes::get(&mut tx, &view).await.unwrap().unwrap().version;
        let grant = tx.authorise::<CloseEpisode>(subject(person, episode)).await.unwrap();
        episodes::close(&mut tx, &grant, version, kit.custody(), ClosureReason::Linked, "").await.unwrap();
        let late = episodes::set_next_action(&mut tx, episode, "Ring the court", due).await.unwrap();
        assert_eq!(late, NextAction::Closed);
    }

    async fn many_writers_share_commits_and_none_is_lost(kit: Kit) {
        let kit = std::sync::Arc::new(kit);
        let writers: Vec<_> = (0..8)
            .map(|writer| {
                let kit = kit.clone();
                tokio::spawn(async move {
                    let mut made = BTreeSet::new();
                    for n in 0..25 {
                        made.insert(kit.person(&format!("Writer {writer}"), &format!("Number {n}")).await);
                    }
                    made
                })
            })
            .collect();
        let mut made = BTreeSet::new();
        for writer in writers {
            made.extend(writer.await.expect("no writer fails"));
        }
        let mut read = kit.store.read().await.expect("it answers");
        assert_eq!(people::count(&mut read).await.expect("it answers"), 200);
        assert_eq!(made.len(), 200);
        assert!(audit::verify(&mut read, None).await.expect("it answers").is_ok());
    }

    async fn a_name_spelt_by_ear_finds_its_person_and_the_search_is_audited(kit: Kit) {
        let person = kit.person("Katherine", "Philips").await;
        kit.person("Peter", "Ashgrove").await;
        let mut tx = kit.tx(Role::Practitioner).await;
        let grant = tx.authorise::<SearchPeople>(Subject::default()).await.expect("practitioners may");
        let found = search::search(&mut tx, &grant, &Description::named("Cathryn", "Fillips"), 10).await.expect("it answers");
        tx.commit().await.expect("it commits");
        assert_eq!(found.people.first().map(|candidate| candidate.person.id), Some(person));
        assert!(lines(&kit, person).await.iter().any(|look| look.classes == "search"));
    }

    async fn the_audit_log_names_everybody_who_signs_in(kit: Kit) {
        let mut tx = kit.tx(Role::InformationGovernance).await;
        let grant = tx.authorise::<ViewAuditLog>(Subject::default()).await.expect("governance may");
        let rows = audit::newest(&mut tx, &grant, 500).await.expect("it answers");
        assert!(rows.iter().any(|row| row.classes == "users"), "making users is in the log");
    }
}

fn owed(
    kit: &throughline_testkit::Kit,
    person_id: throughline_domain::ids::PersonId,
    episode_id: throughline_domain::ids::EpisodeId,
) -> NewTask {
    NewTask {
        id: TaskId::new(Uuid::now_v7()),
        person_id,
        episode_id,
        kind: TaskKind::FollowUp,
        title: "Ring".into(),
        due_at: kit.now,
        owner_id: Some(kit.user(Role::Practitioner)),
        organisation_id: kit.places.trust,
    }
}

async fn lines(kit: &throughline_testkit::Kit, person: throughline_domain::ids::PersonId) -> Vec<audit::Look> {
    let mut read = kit.store.read().await.expect("it answers");
    audit::looks(&mut read, person, 1_000).await.expect("it answers")
}

async fn record(
    kit: &throughline_testkit::Kit,
    person: throughline_domain::ids::PersonId,
    episode: throughline_domain::ids::EpisodeId,
    state: ConsentState,
) {
    let at = kit.now + chrono::Duration::minutes(if state == ConsentState::Given { 1 } else { 2 });
    let mut tx = kit.tx_at(Role::Practitioner, at).await;
    let grant = tx.authorise::<ChangeConsent>(subject(person, episode)).await.expect("the owner may");
    let new = NewConsent {
        id: ConsentId::new(Uuid::now_v7()),
        consent_for: ConsentFor::LinkWorkers,
        state,
        words: String::new(),
        how_explained: String::new(),
    };
    consents::record(&mut tx, &grant, kit.custody(), &new).await.expect("recorded");
    tx.commit().await.expect("it commits");
}
