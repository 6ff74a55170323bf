//! The invented service stands, whenever it is opened.

use chrono::{DateTime, Utc};
use std::collections::BTreeSet;
use throughline_demo::{fill, places, staff};
use throughline_domain::time::london_date;
use throughline_policy::ViewBoard;
use throughline_store::{Cause, Location, Store, audit, lists, people, users};

async fn opened_at(text: &str) -> (tempfile::TempDir, Store, DateTime<Utc>) {
    let now = DateTime::parse_from_rfc3339(text).unwrap().to_utc();
    let folder = tempfile::tempdir().unwrap();
    let location = Location::Sqlite { path: folder.path().join("demo.db"), key: None };
    let store = Store::open(&location).await.unwrap();
    let before = now - chrono::Duration::days(400);
    let mut tx = store.begin(Cause { actor: None, at: before, request: "test".into() }).await.unwrap();
    let places = places::make(&mut tx).await.unwrap();
    staff::make(&mut tx, &places, "no password opens this").await.unwrap();
    tx.commit().await.unwrap();
    fill(&store, 1, now, &mut |_| ()).await.unwrap();
    (folder, store, now)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_busy_tuesday_has_work_in_every_state_and_a_whole_audit_log() {
    let (_folder, store, now) = opened_at("2026-03-03T15:40:00Z").await;
    let mut read = store.read().await.unwrap();
    let known = people::count(&mut read).await.unwrap();
    assert!((380..=420).contains(&known), "a service of some 400 people, not {known}");
    assert!(audit::verify(&mut read, None).await.unwrap().is_ok());
    let amara = &staff::accounts()[0];
    let actor = users::by_id(&mut read, amara.id).await.unwrap().unwrap().actor();
    drop(read);
    let sites = actor.sites.clone();
    let mut tx = store.begin(Cause { actor: Some(actor), at: now, request: "test".into() }).await.unwrap();
    let mut states = BTreeSet::new();
    let mut known = 0;
    for site in sites {
        let grant = tx.authorise::<ViewBoard>(site).await.unwrap();
        let rows = lists::board_rows(&mut tx, &grant, london_date(now)).await.unwrap();
        assert!(!rows.is_empty(), "every site has its list today");
        known += rows.iter().filter(|row| row.best.person().is_some() || row.person_id.is_some()).count();
        states.extend(rows.iter().map(|row| row.state.code()));
    }
    let all = throughline_domain::list::EntryState::ALL;
    assert_eq!(states.len(), all.len(), "only {states:?} are on the boards");
    assert!(known > 20, "many on the lists are known to the service");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_opens_just_after_midnight_on_a_sunday_in_summer_time() {
    let (_folder, store, _now) = opened_at("2026-06-27T23:06:00Z").await;
    assert!(audit::verify(&mut store.read().await.unwrap(), None).await.unwrap().is_ok());
}
