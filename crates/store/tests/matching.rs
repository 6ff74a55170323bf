//! The matching engine's index follows what is committed, on both databases and on several servers.

use throughline_domain::ids::PersonId;
use throughline_domain::name::Name;
use throughline_domain::role::Role;
use throughline_matching::Description;
use throughline_policy::{ChangeIdentity, CreatePerson, SearchPeople, Subject, ViewIdentity};
use throughline_store::people::{self, NewPerson};
use throughline_store::search;
use throughline_store::{Cause, Store, Value, matching, raw};
use throughline_testkit::{Kit, on_both};
use uuid::Uuid;

/// Whom a search for a name finds, by a practitioner on this server.
async fn found(kit: &Kit, store: &Store, forenames: &str, surname: &str) -> Vec<PersonId> {
    let actor = kit.tx(Role::Practitioner).await.actor().cloned();
    let mut tx = store.begin(Cause { actor, at: kit.now, request: "test".into() }).await.unwrap();
    let grant = tx.authorise::<SearchPeople>(Subject::default()).await.unwrap();
    let found = search::search(&mut tx, &grant, &Description::named(forenames, surname), 10).await.unwrap();
    found.people.into_iter().map(|candidate| candidate.person.id).collect()
}

async fn renamed(kit: &Kit, person: PersonId, name: Name) {
    let mut tx = kit.tx(Role::Practitioner).await;
    let view = tx.authorise::<ViewIdentity>(person).await.unwrap();
    let mut known = people::get(&mut tx, &view).await.unwrap().unwrap();
    known.name = name;
    let grant = tx.authorise::<ChangeIdentity>(person).await.unwrap();
    people::change(&mut tx, &grant, &known).await.unwrap();
    tx.commit().await.unwrap();
}

async fn changes(kit: &Kit) -> i64 {
    let mut tx = kit.tx(Role::Practitioner).await;
    raw::fetch_all(&mut tx, "SELECT count(*) AS many FROM match_change", vec![]).await.unwrap()[0].get("many").unwrap()
}

on_both! {
    async fn whoever_is_made_known_is_found_at_once_and_under_the_name_they_have_now(kit: Kit) {
        assert!(found(&kit, &kit.store, "Ada", "Marsh").await.is_empty());
        let ada = kit.person("Ada", "Marsh").await;
        assert_eq!(found(&kit, &kit.store, "Ada", "Marsh").await, [ada]);
        renamed(&kit, ada, Name::new("Adeline", "Quillfeather")).await;
        assert_eq!(found(&kit, &kit.store, "Adeline", "Quilfether").await, [ada]);
        assert!(found(&kit, &kit.store, "", "Marsh").await.is_empty());
    }

    async fn an_act_that_is_given_up_leaves_nobody_in_the_index(kit: Kit) {
        found(&kit, &kit.store, "Ada", "Marsh").await;
        {
            let mut tx = kit.tx(Role::Practitioner).await;
            let grant = tx.authorise::<CreatePerson>(Subject::default()).await.unwrap();
            let new = NewPerson { name: Name::new("Ada", "Marsh"), ..NewPerson::default() };
            people::create(&mut tx, &grant, PersonId::new(Uuid::now_v7()), &new).await.unwrap();
        }
        assert!(found(&kit, &kit.store, "Ada", "Marsh").await.is_empty());
        assert_eq!(changes(&kit).await, 0);
    }

    async fn two_servers_on_one_database_find_the_same_people(kit: Kit) {
        let other = Store::open(&kit.location).await.unwrap();
        assert!(found(&kit, &other, "Ada", "Marsh").await.is_empty());
        let ada = kit.person("Ada", "Marsh").await;
        assert_eq!(found(&kit, &other, "Ada", "Marsh").await, [ada]);
        renamed(&kit, ada, Name::new("Ada", "Dlone")).await;
        assert_eq!(found(&kit, &other, "Ada", "Dlone").await, [ada]);
        other.close().await;
    }

    async fn a_server_that_slept_while_the_feed_was_cut_reads_everybody_anew(kit: Kit) {
        let other = Store::open(&kit.location).await.unwrap();
        found(&kit, &other, "Ada", "Marsh").await;
        let ada = kit.person("Ada", "Marsh").await;
        let bob = kit.person("Bob", "Dlone").await;
        let mut tx = kit.tx(Role::Practitioner).await;
        raw::execute(&mut tx, "UPDATE match_change SET at = $1", vec![Value::from(kit.now - chrono::Duration::days(8))]).await.unwrap();
        assert_eq!(matching::forget_old(&mut tx).await.unwrap(), 1, "the newest number stays");
        tx.commit().await.unwrap();
        assert_eq!(found(&kit, &other, "Ada", "Marsh").await, [ada]);
        assert_eq!(found(&kit, &other, "Bob", "Dlone").await, [bob]);
        other.close().await;
    }

    async fn an_index_read_ahead_answers_alike(kit: Kit) {
        let ada = kit.person("Ada", "Marsh").await;
        matching::follow(&kit.store).await.unwrap();
        assert_eq!(found(&kit, &kit.store, "Ada", "Marsh").await, [ada]);
    }
}

/// A page of everybody sorts nobody: who is merged into another is not the way to them. Only SQLite tells its plan
/// before it has figures of its tables.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_is_read_in_the_order_of_their_ids() {
    let kit = Kit::sqlite().await;
    let mut read = kit.store.read().await.unwrap();
    let sql = "EXPLAIN QUERY PLAN SELECT id FROM person WHERE id > $1 AND merged_into IS NULL ORDER BY id LIMIT $2";
    let plan = raw::fetch_all(&mut read, sql, vec![Uuid::nil().into(), 500_i64.into()]).await.unwrap();
    let steps: Vec<String> = plan.iter().map(|step| step.get("detail").unwrap()).collect();
    assert_eq!(steps.len(), 1, "{steps:?}");
    assert!(steps[0].starts_with("SEARCH person USING INDEX") && steps[0].contains("id>"), "{steps:?}");
}
