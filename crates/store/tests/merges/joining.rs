//! What joining does, who may, and who waits for whom.

use crate::filled::{Dice, columns, dump, fill, rows, same, sql};
use crate::{jan, join, number_of, person, try_join, try_undo};
use std::collections::BTreeSet;
use throughline_domain::identifier::NhsNumber;
use throughline_domain::ids::PersonId;
use throughline_domain::merge::{Refusal, WrongNumber};
use throughline_domain::role::Role;
use throughline_policy::{
    ChangeIdentity, Denied, MergePeople, Subject, UnmergePeople, ViewContactDetails, ViewDuplicates, ViewEpisode,
    ViewIdentity, ViewRiskCard,
};
use throughline_store::merges;
use throughline_store::people::{self, NewPerson};
use throughline_store::{Cause, Refused, audit, events, raw};
use throughline_testkit::on_both;
use uuid::Uuid;

on_both! {
    async fn every_column_that_names_a_person_moves_or_says_why_not(kit: Kit) {
        let moved: BTreeSet<(String, String)> =
            merges::moved_columns().map(|(table, column)| (table.to_owned(), column.to_owned())).collect();
        let stays: BTreeSet<(String, String)> =
            merges::NOT_MOVED.iter().map(|(table, column, _)| ((*table).to_owned(), (*column).to_owned())).collect();
        let names: BTreeSet<(String, String)> = columns(&kit.store)
            .await
            .into_iter()
            .filter(|(_, column, refers)| *refers || column.contains("person"))
            .map(|(table, column, _)| (table, column))
            .collect();
        let known: BTreeSet<_> = moved.union(&stays).cloned().collect();
        assert_eq!(names.difference(&known).collect::<Vec<_>>(), Vec::<&(String, String)>::new(), "neither moved nor excepted");
        assert_eq!(known.difference(&names).collect::<Vec<_>>(), Vec::<&(String, String)>::new(), "not in the schema");
        assert!(moved.is_disjoint(&stays));
        assert!(merges::NOT_MOVED.iter().all(|(_, _, why)| !why.is_empty()));
    }

    async fn joining_moves_everything_and_the_other_record_says_where(kit: Kit) {
        let keep = kit.person("Jan", "Kowalski").await;
        let away = person(&kit, NewPerson { identifiers: vec![("pnc".into(), "2012/0345678X".into())], ..jan(Some(7)) }).await;
        let mut dice = Dice(3);
        fill(&kit, away, &mut dice).await;
        let episode = fill(&kit, away, &mut dice).await;
        let mut tx = kit.tx(Role::Practitioner).await;
        raw::execute(&mut tx, "UPDATE episode SET reporting_restriction = 'Section 45' WHERE id = $1", vec![episode.into()]).await.unwrap();
        tx.commit().await.unwrap();
        join(&kit, keep, away).await;
        for (table, column) in merges::moved_columns().filter(|(table, _)| !table.starts_with("person_")) {
            let count = async |id: PersonId| -> i64 {
                rows(&kit.store, sql(format!("SELECT count(*) AS n FROM {table} WHERE {column} = $1")), vec![id.into()]).await[0].get("n").unwrap()
            };
            assert_eq!(count(away).await, 0, "{table}.{column} was left behind");
            assert!(count(keep).await >= 2, "{table}.{column} did not come");
        }
        let mut tx = kit.tx(Role::Practitioner).await;
        let grant = tx.authorise::<ViewRiskCard>(keep).await.unwrap();
        assert_eq!(throughline_store::alerts::risk_card(&mut tx, &grant).await.unwrap().alerts.len(), 2, "alerts travel");
        let grant = tx.authorise::<ViewEpisode>(Subject { person: Some(keep), episode: Some(episode), site: None }).await.unwrap();
        assert_eq!(throughline_store::episodes::get(&mut tx, &grant).await.unwrap().unwrap().person_id, keep);
        let lines = events::of_person(&mut tx, &grant, 50).await.unwrap();
        assert!(lines.iter().any(|line| line.kind == "merge" && line.words.starts_with("Records joined")));
        let grant = tx.authorise::<ViewIdentity>(keep).await.unwrap();
        let known = people::get(&mut tx, &grant).await.unwrap().unwrap();
        assert!(known.identifiers.contains(&("pnc".to_owned(), "2012/0345678X".to_owned())));
        assert!(known.aliases.iter().all(|alias| alias.surname != "Kowalski"), "the same name is no other name");
        assert_eq!(known.nhs_number, Some(NhsNumber::invented(7)), "a number is not lost");
        assert_eq!(merges::kept(&mut tx, away).await.unwrap(), Some(keep));
        assert_eq!(merges::kept(&mut tx, keep).await.unwrap(), None);
        assert_eq!(merges::of_person(&mut tx, &grant).await.unwrap()[0].away.surname, "Kowalski");
        tx.commit().await.unwrap();
    }

    async fn another_name_is_kept_and_taken_back(kit: Kit) {
        let keep = kit.person("Jan", "Kowalski").await;
        let away = kit.person("Janek", "Kowal").await;
        let id = join(&kit, keep, away).await;
        let names = async || -> Vec<String> {
            rows(&kit.store, "SELECT surname FROM person_alias WHERE person_id = $1", vec![keep.into()]).await.iter().map(|row| row.get("surname").unwrap()).collect()
        };
        assert_eq!(names().await, ["Kowal"]);
        try_undo(&kit, keep, away, id).await.unwrap();
        assert_eq!(names().await, Vec::<String>::new());
    }

    async fn who_looked_shows_both_and_each_is_audited(kit: Kit) {
        let (keep, away) = (kit.person("Jan", "Kowalski").await, kit.person("Janek", "Kowal").await);
        kit.episode(away).await;
        let mut tx = kit.tx(Role::Bank).await;
        tx.authorise::<ViewIdentity>(away).await.unwrap();
        tx.commit().await.unwrap();
        let looks = async |person| {
            let mut read = kit.store.read().await.unwrap();
            audit::looks(&mut read, person, 100).await.unwrap()
        };
        let nadia = |looks: &[audit::Look]| looks.iter().any(|look| look.actor_name == "Nadia Kowal");
        assert!(!nadia(&looks(keep).await));
        let id = join(&kit, keep, away).await;
        assert!(nadia(&looks(keep).await), "who looked at the record that went looked at this person");
        let acts = |looks: &[audit::Look], verb: &str| looks.iter().filter(|look| look.verb == verb).count();
        assert_eq!((acts(&looks(keep).await, "merge"), acts(&looks(away).await, "merge")), (2, 1));
        try_undo(&kit, keep, away, id).await.unwrap();
        assert!(!nadia(&looks(keep).await));
        assert_eq!((acts(&looks(keep).await, "unmerge"), acts(&looks(away).await, "unmerge")), (1, 1));
    }

    async fn nobody_has_a_relationship_with_a_record_that_went(kit: Kit) {
        let (keep, away) = (kit.person("Jan", "Kowalski").await, kit.person("Janek", "Kowal").await);
        fill(&kit, away, &mut Dice(1)).await;
        let id = join(&kit, keep, away).await;
        for role in [Role::Practitioner, Role::TeamLeader, Role::Administrator, Role::Manager] {
            let mut tx = kit.tx(role).await;
            assert!(!tx.may::<ViewIdentity>(away).await.unwrap(), "{role} opens the record that went");
            assert!(!tx.may::<ViewContactDetails>(away).await.unwrap());
        }
        try_undo(&kit, keep, away, id).await.unwrap();
        let mut tx = kit.tx(Role::Practitioner).await;
        assert!(tx.may::<ViewIdentity>(away).await.unwrap());
    }

    async fn two_nhs_numbers_are_joined_only_when_one_is_said_to_be_wrong(kit: Kit) {
        let (keep, away) = (person(&kit, jan(Some(7))).await, person(&kit, jan(Some(80))).await);
        let before = dump(&kit.store).await;
        assert_eq!(try_join(&kit, keep, away, None).await, Err(Refusal::TwoNhsNumbers));
        same(&before, &dump(&kit.store).await, "after a refusal");
        let id = try_join(&kit, keep, away, Some(WrongNumber::OfTheOneThatStays)).await.unwrap();
        assert_eq!(number_of(&kit, keep).await.as_deref(), Some(NhsNumber::invented(80).digits()));
        try_undo(&kit, keep, away, id).await.unwrap();
        same(&before, &dump(&kit.store).await, "after the undoing");
        try_join(&kit, keep, away, Some(WrongNumber::OfTheOther)).await.unwrap();
        assert_eq!(number_of(&kit, keep).await.as_deref(), Some(NhsNumber::invented(7).digits()));
    }

    async fn nobody_is_joined_by_a_machine(kit: Kit) {
        let (keep, away) = (kit.person("Jan", "Kowalski").await, kit.person("Janek", "Kowal").await);
        let mut tx = kit.store.begin(Cause { actor: None, at: kit.now, request: "job".into() }).await.unwrap();
        let refused = tx.authorise::<MergePeople>(keep).await;
        assert!(matches!(refused, Err(Refused::Denied(Denied::Role))), "the system itself may not");
        drop(tx);
        for (user, reason) in [(None, "They are one"), (Some(kit.user(Role::TeamLeader)), "")] {
            let args = vec![Uuid::now_v7().into(), keep.into(), away.into(), reason.into(), kit.now.into(), user.into()];
            let mut tx = kit.tx(Role::TeamLeader).await;
            let made = raw::execute(&mut tx, "INSERT INTO person_merge (id, keep_id, away_id, reason, at, by_user, by_name) VALUES ($1, $2, $3, $4, $5, $6, 'x')", args).await;
            assert!(made.is_err(), "a joining without a user or a reason was written");
        }
    }

    async fn only_leaders_and_administrators_join(kit: Kit) {
        let keep = kit.person("Jan", "Kowalski").await;
        for role in Role::ALL {
            let mut tx = kit.tx(*role).await;
            let may = matches!(role, Role::TeamLeader | Role::Administrator);
            assert_eq!(tx.may::<MergePeople>(keep).await.unwrap(), may, "{role}");
            assert_eq!(tx.may::<UnmergePeople>(keep).await.unwrap(), may, "{role}");
            let sees = may || matches!(role, Role::Practitioner | Role::Bank);
            assert_eq!(tx.may::<ViewDuplicates>(keep).await.unwrap(), sees, "{role}");
        }
    }

    async fn whoever_writes_to_a_record_is_waited_for(kit: Kit) {
        let (keep, away) = (kit.person("Jan", "Kowalski").await, kit.person("Janek", "Kowal").await);
        let mut writing = kit.tx(Role::Practitioner).await;
        let change = writing.authorise::<ChangeIdentity>(away).await.unwrap();
        let joining = async {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            join(&kit, keep, away).await
        };
        let writing = async {
            tokio::time::sleep(std::time::Duration::from_millis(400)).await;
            let identifier = ("local".to_owned(), "L77".to_owned());
            people::learn(&mut writing, &change, None, &[identifier]).await.unwrap();
            writing.commit().await.unwrap();
        };
        tokio::join!(joining, writing);
        let found = rows(&kit.store, "SELECT person_id FROM person_identifier WHERE value = 'L77'", vec![]).await;
        assert_eq!(found[0].get::<PersonId>("person_id").unwrap(), keep, "what was being written went with the rest");
    }
}
