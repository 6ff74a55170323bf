//! Lists and their lines, on SQLite and on PostgreSQL.

use chrono::NaiveDate;
use throughline_domain::ids::{ListId, PersonId, SiteId};
use throughline_domain::list::{EntryState, ListKind, MatchDecision, NotSeenReason};
use throughline_domain::name::Name;
use throughline_domain::role::Role;
use throughline_policy::{ChangeList, ImportList, ViewBoard, ViewList};
use throughline_store::lists::{self, EntryFacts, NewList};
use throughline_store::{Error, Tx};
use throughline_testkit::on_both;
use uuid::Uuid;

fn day(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, day).expect("a day")
}

fn line(day: NaiveDate, number: &str) -> EntryFacts {
    EntryFacts {
        list_date: day,
        key: number.to_owned(),
        source_row: 2,
        source: r#"{"notices":["no_date_of_birth","youth"]}"#.to_owned(),
        name: Name::new("Ada", "Marsh"),
        custody_number: number.to_owned(),
        reporting_restriction: "Section 45".to_owned(),
        ..EntryFacts::default()
    }
}

async fn received(tx: &mut Tx, site: SiteId, day: NaiveDate) -> ListId {
    let grant = tx.authorise::<ImportList>(site).await.expect("allowed");
    let new = NewList {
        id: ListId::new(Uuid::now_v7()),
        kind: ListKind::Custody,
        format: "custody-csv".into(),
        list_date: day,
        file_name: "list.csv".into(),
        sha256: "00ff".into(),
        original: b"bytes".to_vec(),
        reading: "{}".into(),
    };
    lists::receive(tx, &grant, &new).await.expect("it is kept");
    new.id
}

on_both! {
    async fn a_list_is_brought_in_once(kit: Kit) {
        let site = kit.places.sites[0].id;
        let mut tx = kit.tx(Role::Practitioner).await;
        let list = received(&mut tx, site, day(24)).await;
        let grant = tx.authorise::<ImportList>(site).await.expect("allowed");
        lists::begin_commit(&mut tx, &grant, list).await.expect("the first brings it in");
        let second = lists::begin_commit(&mut tx, &grant, list).await;
        assert!(matches!(second, Err(Error::Stale)), "{second:?}");
        let discarded = lists::discard(&mut tx, &grant, list).await;
        assert!(matches!(discarded, Err(Error::Stale)), "{discarded:?}");
        let same = lists::same_bytes(&mut tx, &grant, "00ff").await.expect("it answers");
        assert_eq!((same.len(), same[0].bytes), (1, 5));
        let board = tx.authorise::<ViewBoard>(site).await.expect("allowed");
        let last = lists::last(&mut tx, &board, day(20), day(26)).await.expect("it answers");
        assert_eq!(last.map(|list| (list.kind, list.list_date)), Some((ListKind::Custody, day(24))));
        assert!(lists::last(&mut tx, &board, day(25), day(26)).await.expect("it answers").is_none());
    }

    async fn a_line_is_taken_by_one(kit: Kit) {
        let site = kit.places.sites[0].id;
        let mut tx = kit.tx(Role::Practitioner).await;
        let list = received(&mut tx, site, day(24)).await;
        let import = tx.authorise::<ImportList>(site).await.expect("allowed");
        let id = lists::add_entry(&mut tx, &import, ListKind::Custody, list, &line(day(24), "FR/1")).await.expect("added");
        let change = tx.authorise::<ChangeList>(site).await.expect("allowed");
        lists::take(&mut tx, &change, id, 1).await.expect("the first takes it");
        let second = lists::take(&mut tx, &change, id, 1).await;
        assert!(matches!(second, Err(Error::Stale)), "{second:?}");
        lists::mark_gone(&mut tx, &import, id).await.expect("gone");
        let board = tx.authorise::<ViewBoard>(site).await.expect("allowed");
        let rows = lists::board_rows(&mut tx, &board, day(24)).await.expect("it answers");
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].state, EntryState::BeingSeen);
        assert!(rows[0].gone_at.is_some() && rows[0].restricted && rows[0].notices == 2, "{rows:?}");
        assert!(!rows[0].taken_by.is_empty());
        lists::not_seen(&mut tx, &change, id, 3, NotSeenReason::Released).await.expect("said why");
        let view = tx.authorise::<ViewList>(site).await.expect("allowed");
        let kept = lists::entry(&mut tx, &view, id).await.expect("it answers").expect("it is there");
        assert_eq!((kept.state, kept.reason), (EntryState::Missed, Some(NotSeenReason::Released)));
    }

    async fn a_decision_carries_on_to_the_next_days_line_of_the_same_custody_record(kit: Kit) {
        let person: PersonId = kit.person("Ada", "Marsh").await;
        let site = kit.places.sites[0].id;
        let mut tx = kit.tx(Role::Practitioner).await;
        let list = received(&mut tx, site, day(24)).await;
        let import = tx.authorise::<ImportList>(site).await.expect("allowed");
        let id = lists::add_entry(&mut tx, &import, ListKind::Custody, list, &line(day(24), "FR/1")).await.expect("added");
        let change = tx.authorise::<ChangeList>(site).await.expect("allowed");
        lists::decide(&mut tx, &change, id, person, MatchDecision::Same, 0.97, "{}").await.expect("decided");
        lists::link(&mut tx, &change, id, 1, Some(person)).await.expect("linked");
        let next = lists::add_entry(&mut tx, &import, ListKind::Custody, list, &line(day(25), "FR/1")).await.expect("added");
        let other = lists::add_entry(&mut tx, &import, ListKind::Custody, list, &line(day(25), "FR/2")).await.expect("added");
        let view = tx.authorise::<ViewList>(site).await.expect("allowed");
        let of = async |tx: &mut Tx, id| lists::entry(tx, &view, id).await.expect("it answers").expect("there").person_id;
        assert_eq!(of(&mut tx, next).await, Some(person));
        assert_eq!(of(&mut tx, other).await, None);
        assert_eq!(lists::decisions(&mut tx, &view, id).await.expect("it answers")[0].decision, MatchDecision::Same);
    }
}
