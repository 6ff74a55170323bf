//! Lists that come by themselves, what could not be read, tokens and what is expected: on SQLite and on PostgreSQL.

use chrono::{Duration, NaiveDate, NaiveTime};
use throughline_domain::expected::ListStanding;
use throughline_domain::ids::{ListId, TokenId};
use throughline_domain::list::{ListKind, ListState};
use throughline_domain::origin::{ByItself, Way};
use throughline_domain::role::Role;
use throughline_policy::{ChangeUsers, ImportList, Subject, ViewList};
use throughline_store::lists::{self, Kept, NewList, NewUnread};
use throughline_store::tokens::{self, NewToken};
use throughline_store::{Cause, Error, Tx};
use throughline_testkit::{Kit, on_both};
use uuid::Uuid;

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 24).expect("a day")
}

fn email() -> ByItself {
    ByItself::Email {
        from: "desk@police.example".into(),
        sent_at: "2026-11-24T07:02:00Z".parse().ok(),
        passed_over: vec!["logo.png".into()],
    }
}

fn new(sha256: &str, list_date: NaiveDate) -> NewList {
    NewList {
        id: ListId::new(Uuid::now_v7()),
        kind: ListKind::Custody,
        format: "custody-csv".into(),
        list_date,
        file_name: "list.csv".into(),
        sha256: sha256.into(),
        original: b"bytes".to_vec(),
        reading: "{}".into(),
    }
}

async fn by_itself(kit: &Kit) -> Tx {
    kit.store.begin(Cause { actor: None, at: kit.now, request: "inbox".into() }).await.expect("it begins")
}

async fn kept(kit: &Kit, new: &NewList) -> Kept {
    let mut tx = by_itself(kit).await;
    let kept = lists::keep_by_itself(&mut tx, kit.custody(), &email(), new).await.expect("it is kept");
    tx.commit().await.expect("it commits");
    kept
}

async fn standing(kit: &Kit, at: &str) -> ListStanding {
    let at = at.parse().expect("an instant");
    lists::standing(&mut kit.store.read().await.expect("it answers"), &kit.places.sites[0], at)
        .await
        .expect("it answers")
}

on_both! {
    async fn a_list_that_came_by_itself_says_how_and_is_on_no_board(kit: Kit) {
        let new = new("00aa", day());
        assert!(matches!(kept(&kit, &new).await, Kept::New));
        let mut tx = kit.tx(Role::Practitioner).await;
        let view = tx.authorise::<ViewList>(kit.custody()).await.expect("allowed");
        let list = lists::get(&mut tx, &view, new.id).await.expect("it answers").expect("it is there");
        assert_eq!((list.state, list.way), (ListState::Preview, Way::Email));
        assert_eq!(list.received_by, email().to_string());
        assert_eq!(lists::of_site(&mut tx, &view, 9).await.expect("it answers").len(), 1);
    }

    async fn the_same_bytes_for_the_same_day_are_kept_once_whoever_sends_them(kit: Kit) {
        let first = new("00aa", day());
        kept(&kit, &first).await;
        let Kept::Same(same) = kept(&kit, &new("00aa", day())).await else { panic!("they are the same") };
        assert_eq!(same.id, first.id);
        let mut tx = kit.tx(Role::Practitioner).await;
        let grant = tx.authorise::<ImportList>(kit.custody()).await.expect("allowed");
        assert!(matches!(lists::keep(&mut tx, &grant, &new("00aa", day())).await.expect("it answers"), Kept::Same(_)));
        // For another day, or at another site, they are another list.
        assert!(matches!(lists::keep(&mut tx, &grant, &new("00aa", day().succ_opt().expect("a day"))).await.expect("it answers"), Kept::New));
        let elsewhere = tx.authorise::<ImportList>(kit.places.sites[1].id).await.expect("allowed");
        assert!(matches!(lists::keep(&mut tx, &elsewhere, &new("00aa", day())).await.expect("it answers"), Kept::New));
        // What was discarded is not had.
        lists::discard(&mut tx, &grant, first.id).await.expect("discarded");
        tx.commit().await.expect("it commits");
        assert!(matches!(kept(&kit, &new("00aa", day())).await, Kept::New));
    }

    async fn two_who_send_the_same_at_once_leave_one_list(kit: Kit) {
        let (first, second) = (new("00aa", day()), new("00aa", day()));
        let mut tx = by_itself(&kit).await;
        let kept_first = lists::keep_by_itself(&mut tx, kit.custody(), &email(), &first).await.expect("it is kept");
        assert!(matches!(kept_first, Kept::New));
        // The second comes while the first is not durable yet, and waits for it.
        let commit = async {
            tokio::time::sleep(std::time::Duration::from_millis(300)).await;
            tx.commit().await.expect("it commits");
        };
        let ((), kept_second) = tokio::join!(commit, kept(&kit, &second));
        assert!(matches!(kept_second, Kept::Same(same) if same.id == first.id));
    }

    async fn what_could_not_be_read_is_told_until_somebody_deals_with_it(kit: Kit) {
        let site = kit.custody();
        let file = NewUnread { file_name: "list.png", sha256: "00bb", size: 5, original: b"bytes", why: "This file is a picture" };
        let mut tx = by_itself(&kit).await;
        let id = lists::keep_unread(&mut tx, site, &email(), &file).await.expect("kept").expect("it is new");
        assert_eq!(lists::keep_unread(&mut tx, site, &email(), &file).await.expect("kept"), None, "told already");
        tx.commit().await.expect("it commits");
        let mut tx = kit.tx(Role::Practitioner).await;
        let view = tx.authorise::<ViewList>(site).await.expect("allowed");
        let other = tx.authorise::<ViewList>(kit.places.sites[1].id).await.expect("allowed");
        let told = lists::unread(&mut tx, &view, 9).await.expect("it answers");
        assert_eq!((told.len(), told[0].came_by.clone(), told[0].why.as_str()), (1, email().to_string(), "This file is a picture"));
        assert!(lists::unread(&mut tx, &other, 9).await.expect("it answers").is_empty());
        let elsewhere = tx.authorise::<ImportList>(kit.places.sites[1].id).await.expect("allowed");
        let refused = lists::deal_with(&mut tx, &elsewhere, id).await;
        assert!(matches!(refused, Err(Error::Stale)), "{refused:?}");
        let import = tx.authorise::<ImportList>(site).await.expect("allowed");
        lists::deal_with(&mut tx, &import, id).await.expect("dealt with");
        assert!(matches!(lists::deal_with(&mut tx, &import, id).await, Err(Error::Stale)));
        assert_eq!(lists::count_unread(&mut tx, site).await.expect("it answers"), 0);
        assert!(lists::keep_unread(&mut tx, site, &email(), &file).await.expect("kept").is_some(), "sent again, it is told again");
    }

    async fn a_token_opens_until_it_ends_or_is_revoked(kit: Kit) {
        let mut tx = kit.tx(Role::SystemAdministrator).await;
        let grant = tx.authorise::<ChangeUsers>(Subject::default()).await.expect("allowed");
        let id = TokenId::new(Uuid::now_v7());
        let new = NewToken { id, site_id: kit.custody(), name: "Feed".into(), secret_sha256: vec![7; 32], expires_at: kit.now + Duration::hours(1) };
        tokens::issue(&mut tx, &grant, &new).await.expect("issued");
        tx.commit().await.expect("it commits");
        let used = async |at| {
            let mut tx = kit.store.begin(Cause { actor: None, at, request: "test".into() }).await.expect("it begins");
            let used = tokens::used(&mut tx, id).await.expect("it answers");
            tx.commit().await.expect("it commits");
            used
        };
        assert!(used(kit.now).await);
        assert!(!used(kit.now + Duration::hours(1)).await, "it has ended");
        assert!(!used(kit.now + Duration::hours(30)).await, "long ago");
        let mut tx = kit.tx(Role::SystemAdministrator).await;
        let (token, secret) = tokens::find(&mut tx, id).await.expect("it answers").expect("it is there");
        assert_eq!((secret, token.last_used_at, token.site_id), (vec![7; 32], Some(kit.now), kit.custody()));
        let grant = tx.authorise::<ChangeUsers>(Subject::default()).await.expect("allowed");
        tokens::revoke(&mut tx, &grant, id).await.expect("revoked");
        assert!(matches!(tokens::revoke(&mut tx, &grant, id).await, Err(Error::Stale)));
        tx.commit().await.expect("it commits");
        assert!(!used(kit.now).await, "it is revoked");
    }

    async fn a_site_is_without_its_list_until_one_is_in(kit: Kit) {
        let half_past_seven = NaiveTime::from_hms_opt(7, 30, 0).expect("a time");
        let sites = kit.places.sites.len();
        assert_eq!(standing(&kit, "2026-11-24T07:00:00Z").await, ListStanding::Later(half_past_seven));
        assert_eq!(standing(&kit, "2026-11-24T07:30:00Z").await, ListStanding::Missing(half_past_seven));
        let missing = async || lists::sites_without_list(&mut kit.store.read().await.expect("it answers"), kit.now).await.expect("it answers");
        assert_eq!(missing().await, sites);
        // A list of another kind or day is not the one that is expected.
        kept(&kit, &NewList { kind: ListKind::Court, ..new("00cc", day()) }).await;
        kept(&kit, &new("00dd", day().succ_opt().expect("a day"))).await;
        assert_eq!(missing().await, sites);
        let list = new("00aa", day());
        kept(&kit, &list).await;
        assert_eq!(standing(&kit, "2026-11-24T07:30:00Z").await, ListStanding::Waiting);
        let mut tx = kit.tx(Role::Practitioner).await;
        let grant = tx.authorise::<ImportList>(kit.custody()).await.expect("allowed");
        lists::begin_commit(&mut tx, &grant, list.id).await.expect("brought in");
        tx.commit().await.expect("it commits");
        assert_eq!(standing(&kit, "2026-11-24T07:30:00Z").await, ListStanding::BroughtIn);
        assert_eq!(missing().await, sites - 1);
        let mut tx = kit.tx(Role::SystemAdministrator).await;
        let grant = tx.authorise::<ChangeUsers>(Subject::default()).await.expect("allowed");
        lists::set_expected_by(&mut tx, &grant, kit.places.sites[1].id, None).await.expect("changed");
        tx.commit().await.expect("it commits");
        assert_eq!(missing().await, sites - 2);
    }
}
