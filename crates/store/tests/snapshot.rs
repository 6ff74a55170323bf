//! A start reads the night's snapshot of the index and what changed since, and answers as one that reads everybody.

use throughline_domain::ids::{ElsewhereId, MergeId, PersonId};
use throughline_domain::merge::Reason;
use throughline_domain::name::Name;
use throughline_domain::role::Role;
use throughline_matching::Description;
use throughline_policy::{ChangeIdentity, MergePeople, SearchPeople, Subject, UnmergePeople, ViewIdentity};
use throughline_store::elsewhere::{self, Record};
use throughline_store::people;
use throughline_store::{Cause, Store, Tx, Value, matching, merges, nightly, raw, search};
use throughline_testkit::{Kit, on_both};
use uuid::Uuid;

const LOADED: &str = "the snapshot";

/// Whom a search for a name finds, by a practitioner on a server, and how likely each is.
async fn found(kit: &Kit, store: &Store, forenames: &str, surname: &str) -> Vec<(Uuid, f64)> {
    let actor = kit.tx(Role::Practitioner).await.actor().cloned();
    let mut tx = store.begin(Cause { actor, at: kit.now, request: "test".into() }).await.unwrap();
    let grant = tx.authorise::<SearchPeople>(Subject::default()).await.unwrap();
    let found = search::search(&mut tx, &grant, &Description::named(forenames, surname), 20).await.unwrap();
    let people = found.people.iter().map(|one| (one.person.id.uuid(), one.scored.probability));
    people.chain(found.elsewhere.iter().map(|one| (one.elsewhere.id.uuid(), one.scored.probability))).collect()
}

/// A server that has just started.
async fn started(kit: &Kit) -> Store {
    let other = Store::open(&kit.location).await.unwrap();
    matching::follow(&other).await.unwrap();
    other
}

async fn kept(kit: &Kit, night: i64) -> matching::Kept {
    let now = kit.now + chrono::Duration::days(night);
    nightly::keep_snapshot(&kit.store, now).await.unwrap().expect("the first of this night")
}

async fn system(kit: &Kit) -> Tx {
    kit.store.begin(Cause { actor: None, at: kit.now, request: "test".into() }).await.unwrap()
}

async fn taken_over(kit: &Kit, number: &str, forenames: &str, surname: &str) {
    let mut tx = system(kit).await;
    let name = Name::new(forenames, surname);
    let record = Record { number: number.to_owned(), name, in_use: true, ..Record::default() };
    elsewhere::take_in(&mut tx, "PAS", &[record]).await.unwrap();
    tx.commit().await.unwrap();
}

async fn gone(kit: &Kit, number: &str) {
    let mut tx = system(kit).await;
    let known = elsewhere::numbers_after(&mut tx, "PAS", ElsewhereId::new(Uuid::nil()), 100).await.unwrap();
    let ids: Vec<_> = known.into_iter().filter(|(_, known)| known == number).map(|(id, _)| id).collect();
    elsewhere::mark_gone(&mut tx, "PAS", &ids).await.unwrap();
    tx.commit().await.unwrap();
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

fn because() -> Reason {
    Reason::new("Same fingerprints, told by the custody sergeant").unwrap()
}

async fn joined(kit: &Kit, keep: PersonId, away: PersonId) -> MergeId {
    let mut tx = kit.tx(Role::TeamLeader).await;
    let kept = tx.authorise::<MergePeople>(keep).await.unwrap();
    let gone = tx.authorise::<MergePeople>(away).await.unwrap();
    let done = merges::merge(&mut tx, &kept, &gone, &because(), None).await.unwrap().unwrap();
    tx.commit().await.unwrap();
    done
}

async fn parted(kit: &Kit, keep: PersonId, away: PersonId, id: MergeId) {
    let mut tx = kit.tx(Role::TeamLeader).await;
    let kept = tx.authorise::<UnmergePeople>(keep).await.unwrap();
    let gone = tx.authorise::<UnmergePeople>(away).await.unwrap();
    merges::unmerge(&mut tx, &kept, &gone, id, &because()).await.unwrap().unwrap();
    tx.commit().await.unwrap();
}

async fn count(kit: &Kit, sql: &'static str) -> i64 {
    let mut read = kit.store.read().await.unwrap();
    raw::fetch_all(&mut read, sql, vec![]).await.unwrap()[0].get("n").unwrap()
}

async fn run(kit: &Kit, sql: &'static str, values: Vec<Value>) {
    let mut tx = system(kit).await;
    assert!(raw::execute(&mut tx, sql, values).await.unwrap() > 0, "{sql}");
    tx.commit().await.unwrap();
}

/// The snapshot's bytes.
async fn bytes(kit: &Kit) -> Vec<u8> {
    let mut read = kit.store.read().await.unwrap();
    let sql = "SELECT bytes FROM match_snapshot_piece ORDER BY number";
    let rows = raw::fetch_all(&mut read, sql, vec![]).await.unwrap();
    rows.iter().flat_map(|row| row.get::<Vec<u8>>("bytes").unwrap()).collect()
}

fn place(bytes: &[u8], word: &[u8]) -> Option<usize> {
    bytes.windows(word.len()).position(|some| some == word)
}

const NAMES: [(&str, &str); 9] = [
    ("Ada", "Marsh"),
    ("Adeline", "Quillfeather"),
    ("Bo", "Reed"),
    ("Cy", "Dlone"),
    ("Dot", "Okafor"),
    ("Eve", "Nowak"),
    ("Fay", "Singh"),
    ("Gil", "Hart"),
    ("Hal", "Unsworth"),
];

/// A server that has just started answers as one that reads everybody.
async fn answers_as_everybody_read(kit: &Kit, server: &Store) {
    let anew = Store::open(&kit.location).await.unwrap();
    matching::read_everybody(&anew).await.unwrap();
    for (forenames, surname) in NAMES {
        let expected = found(kit, &anew, forenames, surname).await;
        assert_eq!(found(kit, server, forenames, surname).await, expected, "{forenames} {surname}");
    }
    anew.close().await;
}

on_both! {
    async fn a_start_from_a_snapshot_answers_as_one_that_reads_everybody_whatever_happened_since(kit: Kit) {
        let mut people = Vec::new();
        for (forenames, surname) in NAMES {
            people.push(kit.person(forenames, surname).await);
        }
        let again = kit.person("Bo", "Reed").await;
        let parted_again = kit.person("Cy", "Dlone").await;
        let merge = joined(&kit, people[3], parted_again).await;
        taken_over(&kit, "1", "Eve", "Nowak").await;
        taken_over(&kit, "2", "Fay", "Singh").await;
        matching::snapshot_in_pieces_of(&kit.store, 1000);
        let written = kept(&kit, 0).await;
        assert_eq!(written.people, 12);
        assert_eq!(count(&kit, "SELECT count(*) AS n FROM match_snapshot_piece").await, i64::try_from(written.bytes.div_ceil(1000)).unwrap());

        renamed(&kit, people[0], Name::new("Adeline", "Quillfeather")).await;
        joined(&kit, people[2], again).await;
        parted(&kit, people[3], parted_again, merge).await;
        gone(&kit, "2").await;
        taken_over(&kit, "3", "Gil", "Hart").await;
        let new = kit.person("Hal", "Unsworth").await;

        let server = started(&kit).await;
        assert_eq!(matching::started(&server), LOADED);
        answers_as_everybody_read(&kit, &server).await;
        let is_in = |all: &[(Uuid, f64)], id: Uuid| all.iter().any(|(one, _)| *one == id);
        assert!(found(&kit, &server, "", "Marsh").await.is_empty(), "she has another name now");
        assert!(!is_in(&found(&kit, &server, "Bo", "Reed").await, again.uuid()), "joined into another");
        assert!(is_in(&found(&kit, &server, "Cy", "Dlone").await, parted_again.uuid()), "parted again");
        assert!(is_in(&found(&kit, &server, "Hal", "Unsworth").await, new.uuid()), "made since");
        assert_eq!(found(&kit, &server, "Fay", "Singh").await.len(), 1, "gone from its register");
        server.close().await;
    }

    async fn the_night_replaces_the_snapshot_before_and_writes_one_audit_row(kit: Kit) {
        kit.person("Ada", "Marsh").await;
        kept(&kit, 0).await;
        assert_eq!(nightly::keep_snapshot(&kit.store, kit.now).await.unwrap(), None, "once a night");
        // A server that was cut short left this.
        run(&kit, "INSERT INTO match_snapshot (id, seq, people, described, migration, made_at) VALUES ($1, 0, 0, 0, '', $2)",
            vec![Uuid::now_v7().into(), kit.now.into()]).await;
        run(&kit, "INSERT INTO match_snapshot_piece (snapshot_id, number, bytes) SELECT id, 0, $1 FROM match_snapshot WHERE pieces IS NULL",
            vec![b"half".as_slice().into()]).await;
        let server = started(&kit).await;
        assert_eq!(matching::started(&server), LOADED, "one that is not whole is not read");
        server.close().await;
        kept(&kit, 1).await;
        assert_eq!(count(&kit, "SELECT count(*) AS n FROM match_snapshot").await, 1);
        assert_eq!(count(&kit, "SELECT count(DISTINCT snapshot_id) AS n FROM match_snapshot_piece").await, 1);
        assert_eq!(count(&kit, "SELECT count(*) AS n FROM audit_row WHERE classes = 'match_snapshot' AND actor IS NULL").await, 2);
    }

    async fn a_night_that_cannot_write_it_all_leaves_the_snapshot_before_and_nothing_else(kit: Kit) {
        kit.person("Ada", "Marsh").await;
        matching::snapshot_in_pieces_of(&kit.store, 100);
        let written = kept(&kit, 0).await;
        kit.person("Bo", "Reed").await;
        let full = if kit.store.kind() == "sqlite" {
            "CREATE TRIGGER full BEFORE INSERT ON match_snapshot_piece WHEN NEW.number = 3 BEGIN SELECT RAISE(ABORT, 'full'); END"
        } else {
            "ALTER TABLE match_snapshot_piece ADD CONSTRAINT full_at_3 CHECK (number <> 3) NOT VALID"
        };
        let mut tx = system(&kit).await;
        raw::execute(&mut tx, full, vec![]).await.unwrap();
        tx.commit().await.unwrap();
        nightly::keep_snapshot(&kit.store, kit.now + chrono::Duration::days(1)).await.unwrap_err();
        assert_eq!(count(&kit, "SELECT count(*) AS n FROM match_snapshot").await, 1);
        let pieces = i64::try_from(written.bytes.div_ceil(100)).unwrap();
        assert_eq!(count(&kit, "SELECT count(*) AS n FROM match_snapshot_piece").await, pieces);
        let server = started(&kit).await;
        assert_eq!(matching::started(&server), LOADED);
        answers_as_everybody_read(&kit, &server).await;
        server.close().await;
    }

    async fn nobody_who_went_before_the_night_is_in_its_snapshot(kit: Kit) {
        let (keep, away) = (kit.person("Bo", "Reed").await, kit.person("Zebedee", "Xylander").await);
        matching::follow(&kit.store).await.unwrap();
        renamed(&kit, away, Name::new("Bo", "Reed")).await;
        joined(&kit, keep, away).await;
        matching::follow(&kit.store).await.unwrap();
        kept(&kit, 0).await;
        let bytes = bytes(&kit).await;
        assert!(place(&bytes, b"reed").is_some());
        assert_eq!((place(&bytes, b"xylander"), place(&bytes, b"zebedee")), (None, None));
    }

    async fn a_snapshot_that_cannot_be_trusted_is_told_and_everybody_is_read(kit: Kit) {
        let ada = kit.person("Ada", "Marsh").await;
        let whole = async || {
            let night = count(&kit, "SELECT count(*) AS n FROM night_work").await;
            kept(&kit, night).await;
        };
        let told = async || {
            let server = started(&kit).await;
            assert_eq!(found(&kit, &server, "Ada", "Marsh").await.len(), 1);
            answers_as_everybody_read(&kit, &server).await;
            let told = matching::started(&server);
            server.close().await;
            told
        };
        assert_eq!(told().await, "there is no snapshot of it yet");
        // The mark, the format, the fingerprint, and a letter of her name.
        for (at, why) in [
            (Some(2), "this is not a snapshot of the index"),
            (Some(9), "the snapshot of the index has another format"),
            (Some(13), "the snapshot of the index was made by an engine that reads people otherwise"),
            (None, "the snapshot of the index is damaged"),
        ] {
            whole().await;
            let mut bytes = bytes(&kit).await;
            let at = at.unwrap_or_else(|| place(&bytes, b"marsh").unwrap());
            bytes[at] ^= 1;
            run(&kit, "UPDATE match_snapshot_piece SET bytes = $1 WHERE number = 0", vec![bytes.into()]).await;
            let told = told().await;
            assert!(told.starts_with(why), "{at}: {told}");
        }
        matching::snapshot_in_pieces_of(&kit.store, 200);
        whole().await;
        run(&kit, "DELETE FROM match_snapshot_piece WHERE number = 1", vec![]).await;
        assert_eq!(told().await, "the snapshot of the index ends too early");
        for sql in ["UPDATE match_snapshot SET described = described + 1", "UPDATE match_snapshot SET migration = '20200101_01_earlier'"] {
            whole().await;
            run(&kit, sql, vec![]).await;
            assert_eq!(told().await, "another version of the program made the snapshot");
        }
        whole().await;
        renamed(&kit, ada, Name::new("Ada", "Marsh-Reed")).await;
        renamed(&kit, ada, Name::new("Ada", "Marsh")).await;
        let mut tx = system(&kit).await;
        raw::execute(&mut tx, "UPDATE match_change SET at = $1", vec![Value::from(kit.now - chrono::Duration::days(8))]).await.unwrap();
        matching::forget_old(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(told().await, "the feed of changes does not go back to the snapshot");
        whole().await;
        run(&kit, "UPDATE match_snapshot SET seq = seq + 10", vec![]).await;
        assert_eq!(told().await, "the feed of changes does not go back to the snapshot");
        whole().await;
        // Somebody taken out of the database by hand, without a word in the feed.
        let eve = kit.person("Eve", "Nowak").await;
        whole().await;
        run(&kit, "DELETE FROM match_change WHERE person_id = $1 AND seq < (SELECT MAX(seq) FROM match_change)", vec![ada.into()]).await;
        run(&kit, "UPDATE match_change SET person_id = $1 WHERE person_id = $2", vec![ada.into(), eve.into()]).await;
        run(&kit, "DELETE FROM person WHERE id = $1", vec![eve.into()]).await;
        assert_eq!(told().await, "the snapshot and what changed since come to 2 people and records, and there are 1");
        whole().await;
        assert_eq!(told().await, LOADED);
    }

    async fn two_servers_load_one_snapshot_and_follow_what_each_of_them_changes(kit: Kit) {
        kit.person("Ada", "Marsh").await;
        kept(&kit, 0).await;
        let (one, two) = (started(&kit).await, started(&kit).await);
        assert_eq!((matching::started(&one), matching::started(&two)), (LOADED.to_owned(), LOADED.to_owned()));
        let bo = kit.person("Bo", "Reed").await;
        for server in [&one, &two] {
            assert_eq!(found(&kit, server, "Bo", "Reed").await[0].0, bo.uuid());
            answers_as_everybody_read(&kit, server).await;
        }
        one.close().await;
        two.close().await;
    }

    async fn a_start_while_the_next_snapshot_is_written_reads_the_old_whole_or_the_new_whole(kit: Kit) {
        for (forenames, surname) in NAMES {
            kit.person(forenames, surname).await;
        }
        matching::snapshot_in_pieces_of(&kit.store, 40);
        kept(&kit, 0).await;
        for night in 1..4 {
            let (store, now) = (kit.store.clone(), kit.now + chrono::Duration::days(night));
            let writing = tokio::spawn(async move { nightly::keep_snapshot(&store, now).await });
            while !writing.is_finished() {
                let server = started(&kit).await;
                assert_eq!(matching::started(&server), LOADED);
                assert_eq!(found(&kit, &server, "Dot", "Okafor").await.len(), 1);
                server.close().await;
                kit.person("Zeno", "Unalike").await;
            }
            writing.await.unwrap().unwrap().expect("it is this night's");
        }
        let server = started(&kit).await;
        answers_as_everybody_read(&kit, &server).await;
        server.close().await;
    }
}
