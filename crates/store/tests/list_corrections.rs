//! Corrections of rows of a list, on SQLite and on PostgreSQL.

use chrono::NaiveDate;
use throughline_domain::ids::ListId;
use throughline_domain::list::ListKind;
use throughline_domain::role::Role;
use throughline_policy::{ImportList, ViewList};
use throughline_store::lists::{self, Corrected, List, NewCorrection, NewList};
use throughline_store::{Error, Tx, raw};
use throughline_testkit::{Kit, on_both};
use uuid::Uuid;

fn day(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, day).expect("a day")
}

async fn received(kit: &Kit, kind: ListKind, list_date: NaiveDate) -> ListId {
    let mut tx = kit.tx(Role::Administrator).await;
    let grant = tx.authorise::<ImportList>(kit.custody()).await.expect("allowed");
    let new = NewList {
        id: ListId::new(Uuid::now_v7()),
        kind,
        format: "custody-csv".into(),
        list_date,
        file_name: "list.csv".into(),
        sha256: "00ff".into(),
        original: b"bytes".to_vec(),
        reading: "{}".into(),
    };
    lists::receive(&mut tx, &grant, &new).await.expect("kept");
    tx.commit().await.expect("it commits");
    new.id
}

async fn list_of(tx: &mut Tx, kit: &Kit, id: ListId) -> List {
    let view = tx.authorise::<ViewList>(kit.custody()).await.expect("allowed");
    lists::get(tx, &view, id).await.expect("it answers").expect("there")
}

async fn correct(kit: &Kit, id: ListId, seen: i64, should_say: Option<&str>) -> Result<(), Error> {
    let mut tx = kit.tx(Role::Practitioner).await;
    let list = list_of(&mut tx, kit, id).await;
    let grant = tx.authorise::<ImportList>(kit.custody()).await.expect("allowed");
    let new =
        NewCorrection { row_key: "custody:FR/1", row_number: 2, field: "surname", list_says: "MARHS", should_say };
    lists::correct(&mut tx, &grant, &list, seen, &[new]).await?;
    tx.commit().await
}

async fn all(kit: &Kit, id: ListId) -> Vec<Corrected> {
    let mut tx = kit.tx(Role::Practitioner).await;
    let list = list_of(&mut tx, kit, id).await;
    let view = tx.authorise::<ViewList>(kit.custody()).await.expect("allowed");
    lists::corrections(&mut tx, &view, &list).await.expect("it answers")
}

on_both! {
    async fn a_correction_is_added_and_nothing_is_changed(kit: Kit) {
        let list = received(&kit, ListKind::Custody, day(24)).await;
        correct(&kit, list, 0, Some("MARSH")).await.expect("said");
        correct(&kit, list, 1, None).await.expect("taken back");
        let said: Vec<(i64, Option<String>)> = all(&kit, list).await.into_iter().map(|one| (one.version, one.should_say)).collect();
        assert_eq!(said, [(1, Some("MARSH".to_owned())), (2, None)]);
        assert_eq!(all(&kit, list).await[0].by, "Amara Bello");
        let mut read = kit.store.read().await.expect("it answers");
        let sql = "SELECT reading, original FROM list WHERE id = $1";
        let rows = raw::fetch_all(&mut read, sql, vec![list.into()]).await.expect("it answers");
        assert_eq!(rows[0].get::<String>("reading").expect("text"), "{}", "the source stays");
        let sql = "SELECT seq FROM audit_row WHERE detail = 'A row of a list was corrected' AND site = $1";
        assert_eq!(raw::fetch_all(&mut read, sql, vec![kit.custody().into()]).await.expect("it answers").len(), 1);
    }

    async fn it_is_known_to_every_list_of_the_site_the_kind_and_the_day(kit: Kit) {
        let first = received(&kit, ListKind::Custody, day(24)).await;
        let again = received(&kit, ListKind::Custody, day(24)).await;
        let next_day = received(&kit, ListKind::Custody, day(25)).await;
        let court = received(&kit, ListKind::Court, day(24)).await;
        correct(&kit, first, 0, Some("MARSH")).await.expect("said");
        assert_eq!(all(&kit, again).await[0].list_id, first);
        assert!(all(&kit, next_day).await.is_empty() && all(&kit, court).await.is_empty());
    }

    async fn a_list_that_was_brought_in_is_corrected_no_more_and_keeps_what_held_then(kit: Kit) {
        let first = received(&kit, ListKind::Custody, day(24)).await;
        correct(&kit, first, 0, Some("MARSH")).await.expect("said");
        let mut tx = kit.tx(Role::Practitioner).await;
        let grant = tx.authorise::<ImportList>(kit.custody()).await.expect("allowed");
        lists::begin_commit(&mut tx, &grant, first).await.expect("brought in");
        tx.commit().await.expect("it commits");
        let late = correct(&kit, first, 1, Some("MARCH")).await;
        assert!(matches!(late, Err(Error::Stale)), "{late:?}");
        let again = received(&kit, ListKind::Custody, day(24)).await;
        let mut tx = kit.tx_at(Role::Practitioner, kit.now + chrono::Duration::hours(1)).await;
        let list = list_of(&mut tx, &kit, again).await;
        let new = NewCorrection { row_key: "custody:FR/1", row_number: 2, field: "surname", list_says: "MARHS", should_say: None };
        lists::correct(&mut tx, &grant, &list, 1, &[new]).await.expect("taken back on the next list");
        tx.commit().await.expect("it commits");
        assert_eq!((all(&kit, first).await.len(), all(&kit, again).await.len()), (1, 2));
    }

    async fn of_two_who_correct_at_once_the_second_is_told(kit: Kit) {
        let list = received(&kit, ListKind::Custody, day(24)).await;
        let (one, other) = tokio::join!(correct(&kit, list, 0, Some("MARSH")), correct(&kit, list, 0, Some("MARCH")));
        assert_eq!([&one, &other].iter().filter(|done| done.is_ok()).count(), 1, "{one:?} {other:?}");
        assert_eq!(all(&kit, list).await.len(), 1);
    }
}
