//! Worklists, contacts and shifts, on both databases.

use chrono::Duration;
use throughline_domain::board;
use throughline_domain::consent::{ConsentFor, ConsentState};
use throughline_domain::contact::{Attendance, ContactMode};
use throughline_domain::ids::{ConsentId, ContactId, EpisodeId, PersonId, ShiftId, TaskId};
use throughline_domain::role::Role;
use throughline_domain::task::{TaskKind, TaskState};
use throughline_domain::time::Instant;
use throughline_policy::{ChangeConsent, ChangeEpisode, ChangeFollowUp, Subject, ViewBoard, ViewFollowUp};
use throughline_store::consents::{self, NewConsent};
use throughline_store::contacts::{self, NewContact};
use throughline_store::shifts::{self, NewShift};
use throughline_store::tasks::{self, NewTask};
use throughline_store::worklists::{Count, Line};
use throughline_store::{Error, episodes, worklists};
use throughline_testkit::{Kit, on_both};
use uuid::Uuid;

/// A person whose follow-up is with the charity's link worker, with one contact owed.
struct Allocated {
    person: PersonId,
    subject: Subject,
    task: TaskId,
}

async fn allocated(kit: &Kit) -> Allocated {
    let person = kit.person("Jan", "Kowalski").await;
    let episode = kit.episode(person).await;
    let subject = Subject { person: Some(person), episode: Some(episode), site: Some(kit.custody()) };
    answer(kit, subject, ConsentState::Given).await;
    let mut tx = kit.tx(Role::Practitioner).await;
    let grant = tx.authorise::<ChangeEpisode>(subject).await.unwrap();
    let worker = kit.user(Role::LinkWorker);
    episodes::allocate(&mut tx, &grant, kit.places.partner, Some(worker)).await.unwrap();
    let task = owed(kit, person, episode);
    tasks::add(&mut tx, &task).await.unwrap();
    tx.commit().await.unwrap();
    Allocated { person, subject, task: task.id }
}

fn owed(kit: &Kit, person: PersonId, episode: EpisodeId) -> NewTask {
    NewTask {
        id: TaskId::new(Uuid::now_v7()),
        person_id: person,
        episode_id: episode,
        kind: TaskKind::ContactAfterRelease,
        title: "Contact within 48 hours of release".into(),
        due_at: kit.now + Duration::hours(40),
        owner_id: Some(kit.user(Role::LinkWorker)),
        organisation_id: kit.places.partner,
    }
}

async fn answer(kit: &Kit, subject: Subject, state: ConsentState) {
    let mut tx = kit.tx(Role::Practitioner).await;
    let grant = tx.authorise::<ChangeConsent>(subject).await.unwrap();
    let new = NewConsent {
        id: ConsentId::new(Uuid::now_v7()),
        consent_for: ConsentFor::LinkWorkers,
        state,
        words: String::new(),
        how_explained: String::new(),
    };
    consents::record(&mut tx, &grant, kit.custody(), &new).await.unwrap();
    tx.commit().await.unwrap();
}

/// Somebody whose follow-up the practitioner owes by an instant.
async fn follow_up(kit: &Kit, kind: TaskKind, due_at: Instant) -> PersonId {
    let person = kit.person("Sam", "Okoro").await;
    let episode = kit.episode(person).await;
    let task = NewTask {
        kind,
        due_at,
        owner_id: Some(kit.user(Role::Practitioner)),
        organisation_id: kit.places.trust,
        ..owed(kit, person, episode)
    };
    let mut tx = kit.tx(Role::Practitioner).await;
    tasks::add(&mut tx, &task).await.unwrap();
    tx.commit().await.unwrap();
    person
}

/// Whether the team leader has looked at somebody.
async fn looked_at(kit: &Kit, person: PersonId) -> bool {
    let mut read = kit.store.read().await.unwrap();
    let looks = throughline_store::audit::looks(&mut read, person, 10).await.unwrap();
    looks.iter().any(|look| look.verb == "view" && look.role == "team_leader")
}

on_both! {
    async fn a_worklist_names_a_person_only_while_they_agree(kit: Kit) {
        let Allocated { person, subject, task } = allocated(&kit).await;
        let worker = kit.user(Role::LinkWorker);
        let mut tx = kit.tx(Role::LinkWorker).await;
        let lines = worklists::of_user(&mut tx, worker, worklists::MOST).await.unwrap();
        assert_eq!(lines[0].name.as_ref().unwrap().formal(), "KOWALSKI, Jan");
        tx.commit().await.unwrap();
        let mut read = kit.store.read().await.unwrap();
        let looks = throughline_store::audit::looks(&mut read, person, 10).await.unwrap();
        assert!(looks.iter().any(|look| look.verb == "view" && look.actor_name == "Daniel Osei"));
        drop(read);

        answer(&kit, subject, ConsentState::Withdrawn).await;
        let mut tx = kit.tx(Role::LinkWorker).await;
        let lines = worklists::of_user(&mut tx, worker, worklists::MOST).await.unwrap();
        assert!(lines.is_empty(), "what was owed is the episode's owner's now");
        drop(tx);
        // Somebody hands it to them all the same: the line names nobody.
        let mut tx = kit.tx(Role::Practitioner).await;
        let view = tx.authorise::<ViewFollowUp>(subject).await.unwrap();
        let version = tasks::get(&mut tx, &view, task).await.unwrap().unwrap().version;
        let grant = tx.authorise::<ChangeFollowUp>(subject).await.unwrap();
        tasks::hand_to(&mut tx, &grant, task, version, kit.places.partner, Some(worker)).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = kit.tx(Role::LinkWorker).await;
        let lines = worklists::of_user(&mut tx, worker, worklists::MOST).await.unwrap();
        assert_eq!((lines.len(), lines[0].name.clone()), (1, None));
    }

    async fn many_people_are_asked_about_at_once_with_the_answers_of_each(kit: Kit) {
        let agreed = allocated(&kit).await;
        let refused = allocated(&kit).await;
        answer(&kit, refused.subject, ConsentState::Refused).await;
        let mut people: std::collections::BTreeSet<PersonId> = [agreed.person, refused.person].into();
        for n in 0..60 {
            people.insert(kit.person("Somebody", &format!("Number {n}")).await);
        }
        people.insert(PersonId::new(Uuid::now_v7()));
        for role in [Role::LinkWorker, Role::Practitioner, Role::Administrator] {
            let mut tx = kit.tx(role).await;
            let each = tx.may_each::<ViewFollowUp>(&people).await.unwrap();
            for person in &people {
                let alone = tx.may::<ViewFollowUp>(*person).await.unwrap();
                assert_eq!(each.contains(person), alone, "{role:?}");
            }
            assert_eq!(each.contains(&refused.person), role != Role::LinkWorker, "{role:?}");
        }
    }

    async fn the_site_sees_a_contact_that_the_charity_owes(kit: Kit) {
        let Allocated { task, .. } = allocated(&kit).await;
        let mut tx = kit.tx(Role::Practitioner).await;
        let grant = tx.authorise::<ViewBoard>(kit.custody()).await.unwrap();
        let soon = worklists::follow_ups_of_site(&mut tx, &grant, kit.now + Duration::hours(48), worklists::MOST).await.unwrap();
        assert_eq!(soon.iter().map(|line| line.task.id).collect::<Vec<_>>(), [task]);
        let sooner = worklists::follow_ups_of_site(&mut tx, &grant, kit.now + Duration::hours(39), worklists::MOST).await.unwrap();
        assert!(sooner.is_empty());
    }

    async fn a_short_list_of_follow_ups_names_the_first_and_counts_them_all(kit: Kit) {
        let until = kit.now + Duration::hours(48);
        let kinds = [TaskKind::FollowUp, TaskKind::ContactAfterRelease];
        let mut owed = Vec::new();
        for (n, hours) in [30, -20, 10, -5, 49, 20].into_iter().enumerate() {
            let due_at = kit.now + Duration::hours(hours);
            owed.push((follow_up(&kit, kinds[n % 2], due_at).await, kinds[n % 2], due_at));
        }
        owed.retain(|(_, _, due_at)| *due_at <= until);
        owed.sort_by_key(|(_, kind, due_at)| board::follow_up_place(*kind, *due_at));

        let mut tx = kit.tx(Role::TeamLeader).await;
        let grant = tx.authorise::<ViewBoard>(kit.custody()).await.unwrap();
        let count = worklists::count_follow_ups_of_site(&mut tx, &grant, until, kit.now).await.unwrap();
        let shown = worklists::follow_ups_of_site(&mut tx, &grant, until, 3).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(count, Count { total: 5, overdue: 2 });
        let people = |lines: &[Line]| lines.iter().map(|line| line.task.person_id).collect::<Vec<_>>();
        let first = owed.iter().take(3).map(|(person, ..)| *person).collect::<Vec<_>>();
        assert_eq!(people(&shown), first);
        for (person, ..) in &owed {
            assert_eq!(looked_at(&kit, *person).await, first.contains(person));
        }

        let mut tx = kit.tx(Role::TeamLeader).await;
        let grant = tx.authorise::<ViewBoard>(kit.custody()).await.unwrap();
        let all = worklists::follow_ups_of_site(&mut tx, &grant, until, worklists::MOST).await.unwrap();
        assert_eq!(people(&all), owed.iter().map(|(person, ..)| *person).collect::<Vec<_>>());
    }

    async fn a_short_list_of_own_tasks_names_the_first_and_counts_them_all(kit: Kit) {
        let mut owed = Vec::new();
        for hours in [-2, 3, -1] {
            owed.push(follow_up(&kit, TaskKind::FollowUp, kit.now + Duration::hours(hours)).await);
        }
        let user = kit.user(Role::Practitioner);
        let mut tx = kit.tx(Role::Practitioner).await;
        let shown = worklists::of_user(&mut tx, user, 2).await.unwrap();
        let count = worklists::count_of_user(&mut tx, user, kit.now).await.unwrap();
        assert_eq!(shown.iter().map(|line| line.task.person_id).collect::<Vec<_>>(), [owed[0], owed[2]]);
        assert_eq!(count, Count { total: 3, overdue: 2 });
    }

    async fn a_contact_keeps_when_it_was_and_when_it_was_written(kit: Kit) {
        let Allocated { subject, task, .. } = allocated(&kit).await;
        let mut tx = kit.tx(Role::LinkWorker).await;
        let grant = tx.authorise::<ChangeFollowUp>(subject).await.unwrap();
        let at = kit.now - Duration::hours(3);
        let new = NewContact {
            id: ContactId::new(Uuid::now_v7()),
            task_id: Some(task),
            mode: ContactMode::Telephone,
            attendance: Attendance::DidNotAttend,
            at,
            minutes: 5,
            note: "No answer.\n<b> & 'quoted'".into(),
        };
        contacts::record(&mut tx, &grant, kit.custody(), &new).await.unwrap();
        tasks::put_off(&mut tx, &grant, task, 1, kit.now + Duration::days(1)).await.unwrap();
        let again = tasks::end(&mut tx, &grant, task, 1, TaskState::Done, "").await;
        assert!(matches!(again, Err(Error::Stale)));
        let view = tx.authorise::<ViewFollowUp>(subject).await.unwrap();
        let contacts = contacts::of_episode(&mut tx, &view).await.unwrap();
        assert_eq!((contacts[0].at, contacts[0].entered_at), (at, kit.now));
        assert_eq!(contacts[0].note, new.note);
    }

    async fn the_board_tells_what_others_changed_since_it_was_seen(kit: Kit) {
        allocated(&kit).await;
        let mut tx = kit.tx(Role::TeamLeader).await;
        let grant = tx.authorise::<ViewBoard>(kit.custody()).await.unwrap();
        assert_eq!(worklists::seen_at(&mut tx, &grant).await.unwrap(), None);
        let before = kit.now - Duration::minutes(1);
        let changes = worklists::changes(&mut tx, &grant, before, 30).await.unwrap();
        assert!(changes.iter().any(|change| change.words.starts_with("Episode opened")));
        for at in [before, kit.now] {
            worklists::mark_seen(&mut tx, &grant, at).await.unwrap();
        }
        let seen = worklists::seen_at(&mut tx, &grant).await.unwrap().unwrap();
        assert_eq!(seen, kit.now);
        assert!(worklists::changes(&mut tx, &grant, seen, 30).await.unwrap().is_empty());
        drop(tx);

        let mut own = kit.tx(Role::Practitioner).await;
        let grant = own.authorise::<ViewBoard>(kit.custody()).await.unwrap();
        assert!(worklists::changes(&mut own, &grant, before, 30).await.unwrap().is_empty());
        assert!(worklists::risks(&mut own, &grant, kit.now.date_naive()).await.unwrap().is_empty());
    }

    async fn a_rota_says_who_is_here_and_who_comes_next(kit: Kit) {
        let mut tx = kit.tx(Role::Practitioner).await;
        for (role, from, to) in [(Role::Practitioner, -2, 6), (Role::TeamLeader, 6, 14), (Role::Bank, 20, 28)] {
            let shift = NewShift {
                id: ShiftId::new(Uuid::now_v7()),
                site_id: kit.custody(),
                user_id: kit.user(role),
                starts_at: kit.now + Duration::hours(from),
                ends_at: kit.now + Duration::hours(to),
            };
            shifts::add(&mut tx, &shift).await.unwrap();
        }
        let grant = tx.authorise::<ViewBoard>(kit.custody()).await.unwrap();
        let roles = |shifts: Vec<shifts::Shift>| shifts.into_iter().map(|shift| shift.role).collect::<Vec<_>>();
        assert_eq!(roles(shifts::on_now(&mut tx, &grant, kit.now).await.unwrap()), [Role::Practitioner]);
        assert_eq!(roles(shifts::next(&mut tx, &grant, kit.now).await.unwrap()), [Role::TeamLeader]);
    }
}
