//! Taking records apart again: exact, newest first, and what stays.

use crate::filled::{Dice, dump, fill, rows, same, torn};
use crate::{jan, join, person, try_join, try_undo};
use chrono::Duration;
use throughline_domain::ids::{MergeId, PersonId};
use throughline_domain::merge::{Refusal, WrongNumber};
use throughline_domain::name::Name;
use throughline_domain::role::Role;
use throughline_policy::{ViewContactDetails, ViewDuplicates};
use throughline_store::merges;
use throughline_store::people::{ContactDetails, NewPerson};
use throughline_store::raw;
use throughline_testkit::on_both;
use uuid::Uuid;

on_both! {
    async fn a_record_that_went_cannot_go_again_and_a_chain_is_undone_from_its_end(kit: Kit) {
        let (a, b, c) = (kit.person("Ann", "One").await, kit.person("Bea", "Two").await, kit.person("Cat", "Three").await);
        for person in [a, b, c] {
            fill(&kit, person, &mut Dice(5)).await;
        }
        let start = dump(&kit.store).await;
        let first = join(&kit, b, c).await;
        let between = dump(&kit.store).await;
        assert_eq!(try_join(&kit, a, c, None).await, Err(Refusal::JoinedBefore));
        assert_eq!(try_join(&kit, c, a, None).await, Err(Refusal::JoinedBefore));
        assert_eq!(try_join(&kit, a, a, None).await, Err(Refusal::Same));
        let second = join(&kit, a, b).await;
        let mut read = kit.store.read().await.unwrap();
        assert_eq!(merges::kept(&mut read, c).await.unwrap(), Some(a));
        drop(read);
        let refused = try_undo(&kit, b, c, first).await.unwrap_err();
        assert_eq!(refused.to_string(), "Undo the later joining first: this record was joined again on 24 November 2026 by Josie Quill");
        try_undo(&kit, a, b, second).await.unwrap();
        same(&between, &dump(&kit.store).await, "after B came out of A");
        assert_eq!(try_undo(&kit, a, b, second).await, Err(Refusal::UndoneBefore));
        try_undo(&kit, b, c, first).await.unwrap();
        same(&start, &dump(&kit.store).await, "after C came out of B");
    }

    async fn two_joinings_into_one_record_are_undone_newest_first(kit: Kit) {
        let (a, b, c) = (kit.person("Ann", "One").await, kit.person("Bea", "Two").await, kit.person("Bea", "Two").await);
        let first = join(&kit, a, b).await;
        let second = join(&kit, a, c).await;
        assert!(matches!(try_undo(&kit, a, b, first).await, Err(Refusal::LaterJoining { .. })));
        try_undo(&kit, a, c, second).await.unwrap();
        try_undo(&kit, a, b, first).await.unwrap();
    }

    async fn undoing_gives_back_everything_whatever_was_joined(kit: Kit) {
        for seed in 1..=4 {
            let mut dice = Dice(seed);
            let mut people = Vec::new();
            for n in 0..5 {
                let number = (dice.roll(3) == 0).then(|| u32::try_from(seed * 100 + n * 20).unwrap());
                let new = NewPerson {
                    name: Name::new("Jan", &format!("Alias{}", dice.roll(4))),
                    contact: ContactDetails { safe_contact: "Not after six".into(), ..ContactDetails::default() },
                    ..jan(number)
                };
                let id = person(&kit, new).await;
                for _ in 0..dice.roll(3) {
                    fill(&kit, id, &mut dice).await;
                }
                people.push(id);
            }
            let mut standing: Vec<(PersonId, PersonId, MergeId, _)> = Vec::new();
            for step in 0..10 {
                let pick = |dice: &mut Dice| people[usize::try_from(dice.roll(5)).unwrap()];
                let (keep, away) = (pick(&mut dice), pick(&mut dice));
                let before = dump(&kit.store).await;
                let wrong = Some(if dice.roll(2) == 0 { WrongNumber::OfTheOther } else { WrongNumber::OfTheOneThatStays });
                if let Ok(id) = try_join(&kit, keep, away, wrong).await {
                    standing.push((keep, away, id, before));
                }
                if dice.roll(3) == 0 && let Some((keep, away, id, before)) = standing.pop() {
                    try_undo(&kit, keep, away, id).await.unwrap();
                    same(&before, &dump(&kit.store).await, &format!("seed {seed}, step {step}"));
                }
                assert_eq!(torn(&kit.store).await, Vec::<String>::new());
            }
            while let Some((keep, away, id, before)) = standing.pop() {
                try_undo(&kit, keep, away, id).await.unwrap();
                same(&before, &dump(&kit.store).await, &format!("seed {seed}, at the end"));
            }
        }
    }

    async fn what_came_afterwards_stays_unless_its_episode_goes_back(kit: Kit) {
        let (keep, away) = (kit.person("Jan", "Kowalski").await, kit.person("Janek", "Kowal").await);
        let old = fill(&kit, away, &mut Dice(2)).await;
        let id = join(&kit, keep, away).await;
        let new = fill(&kit, keep, &mut Dice(2)).await;
        let mut tx = kit.tx(Role::Practitioner).await;
        raw::execute(&mut tx,
            "INSERT INTO task (id, person_id, episode_id, kind, title, due_at, organisation_id, state, created_at)
             VALUES ($1, $2, $3, 'follow_up', 'Added to the old episode', $4, $5, 'open', $4)",
            vec![Uuid::now_v7().into(), keep.into(), old.into(), kit.now.into(), kit.places.trust.into()]).await.unwrap();
        // A row of a list that came with the other record, and whose episode was opened afterwards.
        raw::execute(&mut tx, "UPDATE list_entry SET episode_id = $1 WHERE person_id = $2 AND (episode_id IS NULL OR episode_id = $3)",
            vec![new.into(), keep.into(), old.into()]).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = kit.tx(Role::TeamLeader).await;
        let (kept, gone) = (tx.authorise::<ViewDuplicates>(keep).await.unwrap(), tx.authorise::<ViewDuplicates>(away).await.unwrap());
        let merge = merges::get(&mut tx, &kept, &gone, id).await.unwrap().unwrap();
        let of = |kind: &str| merge.added.iter().find(|added| added.kind == kind).map(|added| (added.stays, added.goes_back));
        assert_eq!(of("Tasks"), Some((1, 1)), "{:?}", merge.added);
        assert_eq!(of("Episodes"), Some((1, 0)));
        assert_eq!(of("Timeline"), None);
        assert!(merge.moved.contains(&("Episodes", 1)) && merge.not_now.is_none() && merge.undone.is_none());
        drop(tx);
        try_undo(&kit, keep, away, id).await.unwrap();
        assert_eq!(torn(&kit.store).await, Vec::<String>::new(), "an episode is one person's");
        let tasks = async |person: PersonId| -> i64 { rows(&kit.store, "SELECT count(*) AS n FROM task WHERE person_id = $1", vec![person.into()]).await[0].get("n").unwrap() };
        assert_eq!((tasks(keep).await, tasks(away).await), (1, 2));
    }

    async fn what_is_left_behind_is_told(kit: Kit) {
        let keep = kit.person("Jan", "Kowalski").await;
        let contact = ContactDetails { safe_contact: "Partner must not know".into(), ..ContactDetails::default() };
        let away = person(&kit, NewPerson { contact, ..jan(None) }).await;
        let id = join(&kit, keep, away).await;
        let mut tx = kit.tx_at(Role::Practitioner, kit.now + Duration::hours(1)).await;
        let grant = tx.authorise::<ViewContactDetails>(keep).await.unwrap();
        let left = merges::left_behind_in(&mut tx, &grant, id).await.unwrap();
        let safe = left.iter().find(|detail| detail.label == "Contact safely").unwrap();
        assert_eq!((safe.keep.as_str(), safe.away.as_str()), ("", "Partner must not know"));
        tx.commit().await.unwrap();
    }
}
