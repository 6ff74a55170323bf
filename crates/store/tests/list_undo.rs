//! Taking back a list that was brought in, on SQLite and on PostgreSQL.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use std::collections::BTreeMap;
use throughline_domain::ids::{EntryId, ListId};
use throughline_domain::list::{LineBecame, LineChange, ListKind, ListState, MatchDecision, NotSeenReason};
use throughline_domain::merge::Reason;
use throughline_domain::name::Name;
use throughline_domain::role::Role;
use throughline_matching::{Description, Parameters, score};
use throughline_policy::{ChangeList, ImportList, MergePeople, ViewList};
use throughline_store::lists::{self, Best, EntryFacts, Likely, List, NewList, NotTakenBack, TakingBack};
use throughline_store::{Error, Tx, merges, raw};
use throughline_testkit::{Kit, on_both};
use uuid::Uuid;

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 24).expect("a day")
}

/// Throws the same every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// What a list says: by key, a name.
type Says = BTreeMap<String, String>;

fn facts(key: &str, name: &str, row: i64) -> EntryFacts {
    EntryFacts {
        list_date: day(),
        key: key.to_owned(),
        source_row: row,
        source: format!(r#"{{"name":"{name}"}}"#),
        name: Name::new("Ada", name),
        custody_number: key.to_owned(),
        date_of_birth: NaiveDate::from_ymd_opt(1990, 1, 1 + u32::try_from(name.len()).expect("a short name")),
        ..EntryFacts::default()
    }
}

/// One hour of the shift for each list.
fn hour(kit: &Kit, hours: i64) -> DateTime<Utc> {
    kit.now + Duration::hours(hours)
}

async fn receive(tx: &mut Tx, kit: &Kit) -> ListId {
    let grant = tx.authorise::<ImportList>(kit.custody()).await.expect("allowed");
    let new = NewList {
        id: ListId::new(Uuid::now_v7()),
        kind: ListKind::Custody,
        format: "custody-csv".into(),
        list_date: day(),
        file_name: "list.csv".into(),
        sha256: "00ff".into(),
        original: b"bytes".to_vec(),
        reading: "{}".into(),
    };
    lists::receive(tx, &grant, &new).await.expect("kept");
    new.id
}

/// Brings a list in as the review does.
async fn bring_in(kit: &Kit, at: DateTime<Utc>, list: Option<ListId>, says: &Says) -> ListId {
    let mut tx = kit.tx_at(Role::Practitioner, at).await;
    let list = match list {
        Some(list) => list,
        None => receive(&mut tx, kit).await,
    };
    let grant = tx.authorise::<ImportList>(kit.custody()).await.expect("allowed");
    let view = tx.authorise::<ViewList>(kit.custody()).await.expect("allowed");
    lists::begin_commit(&mut tx, &grant, list).await.expect("it is brought in");
    let lines = lists::lines(&mut tx, &view, ListKind::Custody, day(), day()).await.expect("the lines");
    let before = lists::before(&mut tx, &grant, &lines).await.expect("kept");
    let mut known: BTreeMap<String, (EntryId, String, bool)> = BTreeMap::new();
    for line in &lines {
        let key = key_of(&mut tx, line.id).await;
        known.insert(key, (line.id, line.source.clone(), line.gone_at.is_some()));
    }
    for (id, _, gone) in known.iter().filter(|(key, _)| !says.contains_key(*key)).map(|(_, line)| line) {
        if !gone {
            lists::mark_gone(&mut tx, &grant, *id).await.expect("gone");
        }
    }
    for (row, (key, name)) in (1..).zip(says) {
        let facts = facts(key, name, row);
        match known.get(key) {
            Some((id, source, false)) if *source == facts.source => {
                lists::keep_entry(&mut tx, &grant, *id, list, row).await.expect("kept");
            }
            Some((id, _, _)) => {
                lists::change_entry(&mut tx, &grant, *id, list, &facts).await.expect("changed");
                lists::find_best(&mut tx, *id, &described(name)).await.expect("found");
            }
            None => {
                let id = lists::add_entry(&mut tx, &grant, ListKind::Custody, list, &facts).await.expect("added");
                lists::find_best(&mut tx, id, &described(name)).await.expect("found");
            }
        }
    }
    lists::keep_commit(&mut tx, &grant, (list, ListKind::Custody), before).await.expect("kept");
    tx.commit().await.expect("it commits");
    list
}

fn described(name: &str) -> Description {
    Description::named("Ada", name)
}

async fn key_of(tx: &mut Tx, id: EntryId) -> String {
    let sql = "SELECT entry_key FROM list_entry WHERE id = $1";
    raw::fetch_all(tx, sql, vec![id.into()]).await.expect("it answers")[0].get("entry_key").expect("a key")
}

async fn entry_of(kit: &Kit, key: &str) -> Option<EntryId> {
    let mut read = kit.store.read().await.expect("it answers");
    let sql = "SELECT id FROM list_entry WHERE entry_key = $1";
    let rows = raw::fetch_all(&mut read, sql, vec![key.into()]).await.expect("it answers");
    rows.first().map(|row| row.get("id").expect("an id"))
}

async fn list_of(kit: &Kit, at: DateTime<Utc>, id: ListId) -> (Tx, List) {
    let mut tx = kit.tx_at(Role::Practitioner, at).await;
    let view = tx.authorise::<ViewList>(kit.custody()).await.expect("allowed");
    let list = lists::get(&mut tx, &view, id).await.expect("it answers").expect("there");
    (tx, list)
}

async fn take_back(kit: &Kit, at: DateTime<Utc>, id: ListId) -> Result<TakingBack, Error> {
    let (mut tx, list) = list_of(kit, at, id).await;
    let grant = tx.authorise::<ImportList>(kit.custody()).await.expect("allowed");
    let done = lists::take_back(&mut tx, &grant, &list).await?;
    tx.commit().await.expect("it commits");
    Ok(done)
}

async fn plan(kit: &Kit, at: DateTime<Utc>, id: ListId) -> Result<TakingBack, NotTakenBack> {
    let (mut tx, list) = list_of(kit, at, id).await;
    let view = tx.authorise::<ViewList>(kit.custody()).await.expect("allowed");
    lists::taking_back(&mut tx, &view, &list, at).await.expect("it answers")
}

/// The columns of a table, as the database knows them.
async fn columns(kit: &Kit, table: &str) -> Vec<String> {
    let mut read = kit.store.read().await.expect("it answers");
    let sql = if kit.store.kind() == "sqlite" {
        format!("SELECT name FROM pragma_table_info('{table}') ORDER BY name")
    } else {
        format!(
            "SELECT column_name AS name FROM information_schema.columns WHERE table_name = '{table}' ORDER BY column_name"
        )
    };
    let rows = raw::fetch_all(&mut read, String::leak(sql), vec![]).await.expect("it answers");
    rows.iter().map(|row| row.get("name").expect("a name")).collect()
}

/// Every line whole: by id, each column in words. What only tells that a line changed, and up to when its
/// likeliest match is right, goes on.
async fn lines(kit: &Kit) -> BTreeMap<String, Vec<String>> {
    let text = |column: &str| {
        let as_text =
            if kit.store.kind() == "sqlite" { format!("hex({column})") } else { format!("CAST({column} AS text)") };
        format!("COALESCE({as_text}, 'nothing') AS {column}")
    };
    let mut all = columns(kit, "list_entry").await;
    all.retain(|column| !matches!(column.as_str(), "version" | "best_seq"));
    let asked: Vec<String> = all.iter().map(|column| text(column)).collect();
    let sql = format!("SELECT {} FROM list_entry", asked.join(", "));
    let mut read = kit.store.read().await.expect("it answers");
    let rows = raw::fetch_all(&mut read, String::leak(sql), vec![]).await.expect("it answers");
    let whole = |row: &throughline_store::Row| -> Vec<String> {
        all.iter().map(|column| format!("{column}: {}", row.get::<String>(column).expect("text"))).collect()
    };
    rows.iter().map(|row| (row.get("id").expect("an id"), whole(row))).collect()
}

async fn versions(kit: &Kit) -> BTreeMap<Uuid, i64> {
    let mut read = kit.store.read().await.expect("it answers");
    let rows = raw::fetch_all(&mut read, "SELECT id, version FROM list_entry", vec![]).await.expect("it answers");
    rows.iter().map(|row| (row.get("id").expect("an id"), row.get("version").expect("a version"))).collect()
}

fn says(of: &[(&str, &str)]) -> Says {
    of.iter().map(|(key, name)| ((*key).to_owned(), (*name).to_owned())).collect()
}

/// The list as it is sent again: some are gone, some say something else, some are new.
fn again(before: &Says, dice: &mut Dice) -> Says {
    let mut now = Says::new();
    for (key, name) in before {
        match dice.roll(4) {
            0 => {}
            1 => drop(now.insert(key.clone(), format!("{name}x"))),
            _ => drop(now.insert(key.clone(), name.clone())),
        }
    }
    for _ in 0..dice.roll(3) {
        let number = dice.roll(12);
        now.entry(format!("FR/{number}")).or_insert_with(|| format!("Marsh{number}"));
    }
    now
}

async fn take(kit: &Kit, at: DateTime<Utc>, id: EntryId) {
    let mut tx = kit.tx_at(Role::Practitioner, at).await;
    let grant = tx.authorise::<ChangeList>(kit.custody()).await.expect("allowed");
    let sql = "SELECT version FROM list_entry WHERE id = $1";
    let version =
        raw::fetch_all(&mut tx, sql, vec![id.into()]).await.expect("it answers")[0].get("version").expect("one");
    lists::take(&mut tx, &grant, id, version).await.expect("taken");
    tx.commit().await.expect("it commits");
}

async fn decide(kit: &Kit, at: DateTime<Utc>, id: EntryId) {
    let person = kit.person("Ada", "Marsh").await;
    let mut tx = kit.tx_at(Role::Practitioner, at).await;
    let grant = tx.authorise::<ChangeList>(kit.custody()).await.expect("allowed");
    let scored = score(&Parameters::default(), &described("Marsh"), &described("Marsh"));
    lists::decide(&mut tx, &grant, id, person, MatchDecision::Different, &described("Marsh"), &scored)
        .await
        .expect("decided");
    tx.commit().await.expect("it commits");
}

on_both! {
    async fn what_bringing_a_list_in_changes_is_all_kept(kit: Kit) {
        const SAID: [&str; 19] = ["list_id", "list_date", "entry_key", "source_row", "source", "forenames", "surname",
            "date_of_birth", "custody_number", "arrived_at", "detention_authorised_at", "sitting_at", "court_room",
            "reporting_restriction", "gone_at", "best_person_id", "best_probability", "best_band", "best_reason"];
        // What people did, what never changes, and what tells that something changed.
        const NOT_SAID: [&str; 11] = ["id", "site_id", "kind", "created_at", "state", "reason", "taken_by", "taken_at", "person_id", "episode_id", "version"];
        let known: Vec<&str> = SAID.into_iter().chain(NOT_SAID).chain(["best_seq"]).collect();
        let mut unknown = columns(&kit, "list_entry").await;
        unknown.retain(|column| !known.contains(&column.as_str()));
        assert_eq!(unknown, Vec::<String>::new(), "taking a list back would not restore these: see lists/before.rs");
    }

    async fn taking_back_restores_every_line_of_any_history(kit: Kit) {
        for seed in 0..12 {
            let mut dice = Dice(seed);
            let mut read = kit.tx_at(Role::Practitioner, kit.now).await;
            raw::execute(&mut read, "DELETE FROM list_entry", vec![]).await.expect("a clean board");
            raw::execute(&mut read, "UPDATE list SET state = 'discarded'", vec![]).await.expect("and no list");
            read.commit().await.expect("it commits");
            let mut stack = Vec::new();
            let mut now = Says::new();
            for hours in 0..5 {
                let before = lines(&kit).await;
                now = again(&now, &mut dice);
                let list = bring_in(&kit, hour(&kit, hours), None, &now).await;
                stack.push((list, before));
            }
            let worked = versions(&kit).await;
            for (list, before) in stack.into_iter().rev() {
                let told = plan(&kit, hour(&kit, 5), list).await.expect("it can be");
                let done = take_back(&kit, hour(&kit, 5), list).await.expect("it is");
                assert_eq!(told, done, "seed {seed}: what was told is what is done");
                assert_eq!(lines(&kit).await, before, "seed {seed}");
                assert!(done.stays.is_empty());
            }
            let after = versions(&kit).await;
            assert!(after.iter().all(|(id, version)| worked[id] <= *version), "no version comes twice");
        }
    }

    async fn what_somebody_has_done_since_stays(kit: Kit) {
        let first = says(&[("FR/1", "Marsh"), ("FR/2", "Rowe"), ("FR/3", "Lark"), ("FR/4", "Vane")]);
        bring_in(&kit, hour(&kit, 0), None, &first).await;
        let second = says(&[("FR/1", "Marshx"), ("FR/2", "Rowex"), ("FR/4", "Vane"), ("FR/5", "Hollis"), ("FR/6", "Fenwick"), ("FR/7", "Odell")]);
        let before = lines(&kit).await;
        let list = bring_in(&kit, hour(&kit, 1), None, &second).await;
        let id = async |key: &str| entry_of(&kit, key).await.expect("there");
        let (marsh, hollis, fenwick, lark, vane) = (id("FR/1").await, id("FR/5").await, id("FR/6").await, id("FR/3").await, id("FR/4").await);
        take(&kit, hour(&kit, 2), marsh).await;
        take(&kit, hour(&kit, 2), hollis).await;
        decide(&kit, hour(&kit, 2), fenwick).await;
        take(&kit, hour(&kit, 2), vane).await;
        let mut tx = kit.tx_at(Role::Practitioner, hour(&kit, 2)).await;
        let grant = tx.authorise::<ChangeList>(kit.custody()).await.expect("allowed");
        lists::not_seen(&mut tx, &grant, lark, 2, NotSeenReason::Released).await.expect("said why");
        tx.commit().await.expect("it commits");
        let worked = lines(&kit).await;
        let told = plan(&kit, hour(&kit, 3), list).await.expect("it can be");
        let names: Vec<(String, LineChange, LineBecame)> = told.stays.iter().map(|one| (one.name.surname.clone(), one.change, one.why)).collect();
        let expected = [("Marshx", LineChange::Changed), ("Hollis", LineChange::Added), ("Fenwick", LineChange::Added)];
        assert_eq!(names.len(), expected.len(), "{names:?}");
        for (name, change) in expected {
            assert!(names.contains(&(name.to_owned(), change, LineBecame::WorkedOn)), "{name}: {names:?}");
        }
        assert_eq!((told.removed, told.changed, told.returned, told.kept), (1, 1, 1, 1));
        assert_eq!(take_back(&kit, hour(&kit, 3), list).await.expect("it is"), told);
        let after = lines(&kit).await;
        let of = |all: &BTreeMap<String, Vec<String>>, id: EntryId| {
            let text = if kit.store.kind() == "sqlite" { hex(&id.to_string()) } else { id.to_string() };
            all.get(&text).unwrap_or_else(|| panic!("{id} is not there: {all:?}")).clone()
        };
        for kept in [marsh, hollis, fenwick] {
            assert_eq!(of(&after, kept), of(&worked, kept), "what was worked on stays as it is");
        }
        assert!(entry_of(&kit, "FR/7").await.is_none(), "nobody had worked on it");
        let rowe = id("FR/2").await;
        assert_eq!(of(&after, rowe), of(&before, rowe));
        // Whoever was gone is back, and what was said of them stays.
        let released = |lines: Vec<String>| lines.into_iter().filter(|column| column.starts_with("state") || column.starts_with("reason")).collect::<Vec<_>>();
        assert_eq!(released(of(&after, lark)), released(of(&worked, lark)));
        let gone = |lines: Vec<String>| lines.into_iter().find(|column| column.starts_with("gone_at")).expect("a column");
        assert_eq!(gone(of(&after, lark)), "gone_at: nothing".replace("nothing", &gone(of(&before, lark)).replace("gone_at: ", "")));
        let (mut tx, list) = list_of(&kit, hour(&kit, 3), list).await;
        assert_eq!((list.state, list.committed_at), (ListState::Preview, None));
        let view = tx.authorise::<ViewList>(kit.custody()).await.expect("allowed");
        let told = lists::taken_back(&mut tx, &view, &list).await.expect("it answers").expect("it was taken back");
        assert_eq!((told.by.as_str(), told.stayed.len()), ("Amara Bello", 3));
        let said = "SELECT words FROM event WHERE words LIKE '%took back%'";
        let words: String = raw::fetch_all(&mut tx, said, vec![]).await.expect("it answers")[0].get("words").expect("words");
        assert!(words.starts_with("Amara Bello took back the custody list of "), "{words}");
        // A decision refers to its line: nothing dangles.
        let dangling = "SELECT d.id FROM match_decision d LEFT JOIN list_entry l ON l.id = d.entry_id WHERE l.id IS NULL";
        assert!(raw::fetch_all(&mut tx, dangling, vec![]).await.expect("it answers").is_empty());
    }

    async fn a_list_that_was_taken_back_can_be_brought_in_again(kit: Kit) {
        let first = says(&[("FR/1", "Marsh"), ("FR/2", "Rowe")]);
        let list = bring_in(&kit, hour(&kit, 0), None, &first).await;
        let one = entry_of(&kit, "FR/1").await.expect("there");
        take(&kit, hour(&kit, 1), one).await;
        take_back(&kit, hour(&kit, 1), list).await.expect("taken back");
        let two = entry_of(&kit, "FR/2").await;
        assert_eq!((entry_of(&kit, "FR/1").await, two), (Some(one), None));
        bring_in(&kit, hour(&kit, 2), Some(list), &first).await;
        assert_eq!(entry_of(&kit, "FR/1").await, Some(one), "the line that was worked on is the same");
        assert!(entry_of(&kit, "FR/2").await.is_some());
        let told = plan(&kit, hour(&kit, 2), list).await.expect("it can be, again");
        assert_eq!(told.removed, 1);
    }

    async fn only_within_a_shift_the_newest_first_and_once(kit: Kit) {
        let first = bring_in(&kit, hour(&kit, 0), None, &says(&[("FR/1", "Marsh")])).await;
        let second = bring_in(&kit, hour(&kit, 1), None, &says(&[("FR/1", "Marshx")])).await;
        assert_eq!(plan(&kit, hour(&kit, 2), first).await, Err(NotTakenBack::NotNewest(second)));
        assert!(matches!(take_back(&kit, hour(&kit, 2), first).await, Err(Error::Stale)));
        assert_eq!(plan(&kit, hour(&kit, 14), second).await, Err(NotTakenBack::TooLate(hour(&kit, 13))));
        assert!(matches!(take_back(&kit, hour(&kit, 14), second).await, Err(Error::Stale)));
        assert!(plan(&kit, hour(&kit, 13), second).await.is_ok(), "twelve hours to the minute");
        take_back(&kit, hour(&kit, 2), second).await.expect("taken back");
        let after = lines(&kit).await;
        assert!(matches!(take_back(&kit, hour(&kit, 2), second).await, Err(Error::Stale)), "a second press does nothing");
        assert_eq!(plan(&kit, hour(&kit, 2), second).await, Err(NotTakenBack::NotBroughtIn));
        assert_eq!(lines(&kit).await, after);
        take_back(&kit, hour(&kit, 2), first).await.expect("now it is the newest");
        assert!(lines(&kit).await.is_empty());
        // A list of which nothing was kept: brought in before that was possible.
        let mut tx = kit.tx(Role::Practitioner).await;
        let old = receive(&mut tx, &kit).await;
        let grant = tx.authorise::<ImportList>(kit.custody()).await.expect("allowed");
        lists::begin_commit(&mut tx, &grant, old).await.expect("brought in");
        tx.commit().await.expect("it commits");
        assert_eq!(plan(&kit, hour(&kit, 1), old).await, Err(NotTakenBack::NotKept));
    }

    async fn of_two_who_take_a_list_back_at_once_one_does(kit: Kit) {
        let list = bring_in(&kit, hour(&kit, 0), None, &says(&[("FR/1", "Marsh")])).await;
        let (one, other) = tokio::join!(take_back(&kit, hour(&kit, 1), list), take_back(&kit, hour(&kit, 1), list));
        assert_eq!([one.is_ok(), other.is_ok()].iter().filter(|ok| **ok).count(), 1, "{one:?} {other:?}");
        let mut read = kit.store.read().await.expect("it answers");
        let sql = "SELECT id FROM event WHERE words LIKE '%took back%'";
        assert_eq!(raw::fetch_all(&mut read, sql, vec![]).await.expect("it answers").len(), 1);
        let sql = "SELECT seq FROM audit_row WHERE detail LIKE '%taken back%'";
        assert_eq!(raw::fetch_all(&mut read, sql, vec![]).await.expect("it answers").len(), 1);
    }

    async fn a_line_whose_place_is_taken_by_one_that_stays_stays_too(kit: Kit) {
        bring_in(&kit, hour(&kit, 0), None, &says(&[("FR/1", "Marsh")])).await;
        let marsh = entry_of(&kit, "FR/1").await.expect("there");
        // The list renames the key of a line and gives its former key to somebody new.
        let mut tx = kit.tx_at(Role::Practitioner, hour(&kit, 1)).await;
        let list = receive(&mut tx, &kit).await;
        let grant = tx.authorise::<ImportList>(kit.custody()).await.expect("allowed");
        let view = tx.authorise::<ViewList>(kit.custody()).await.expect("allowed");
        lists::begin_commit(&mut tx, &grant, list).await.expect("brought in");
        let known = lists::lines(&mut tx, &view, ListKind::Custody, day(), day()).await.expect("the lines");
        let before = lists::before(&mut tx, &grant, &known).await.expect("kept");
        lists::change_entry(&mut tx, &grant, marsh, list, &facts("FR/9", "Marsh", 1)).await.expect("changed");
        let new = lists::add_entry(&mut tx, &grant, ListKind::Custody, list, &facts("FR/1", "Rowe", 2)).await.expect("added");
        lists::keep_commit(&mut tx, &grant, (list, ListKind::Custody), before).await.expect("kept");
        tx.commit().await.expect("it commits");
        take(&kit, hour(&kit, 2), new).await;
        let done = take_back(&kit, hour(&kit, 3), list).await.expect("taken back");
        let why: Vec<LineBecame> = done.stays.iter().map(|one| one.why).collect();
        assert!(why.contains(&LineBecame::WorkedOn) && why.contains(&LineBecame::PlaceTaken), "{why:?}");
        assert_eq!((entry_of(&kit, "FR/9").await, entry_of(&kit, "FR/1").await), (Some(marsh), Some(new)));
    }

    async fn two_lines_that_changed_places_change_back(kit: Kit) {
        bring_in(&kit, hour(&kit, 0), None, &says(&[("FR/1", "Marsh"), ("FR/2", "Rowe")])).await;
        let (one, two) = (entry_of(&kit, "FR/1").await.expect("there"), entry_of(&kit, "FR/2").await.expect("there"));
        let mut tx = kit.tx_at(Role::Practitioner, hour(&kit, 1)).await;
        let list = receive(&mut tx, &kit).await;
        let grant = tx.authorise::<ImportList>(kit.custody()).await.expect("allowed");
        let view = tx.authorise::<ViewList>(kit.custody()).await.expect("allowed");
        lists::begin_commit(&mut tx, &grant, list).await.expect("brought in");
        let known = lists::lines(&mut tx, &view, ListKind::Custody, day(), day()).await.expect("the lines");
        let before = lists::before(&mut tx, &grant, &known).await.expect("kept");
        for (id, key) in [(one, "aside"), (two, "FR/1"), (one, "FR/2")] {
            lists::change_entry(&mut tx, &grant, id, list, &facts(key, "Marsh", 1)).await.expect("changed");
        }
        lists::keep_commit(&mut tx, &grant, (list, ListKind::Custody), before).await.expect("kept");
        tx.commit().await.expect("it commits");
        take_back(&kit, hour(&kit, 2), list).await.expect("taken back");
        assert_eq!((entry_of(&kit, "FR/1").await, entry_of(&kit, "FR/2").await), (Some(one), Some(two)));
    }

    async fn the_likeliest_match_comes_back_and_is_looked_at_again(kit: Kit) {
        let (keep, away) = (kit.person("Ada", "Marsh").await, kit.person("Ada", "Marsh").await);
        bring_in(&kit, hour(&kit, 0), None, &says(&[("FR/1", "Marsh")])).await;
        let id = entry_of(&kit, "FR/1").await.expect("there");
        let mut tx = kit.tx_at(Role::Practitioner, hour(&kit, 0)).await;
        let likely = Likely { probability: 0.1 + 0.2, band: throughline_matching::Band::Possible, reason: "Alike".into() };
        lists::set_best(&mut tx, id, &Best::Person(away, likely)).await.expect("set");
        tx.commit().await.expect("it commits");
        let list = bring_in(&kit, hour(&kit, 1), None, &says(&[("FR/1", "Marshx")])).await;
        let mut tx = kit.tx_at(Role::TeamLeader, hour(&kit, 2)).await;
        let (kept, gone) = (tx.authorise::<MergePeople>(keep).await.expect("allowed"), tx.authorise::<MergePeople>(away).await.expect("allowed"));
        let why = Reason::new("The same person, with the same date of birth").expect("a reason");
        merges::merge(&mut tx, &kept, &gone, &why, None).await.expect("it answers").expect("joined");
        tx.commit().await.expect("it commits");
        take_back(&kit, hour(&kit, 3), list).await.expect("taken back");
        let mut read = kit.store.read().await.expect("it answers");
        let sql = "SELECT best_person_id, best_probability, best_seq FROM list_entry WHERE id = $1";
        let rows = raw::fetch_all(&mut read, sql, vec![id.into()]).await.expect("it answers");
        let best: throughline_domain::ids::PersonId = rows[0].get("best_person_id").expect("somebody");
        assert_eq!(best, keep, "their record was joined to another since");
        assert_eq!(rows[0].get::<f64>("best_probability").expect("one").to_bits(), (0.1_f64 + 0.2).to_bits());
        assert_eq!(rows[0].get::<i64>("best_seq").expect("one"), -1, "a board looks again");
    }

    async fn a_line_that_was_taken_back_leads_to_its_list(kit: Kit) {
        let list = bring_in(&kit, hour(&kit, 0), None, &says(&[("FR/1", "Marsh")])).await;
        let id = entry_of(&kit, "FR/1").await.expect("there");
        let mut read = kit.store.read().await.expect("it answers");
        assert_eq!(lists::removed_with(&mut read, id).await.expect("it answers"), None);
        drop(read);
        take_back(&kit, hour(&kit, 1), list).await.expect("taken back");
        let mut read = kit.store.read().await.expect("it answers");
        assert_eq!(lists::removed_with(&mut read, id).await.expect("it answers"), Some(list));
    }

    /// An act on several rows keeps what became of each, also of those that it left alone: they go with their list.
    async fn a_row_that_an_act_left_alone_goes_with_its_list(kit: Kit) {
        let list = bring_in(&kit, hour(&kit, 0), None, &says(&[("CU/1", "Marsh")])).await;
        let id = entry_of(&kit, "CU/1").await.expect("on the board");
        let mut tx = kit.tx_at(Role::Practitioner, hour(&kit, 1)).await;
        let grant = tx.authorise::<ChangeList>(kit.custody()).await.expect("allowed");
        let ticked = [lists::Ticked { id, version: 1 }];
        let acted = lists::act(&mut tx, &grant, lists::Doing::PutBack, &ticked).await.expect("it is done");
        assert_eq!((acted.done, acted.left), (0, 1), "nobody had taken it");
        tx.commit().await.expect("it commits");
        let done = take_back(&kit, hour(&kit, 2), list).await.expect("taken back");
        assert_eq!((done.removed, done.stays.len()), (1, 0));
        assert_eq!(entry_of(&kit, "CU/1").await, None);
    }
}

/// As SQLite's `hex` gives the bytes of an id.
fn hex(id: &str) -> String {
    id.replace('-', "").to_uppercase()
}
