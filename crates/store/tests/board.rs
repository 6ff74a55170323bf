//! Acts on rows of a board, taking over, and what stays of a choice, on SQLite and on PostgreSQL.

use chrono::{Duration, NaiveDate};
use throughline_domain::board::{BoardAct, BoardChoice, BoardFilter, TakeOverReason};
use throughline_domain::ids::{EntryId, ListId, SiteId};
use throughline_domain::list::{EntryState, ListKind, NotSeenReason};
use throughline_domain::name::Name;
use throughline_domain::role::Role;
use throughline_policy::{ChangeList, ImportList, ViewBoard, ViewList};
use throughline_store::lists::{self, BoardRow, Doing, EntryFacts, NewList, Ticked, Told};
use throughline_store::{Error, raw};
use throughline_testkit::{Kit, on_both};
use uuid::Uuid;

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 24).expect("a day")
}

/// A board of so many people, in the order of their numbers.
async fn board_of(kit: &Kit, people: i64) -> Vec<Ticked> {
    let site = kit.custody();
    let mut tx = kit.tx(Role::Practitioner).await;
    let grant = tx.authorise::<ImportList>(site).await.expect("allowed");
    let new = NewList {
        id: ListId::new(Uuid::now_v7()),
        kind: ListKind::Custody,
        format: "custody-csv".into(),
        list_date: today(),
        file_name: "list.csv".into(),
        sha256: "00ff".into(),
        original: b"bytes".to_vec(),
        reading: "{}".into(),
    };
    lists::receive(&mut tx, &grant, &new).await.expect("it is kept");
    let mut rows = Vec::new();
    for number in 1..=people {
        let facts = EntryFacts {
            list_date: today(),
            key: format!("CU/{number}"),
            source_row: number,
            source: r#"{"notices":[],"sex":"female","youth":true,"in_custody":true}"#.into(),
            name: Name::new(&format!("Ada {number}"), "Marsh"),
            custody_number: format!("CU/{number}"),
            ..EntryFacts::default()
        };
        let id = lists::add_entry(&mut tx, &grant, ListKind::Custody, new.id, &facts).await.expect("added");
        rows.push(Ticked { id, version: 1 });
    }
    tx.commit().await.expect("it commits");
    rows
}

/// What somebody of a role does to rows, a few minutes after the kit's now, and what they are told.
async fn does(kit: &Kit, role: Role, minutes: i64, doing: Doing, rows: &[Ticked]) -> Told {
    let mut tx = kit.tx_at(role, kit.now + Duration::minutes(minutes)).await;
    let grant = tx.authorise::<ChangeList>(kit.custody()).await.expect("allowed");
    let acted = lists::act(&mut tx, &grant, doing, rows).await.expect("it is done");
    tx.commit().await.expect("it commits");
    let told = told(kit, role, acted.id).await.expect("it is told");
    assert_eq!((acted.done, acted.left), (rows.len() - left(&told).len(), left(&told).len()));
    told
}

async fn told(kit: &Kit, role: Role, act: Uuid) -> Option<Told> {
    let mut tx = kit.tx(role).await;
    let board = tx.authorise::<ViewBoard>(kit.custody()).await.expect("allowed");
    lists::told(&mut tx, &board, act).await.expect("it answers")
}

async fn undoes(kit: &Kit, role: Role, act: Uuid) -> Result<Told, Error> {
    let mut tx = kit.tx(role).await;
    let grant = tx.authorise::<ChangeList>(kit.custody()).await.expect("allowed");
    let act = lists::undo(&mut tx, &grant, act).await?;
    tx.commit().await.expect("it commits");
    Ok(told(kit, role, act).await.expect("it is told"))
}

async fn rows(kit: &Kit) -> Vec<BoardRow> {
    let mut tx = kit.tx(Role::Practitioner).await;
    let board = tx.authorise::<ViewBoard>(kit.custody()).await.expect("allowed");
    let mut rows = lists::board_rows(&mut tx, &board, today()).await.expect("it answers");
    rows.sort_by(|one, other| one.custody_number.cmp(&other.custody_number));
    rows
}

async fn states(kit: &Kit) -> Vec<EntryState> {
    rows(kit).await.iter().map(|row| row.state).collect()
}

/// Name and why, of each row that was left alone.
fn left(told: &Told) -> Vec<(String, String)> {
    let left = told.rows.iter().filter(|row| !row.left_because.is_empty());
    left.map(|row| (row.name.formal(), row.left_because.clone())).collect()
}

async fn count(kit: &Kit, sql: &'static str) -> i64 {
    let mut read = kit.store.read().await.expect("it answers");
    raw::fetch_all(&mut read, sql, vec![]).await.expect("it answers")[0].get("n").expect("a number")
}

async fn take_over(kit: &Kit, role: Role, row: Ticked, from: Role) -> Result<(), Error> {
    let mut tx = kit.tx(role).await;
    let grant = tx.authorise::<ChangeList>(kit.custody()).await.expect("allowed");
    let from = kit.user(from);
    lists::take_over(&mut tx, &grant, row.id, row.version, from, TakeOverReason::ShiftEnded).await?;
    tx.commit().await.expect("it commits");
    Ok(())
}

fn at(row: Ticked, version: i64) -> Ticked {
    Ticked { version, ..row }
}

on_both! {
    async fn the_row_that_changed_meanwhile_is_left_alone_and_told_and_the_rest_is_done(kit: Kit) {
        use EntryState::{BeingSeen, Missed, ToConsider};
        let ticked = board_of(&kit, 4).await;
        does(&kit, Role::TeamLeader, -12, Doing::Take, &ticked[1..2]).await;
        let told = does(&kit, Role::Practitioner, 0, Doing::NotSeen(NotSeenReason::OutOfHours), &ticked[..3]).await;
        assert_eq!(left(&told), [("MARSH, Ada 2".to_owned(), "with Josie Quill since 10:03".to_owned())]);
        assert_eq!((told.act, told.reason, told.rows.len()), (BoardAct::NotSeen, Some(NotSeenReason::OutOfHours), 3));
        assert_eq!(states(&kit).await, [Missed, BeingSeen, Missed, ToConsider]);
    }

    async fn two_people_cannot_take_one_row_and_the_second_is_told_who_has_it(kit: Kit) {
        let ticked = board_of(&kit, 2).await;
        let (one, other) = tokio::join!(
            does(&kit, Role::Practitioner, 0, Doing::Take, &ticked),
            does(&kit, Role::TeamLeader, 0, Doing::Take, &ticked),
        );
        let (first, second) = if left(&one).is_empty() { (one, other) } else { (other, one) };
        assert!(left(&first).is_empty(), "{first:?}");
        let left = left(&second);
        assert_eq!(left.len(), 2, "each row has one taker: {second:?}");
        assert!(left.iter().all(|(_, why)| why == "with Amara Bello since 10:15" || why == "with Josie Quill since 10:15"), "{left:?}");
        let takers: Vec<_> = rows(&kit).await.iter().map(|row| row.taken_by_name.clone()).collect();
        assert_eq!(takers[0], takers[1]);
    }

    async fn every_row_of_an_act_has_its_line_in_the_audit_log(kit: Kit) {
        let ticked = board_of(&kit, 5).await;
        let lines = "SELECT count(*) AS n FROM audit_row WHERE verb = 'change' AND detail LIKE 'row % by board act %'";
        does(&kit, Role::Practitioner, 0, Doing::Take, &ticked).await;
        assert_eq!(count(&kit, lines).await, 5);
        let told = "SELECT count(*) AS n FROM event WHERE kind = 'list' AND words LIKE 'MARSH, Ada % Being seen by Amara Bello'";
        assert_eq!(count(&kit, told).await, 5, "the board's readers are told of each");
    }

    async fn nobody_declines_in_bulk_and_neither_is_what_one_looks_at_a_person_for(kit: Kit) {
        let ticked = board_of(&kit, 1).await;
        for reason in NotSeenReason::ALL.iter().filter(|reason| !reason.may_be_of_several()) {
            let told = does(&kit, Role::Practitioner, 0, Doing::NotSeen(*reason), &ticked).await;
            assert_eq!(left(&told).len(), 1, "{reason}");
        }
        assert_eq!(states(&kit).await, [EntryState::ToConsider]);
    }

    async fn a_colleagues_row_and_one_with_an_open_record_are_not_put_back_in_bulk(kit: Kit) {
        let ticked = board_of(&kit, 2).await;
        does(&kit, Role::TeamLeader, 0, Doing::Take, &ticked[..1]).await;
        let person = kit.person("Ada", "Marsh").await;
        let episode = kit.episode(person).await;
        let mut tx = kit.tx(Role::Practitioner).await;
        let grant = tx.authorise::<ChangeList>(kit.custody()).await.expect("allowed");
        lists::join_episode(&mut tx, &grant, ticked[1].id, episode).await.expect("joined");
        tx.commit().await.expect("it commits");
        let told = does(&kit, Role::Practitioner, 0, Doing::PutBack, &[at(ticked[0], 2), at(ticked[1], 2)]).await;
        let why: Vec<String> = left(&told).into_iter().map(|(_, why)| why).collect();
        assert_eq!(why, ["with Josie Quill since 10:15", "their record is open: go on there"]);
        assert_eq!(states(&kit).await, [EntryState::BeingSeen; 2]);
    }

    async fn an_act_is_undone_but_not_where_somebody_went_on(kit: Kit) {
        use EntryState::{BeingSeen, Missed, ToConsider};
        let ticked = board_of(&kit, 3).await;
        does(&kit, Role::Practitioner, -30, Doing::Take, &ticked[..1]).await;
        let rows_now = [at(ticked[0], 2), ticked[1], ticked[2]];
        let done = does(&kit, Role::Practitioner, 0, Doing::NotSeen(NotSeenReason::Released), &rows_now).await;
        assert_eq!(states(&kit).await, [Missed; 3]);
        let refused = undoes(&kit, Role::TeamLeader, done.id).await;
        assert!(matches!(refused, Err(Error::Stale)), "another's act: {refused:?}");
        does(&kit, Role::TeamLeader, 1, Doing::PutBack, &[at(ticked[2], 2)]).await;
        let undone = undoes(&kit, Role::Practitioner, done.id).await.expect("it is undone");
        assert_eq!(states(&kit).await, [BeingSeen, ToConsider, ToConsider]);
        assert_eq!(left(&undone), [("MARSH, Ada 3".to_owned(), "changed meanwhile: look again".to_owned())]);
        let first = &rows(&kit).await[0];
        assert_eq!((first.taken_by, first.taken_at), (Some(kit.user(Role::Practitioner)), Some(kit.now - Duration::minutes(30))));
        assert!(told(&kit, Role::Practitioner, done.id).await.expect("it is told").undone);
        let again = undoes(&kit, Role::Practitioner, done.id).await;
        assert!(matches!(again, Err(Error::Stale)), "once: {again:?}");
        assert!(told(&kit, Role::TeamLeader, done.id).await.is_none(), "an act is told to whoever did it");
    }

    async fn a_row_is_taken_over_from_whoever_has_it_with_a_reason_that_is_kept(kit: Kit) {
        let ticked = board_of(&kit, 1).await;
        does(&kit, Role::Practitioner, -30, Doing::Take, &ticked).await;
        let row = at(ticked[0], 2);
        let from_nobody = take_over(&kit, Role::TeamLeader, row, Role::Student).await;
        assert!(matches!(from_nobody, Err(Error::Stale)), "{from_nobody:?}");
        let from_oneself = take_over(&kit, Role::Practitioner, row, Role::Practitioner).await;
        assert!(matches!(from_oneself, Err(Error::Stale)), "{from_oneself:?}");
        take_over(&kit, Role::TeamLeader, row, Role::Practitioner).await.expect("taken over");
        let late = take_over(&kit, Role::Bank, row, Role::Practitioner).await;
        assert!(matches!(late, Err(Error::Stale)), "somebody was faster: {late:?}");
        let now = &rows(&kit).await[0];
        assert_eq!((now.taken_by_name.as_str(), now.taken_at), ("Josie Quill", Some(kit.now)));
        let mut tx = kit.tx(Role::Practitioner).await;
        let view = tx.authorise::<ViewList>(kit.custody()).await.expect("allowed");
        let kept = lists::taken_over(&mut tx, &view, row.id).await.expect("it answers");
        assert_eq!(kept.len(), 1);
        assert_eq!((kept[0].from.as_str(), kept[0].to.as_str(), kept[0].reason), ("Amara Bello", "Josie Quill", TakeOverReason::ShiftEnded));
        drop(tx);
        let audited = "SELECT count(*) AS n FROM audit_row WHERE verb = 'change' AND detail LIKE 'row % taken over: Their shift has ended'";
        assert_eq!(count(&kit, audited).await, 1);
    }

    async fn a_colleague_does_not_put_back_what_somebody_is_seeing(kit: Kit) {
        let ticked = board_of(&kit, 1).await;
        does(&kit, Role::Practitioner, 0, Doing::Take, &ticked).await;
        let put_back = async |role: Role| {
            let mut tx = kit.tx(role).await;
            let grant = tx.authorise::<ChangeList>(kit.custody()).await.expect("allowed");
            let answer = lists::put_back(&mut tx, &grant, ticked[0].id, 2).await;
            tx.commit().await.expect("it commits");
            answer
        };
        let colleague = put_back(Role::TeamLeader).await;
        assert!(matches!(colleague, Err(Error::Stale)), "{colleague:?}");
        put_back(Role::Practitioner).await.expect("whoever has it may");
    }

    async fn a_choice_is_of_one_user_and_one_site_and_stays(kit: Kit) {
        let choice = BoardChoice::kept("women mine", "courtroom-1", "list");
        let chosen = async |role: Role, site: SiteId| {
            let mut tx = kit.tx(role).await;
            let grant = tx.authorise::<ViewBoard>(site).await.expect("allowed");
            lists::board_choice(&mut tx, &grant).await.expect("it answers")
        };
        for choice in [BoardChoice::kept("left", "", ""), choice.clone()] {
            let mut tx = kit.tx(Role::Practitioner).await;
            let grant = tx.authorise::<ViewBoard>(kit.custody()).await.expect("allowed");
            lists::choose(&mut tx, &grant, &choice).await.expect("it is kept");
            tx.commit().await.expect("it commits");
        }
        assert_eq!(chosen(Role::Practitioner, kit.custody()).await, choice);
        assert!(chosen(Role::Practitioner, kit.places.sites[1].id).await.shows_everybody(), "another site");
        assert!(chosen(Role::TeamLeader, kit.custody()).await.shows_everybody(), "another user");
        assert!(choice.filters.contains(&BoardFilter::Women));
    }

    async fn the_board_reads_what_the_filters_ask_for(kit: Kit) {
        let ticked: Vec<EntryId> = board_of(&kit, 1).await.iter().map(|row| row.id).collect();
        let row = &rows(&kit).await[0];
        assert!(row.is_woman && row.youth && row.in_custody && row.id == ticked[0], "{row:?}");
    }
}
