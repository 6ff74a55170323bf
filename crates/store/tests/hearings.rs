//! The hearings of lines, on SQLite and on PostgreSQL.

use chrono::{NaiveDate, TimeZone, Utc};
use throughline_domain::ids::{EntryId, ListId, SiteId};
use throughline_domain::list::ListKind;
use throughline_domain::name::Name;
use throughline_domain::role::Role;
use throughline_policy::{ImportList, ViewBoard, ViewList};
use throughline_store::lists::{self, BoardHearing, EntryFacts, NewList};
use throughline_store::{Tx, lists::LastList};
use throughline_testkit::on_both;
use uuid::Uuid;

fn day(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, day).expect("a day")
}

/// A list as received and brought in.
async fn brought_in(tx: &mut Tx, site: SiteId, format: &str) -> ListId {
    let grant = tx.authorise::<ImportList>(site).await.expect("allowed");
    let new = NewList {
        id: ListId::new(Uuid::now_v7()),
        kind: ListKind::Court,
        format: format.into(),
        list_date: day(24),
        file_name: "list.json".into(),
        sha256: "00ff".into(),
        original: b"bytes".to_vec(),
        reading: "{}".into(),
    };
    lists::receive(tx, &grant, &new).await.expect("it is kept");
    lists::begin_commit(tx, &grant, new.id).await.expect("it is brought in");
    new.id
}

async fn added(tx: &mut Tx, site: SiteId, list: ListId, on: NaiveDate, key: &str) -> EntryId {
    let grant = tx.authorise::<ImportList>(site).await.expect("allowed");
    let facts = EntryFacts {
        list_date: on,
        key: key.to_owned(),
        source: "{}".to_owned(),
        name: Name::new("Ada", "Marsh"),
        ..EntryFacts::default()
    };
    lists::add_entry(tx, &grant, ListKind::Court, list, &facts).await.expect("added")
}

async fn last(tx: &mut Tx, site: SiteId) -> Option<LastList> {
    let board = tx.authorise::<ViewBoard>(site).await.expect("allowed");
    lists::last(tx, &board, day(20), day(24)).await.expect("it answers")
}

on_both! {
    async fn a_line_is_found_by_the_id_of_a_hearing_that_it_has_or_had(kit: Kit) {
        let site = kit.custody();
        let mut tx = kit.tx(Role::Practitioner).await;
        let list = brought_in(&mut tx, site, "cath-magistrates-standard-list").await;
        let import = tx.authorise::<ImportList>(site).await.expect("allowed");
        let view = tx.authorise::<ViewList>(site).await.expect("allowed");
        let (early, late) = (added(&mut tx, site, list, day(23), "A").await, added(&mut tx, site, list, day(24), "B").await);
        for id in [early, late] {
            lists::keep_hearings(&mut tx, &import, id, "{}", &["H-1", "h-2"]).await.expect("kept");
        }
        // Kept again, and without one of them: what was once on a line still leads to it.
        lists::keep_hearings(&mut tx, &import, late, "{}", &["h-1"]).await.expect("kept");
        let found = async |tx: &mut Tx, hearing: &str, from| {
            let lines = lists::lines_of_hearing(tx, &view, hearing, from).await.expect("it answers");
            lines.iter().map(|line| line.id).collect::<Vec<_>>()
        };
        assert_eq!(found(&mut tx, "h-1", day(23)).await, [early, late]);
        assert_eq!(found(&mut tx, "H-2", day(24)).await, [late], "days that have passed stay as they are");
        assert_eq!(found(&mut tx, "h-3", day(23)).await, []);
        let other = kit.places.sites.iter().map(|known| known.id).find(|id| *id != site).expect("another site");
        let elsewhere = tx.authorise::<ViewList>(other).await;
        if let Ok(grant) = elsewhere {
            let lines = lists::lines_of_hearing(&mut tx, &grant, "h-1", day(23)).await.expect("it answers");
            assert!(lines.is_empty(), "a line of another site");
        }
    }

    async fn a_board_gets_each_hearing_once_and_what_was_kept_before_has_none(kit: Kit) {
        let site = kit.custody();
        let mut tx = kit.tx(Role::Practitioner).await;
        let list = brought_in(&mut tx, site, "cath-magistrates-standard-list").await;
        let import = tx.authorise::<ImportList>(site).await.expect("allowed");
        let id = added(&mut tx, site, list, day(24), "A").await;
        added(&mut tx, site, list, day(24), "B").await;
        let one = |urn: &str, room: &str, hour: u32| {
            format!(r#"{{"urn": "{urn}", "sitting": {{"court_room": "{room}", "sitting_at": "2026-03-24T{hour}:00:00Z"}}}}"#)
        };
        // Two systems list the second case for one time, each naming the room in its own way.
        let hearings = [one("A", "1", 10), one("B", "2", 14), one("B", "Courtroom 2", 14), one("B", "2", 15)].join(",");
        let source = format!(r#"{{"notices": ["youth"], "hearings": [{hearings}]}}"#);
        lists::keep_hearings(&mut tx, &import, id, &source, &[]).await.expect("kept");
        let board = tx.authorise::<ViewBoard>(site).await.expect("allowed");
        let rows = lists::board_rows(&mut tx, &board, day(24)).await.expect("it answers");
        let row = rows.iter().find(|row| row.id == id).expect("there");
        let at = |hour| Utc.with_ymd_and_hms(2026, 3, 24, hour, 0, 0).single();
        let hearing =
            |urn: &str, room: &str, hour| BoardHearing { urn: urn.into(), court_room: room.into(), sitting_at: at(hour) };
        assert_eq!(row.hearings, [hearing("A", "1", 10), hearing("B", "2", 14), hearing("B", "2", 15)]);
        assert_eq!((row.notices, rows.iter().map(|row| row.hearings.len()).sum::<usize>()), (1, 3));
        let view = tx.authorise::<ViewList>(site).await.expect("allowed");
        let line = lists::entry(&mut tx, &view, id).await.expect("it answers").expect("there");
        assert_eq!((line.source.as_str(), line.version), (source.as_str(), 1), "nobody's page of it becomes old");
    }

    async fn news_of_one_hearing_is_not_the_list_behind_a_board(kit: Kit) {
        let site = kit.custody();
        let mut tx = kit.tx(Role::Practitioner).await;
        brought_in(&mut tx, site, "common-platform-hearing").await;
        assert!(last(&mut tx, site).await.is_none());
        let list = brought_in(&mut tx, site, "cath-magistrates-standard-list").await;
        brought_in(&mut tx, site, "common-platform-hearing").await;
        assert_eq!(last(&mut tx, site).await.map(|last| last.id), Some(list));
    }
}
