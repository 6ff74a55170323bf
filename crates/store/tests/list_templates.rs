//! What somebody told of a list's columns, on SQLite and on PostgreSQL.

use chrono::NaiveDate;
use throughline_domain::ids::ListId;
use throughline_domain::list::ListKind;
use throughline_domain::role::Role;
use throughline_policy::{ImportList, ViewList};
use throughline_store::lists::{self, NewList};
use throughline_store::{Error, Tx};
use throughline_testkit::{Kit, on_both};
use uuid::Uuid;

async fn unread(kit: &Kit, tx: &mut Tx) -> ListId {
    let grant = tx.authorise::<ImportList>(kit.custody()).await.expect("allowed");
    let new = NewList {
        id: ListId::new(Uuid::now_v7()),
        kind: ListKind::Custody,
        format: "unread".into(),
        list_date: NaiveDate::from_ymd_opt(2026, 3, 26).expect("a day"),
        file_name: "list.csv".into(),
        sha256: "00ff".into(),
        original: b"Ref;Who\n1;Ada\n".to_vec(),
        reading: "{}".into(),
    };
    lists::receive(tx, &grant, &new).await.expect("it is kept");
    new.id
}

on_both! {
    async fn of_the_same_headings_the_newest_word_holds_and_the_older_stays(kit: Kit) {
        let mut tx = kit.tx(Role::Practitioner).await;
        let grant = tx.authorise::<ImportList>(kit.custody()).await.expect("allowed");
        for (headings, mapping) in [("a|b", "first"), ("c|d", "other"), ("a|b", "second")] {
            lists::remember_template(&mut tx, &grant, headings, mapping).await.expect("it is kept");
        }
        let mut found = lists::templates(&mut tx, &grant).await.expect("it answers");
        found.sort();
        assert_eq!(found, ["other", "second"]);
        tx.commit().await.expect("it commits");
        let mut tx = kit.tx(Role::Administrator).await;
        let grant = tx.authorise::<ImportList>(kit.custody()).await.expect("allowed");
        assert_eq!(lists::templates(&mut tx, &grant).await.expect("it answers").len(), 2, "told once for everybody");
    }

    async fn a_list_is_read_anew_from_its_own_bytes_until_it_is_brought_in(kit: Kit) {
        let mut tx = kit.tx(Role::Practitioner).await;
        let id = unread(&kit, &mut tx).await;
        let grant = tx.authorise::<ImportList>(kit.custody()).await.expect("allowed");
        let bytes = lists::original(&mut tx, &grant, id).await.expect("it answers");
        assert_eq!(bytes.as_deref(), Some(&b"Ref;Who\n1;Ada\n"[..]));
        let as_court = (ListKind::Court, "court-mapped");
        lists::read_anew(&mut tx, &grant, id, as_court, "{\"rows_in\":1}").await.expect("it is read anew");
        let view = tx.authorise::<ViewList>(kit.custody()).await.expect("allowed");
        let list = lists::get(&mut tx, &view, id).await.expect("it answers").expect("there");
        assert_eq!((list.kind, list.format.as_str(), list.reading.as_str()), (ListKind::Court, "court-mapped", "{\"rows_in\":1}"));
        lists::begin_commit(&mut tx, &grant, id).await.expect("it is brought in");
        let again = lists::read_anew(&mut tx, &grant, id, as_court, "{}").await;
        assert!(matches!(again, Err(Error::Stale)), "{again:?}");
    }

    async fn the_bytes_of_another_sites_list_are_not_there(kit: Kit) {
        let mut tx = kit.tx(Role::Practitioner).await;
        let id = unread(&kit, &mut tx).await;
        let elsewhere = tx.authorise::<ImportList>(kit.places.sites[1].id).await.expect("allowed");
        assert_eq!(lists::original(&mut tx, &elsewhere, id).await.expect("it answers"), None);
        let anew = lists::read_anew(&mut tx, &elsewhere, id, (ListKind::Court, "court-mapped"), "{}").await;
        assert!(matches!(anew, Err(Error::Stale)), "{anew:?}");
    }
}
