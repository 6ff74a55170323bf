//! Who a line is likeliest to be, kept beside it: what a board shows is what the engine would say now.

use chrono::NaiveDate;
use throughline_domain::ids::{ElsewhereId, EntryId, ListId, PersonId};
use throughline_domain::list::{ListKind, MatchDecision};
use throughline_domain::merge::Reason;
use throughline_domain::name::Name;
use throughline_domain::role::Role;
use throughline_matching::{Band, Description, Parameters};
use throughline_policy::{
    ChangeIdentity, ChangeList, CreatePerson, ImportList, MergePeople, SearchPeople, Subject, ViewBoard, ViewIdentity,
};
use throughline_store::elsewhere::{self, Record};
use throughline_store::lists::{self, Best, EntryFacts, NewList};
use throughline_store::matching::parameters;
use throughline_store::people::{self, NewPerson};
use throughline_store::{Cause, merges, raw, search};
use throughline_testkit::{Kit, on_both};
use uuid::Uuid;

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 24).expect("a day")
}

fn born() -> NaiveDate {
    NaiveDate::from_ymd_opt(1991, 2, 14).expect("a day")
}

/// As the list gives her.
fn ada() -> Description {
    Description::named("Ada", "Quillfeather").born(born())
}

async fn known(kit: &Kit, forenames: &str) -> PersonId {
    let mut tx = kit.tx(Role::Practitioner).await;
    let grant = tx.authorise::<CreatePerson>(Subject::default()).await.expect("allowed");
    let id = PersonId::new(Uuid::now_v7());
    let name = Name::new(forenames, "Quillfeather");
    let new = NewPerson { name, date_of_birth: Some(born()), ..NewPerson::default() };
    people::create(&mut tx, &grant, id, &new).await.expect("made");
    tx.commit().await.expect("it commits");
    id
}

/// A line about her on today's list.
async fn line(kit: &Kit) -> EntryId {
    let mut tx = kit.tx(Role::Practitioner).await;
    let import = tx.authorise::<ImportList>(kit.custody()).await.expect("allowed");
    let list = NewList {
        id: ListId::new(Uuid::now_v7()),
        kind: ListKind::Custody,
        format: "custody-csv".into(),
        list_date: day(),
        file_name: "list.csv".into(),
        sha256: "00ff".into(),
        original: b"bytes".to_vec(),
        reading: "{}".into(),
    };
    lists::receive(&mut tx, &import, &list).await.expect("kept");
    let key = Uuid::now_v7().to_string();
    let facts = EntryFacts { list_date: day(), key, source: "{}".into(), ..EntryFacts::default() };
    let id = lists::add_entry(&mut tx, &import, ListKind::Custody, list.id, &facts).await.expect("added");
    lists::find_best(&mut tx, id, &ada()).await.expect("found");
    tx.commit().await.expect("it commits");
    id
}

/// What a board does when it is drawn; how many lines were looked at again.
async fn freshened(kit: &Kit) -> usize {
    let mut tx = kit.tx(Role::Practitioner).await;
    let grant = tx.authorise::<ViewBoard>(kit.custody()).await.expect("allowed");
    let stale = lists::stale(&mut tx, &grant, day(), day()).await.expect("it answers");
    for line in &stale {
        lists::find_best(&mut tx, line.id, &ada()).await.expect("found");
    }
    tx.commit().await.expect("it commits");
    stale.len()
}

/// Who the board shows, once it is drawn.
async fn shown(kit: &Kit, line: EntryId) -> Best {
    freshened(kit).await;
    let mut tx = kit.tx(Role::Practitioner).await;
    let grant = tx.authorise::<ViewBoard>(kit.custody()).await.expect("allowed");
    let rows = lists::board_rows(&mut tx, &grant, day()).await.expect("it answers");
    rows.into_iter().find(|row| row.id == line).expect("the line").best
}

async fn rename(kit: &Kit, person: PersonId, name: Name, date_of_birth: Option<NaiveDate>) {
    let mut tx = kit.tx(Role::Practitioner).await;
    let view = tx.authorise::<ViewIdentity>(person).await.expect("allowed");
    let mut now = people::get(&mut tx, &view).await.expect("it answers").expect("there");
    (now.name, now.date_of_birth) = (name, date_of_birth);
    let change = tx.authorise::<ChangeIdentity>(person).await.expect("allowed");
    people::change(&mut tx, &change, &now).await.expect("changed");
    tx.commit().await.expect("it commits");
}

async fn decide(kit: &Kit, line: EntryId, person: PersonId, decision: MatchDecision) {
    let mut tx = kit.tx(Role::Practitioner).await;
    let change = tx.authorise::<ChangeList>(kit.custody()).await.expect("allowed");
    let search = tx.authorise::<SearchPeople>(Subject::default()).await.expect("allowed");
    let candidate = search::compare(&mut tx, &search, &ada(), person).await.expect("it answers").expect("there");
    lists::decide(&mut tx, &change, line, person, decision, &ada(), &candidate.scored).await.expect("decided");
    tx.commit().await.expect("it commits");
}

async fn hospital(kit: &Kit, forenames: &str, surname: &str) -> ElsewhereId {
    let record = Record {
        number: "1".into(),
        name: Name::new(forenames, surname),
        date_of_birth: Some(born()),
        ..Record::default()
    };
    let cause = || Cause { actor: None, at: kit.now, request: "test".into() };
    let mut tx = kit.store.begin(cause()).await.expect("begun");
    elsewhere::take_in(&mut tx, "PAS", &[record]).await.expect("taken in");
    tx.commit().await.expect("it commits");
    let mut read = kit.store.read().await.expect("it answers");
    elsewhere::numbers_after(&mut read, "PAS", ElsewhereId::new(Uuid::nil()), 1).await.expect("it answers")[0].0
}

async fn gone(kit: &Kit, record: ElsewhereId) {
    let mut tx = kit.store.begin(Cause { actor: None, at: kit.now, request: "test".into() }).await.expect("begun");
    elsewhere::mark_gone(&mut tx, "PAS", &[record]).await.expect("gone");
    tx.commit().await.expect("it commits");
}

fn words(best: &Best) -> &str {
    match best {
        Best::Nobody(words) => words,
        other => panic!("somebody is shown: {other:?}"),
    }
}

/// A version of the parameters, taken up.
async fn take_up(kit: &Kit) {
    let noon = day().and_hms_opt(12, 0, 0).expect("a time").and_utc();
    let mut tx = kit.tx_at(Role::Practitioner, noon).await;
    let toml = Parameters::default().to_toml();
    let insert = "INSERT INTO match_parameters (version, toml, learnt_at, decisions, pairs, compared, refused)
        VALUES ('learnt-1', $1, $2, 0, 0, '{}', 'not compared')";
    raw::execute(&mut tx, insert, vec![toml.into(), kit.now.into()]).await.expect("kept");
    let taken = parameters::take_up(&mut tx, "learnt-1", "Amara Bello", "tried out").await.expect("it answers");
    taken.expect("it is taken up");
    tx.commit().await.expect("it commits");
}

on_both! {
    async fn a_match_is_looked_at_again_once_other_numbers_are_weighed_with(kit: Kit) {
        known(&kit, "Ada").await;
        line(&kit).await;
        freshened(&kit).await;
        assert_eq!(freshened(&kit).await, 0, "nothing has changed");
        take_up(&kit).await;
        assert_eq!(freshened(&kit).await, 1);
    }

    async fn a_match_follows_when_only_our_record_changed(kit: Kit) {
        let line = line(&kit).await;
        assert_eq!(words(&shown(&kit, line).await), "");
        // Somebody becomes known, and then turns out to be another.
        let person = known(&kit, "Ada").await;
        let best = shown(&kit, line).await;
        assert_eq!(best.person(), Some(person), "{best:?}");
        rename(&kit, person, Name::new("Ada", "Quilfeather"), Some(born())).await;
        let spelt = shown(&kit, line).await;
        assert!(spelt.person() == Some(person) && spelt != best, "another spelling, another figure: {spelt:?}");
        rename(&kit, person, Name::new("Bo", "Reed"), None).await;
        assert_eq!(shown(&kit, line).await.person(), None);
    }

    async fn nothing_is_looked_at_again_while_nothing_changed(kit: Kit) {
        known(&kit, "Ada").await;
        line(&kit).await;
        freshened(&kit).await;
        assert_eq!(freshened(&kit).await, 0);
        known(&kit, "Bo").await;
        assert_eq!((freshened(&kit).await, freshened(&kit).await), (1, 0));
    }

    async fn a_match_follows_when_records_are_joined(kit: Kit) {
        let away = known(&kit, "Ada").await;
        let keep = kit.person("Zeta", "Umber").await;
        let line = line(&kit).await;
        assert_eq!(shown(&kit, line).await.person(), Some(away));
        let mut tx = kit.tx(Role::TeamLeader).await;
        let kept = tx.authorise::<MergePeople>(keep).await.expect("allowed");
        let went = tx.authorise::<MergePeople>(away).await.expect("allowed");
        let why = Reason::new("Same fingerprints, told by the custody sergeant").expect("a reason");
        merges::merge(&mut tx, &kept, &went, &why, None).await.expect("it answers").expect("joined");
        tx.commit().await.expect("it commits");
        let Best::Person(person, likely) = shown(&kit, line).await else { panic!("she is known under another name") };
        assert_eq!(person, keep);
        assert!(likely.probability > 0.5, "her other name is compared: {likely:?}");
    }

    async fn a_match_follows_when_the_hospitals_record_changed(kit: Kit) {
        let line = line(&kit).await;
        let record = hospital(&kit, "Ada", "Quillfeather").await;
        let best = shown(&kit, line).await;
        assert!(matches!(&best, Best::Elsewhere(likely) if likely.band == Band::VeryLikely), "{best:?}");
        hospital(&kit, "Ada", "Quilfether").await;
        let changed = shown(&kit, line).await;
        assert!(matches!(changed, Best::Elsewhere(_)) && changed != best, "{changed:?}");
        gone(&kit, record).await;
        assert_eq!(words(&shown(&kit, line).await), "");
    }

    async fn our_own_people_come_before_the_hospitals(kit: Kit) {
        let line = line(&kit).await;
        hospital(&kit, "Ada", "Quillfeather").await;
        let person = known(&kit, "Adah").await;
        assert_eq!(shown(&kit, line).await.person(), Some(person));
    }

    async fn whoever_was_rejected_is_no_match_and_who_said_so_is_told(kit: Kit) {
        let person = known(&kit, "Ada").await;
        let (line, other) = (line(&kit).await, line(&kit).await);
        decide(&kit, line, person, MatchDecision::Different).await;
        let best = shown(&kit, line).await;
        assert_eq!(words(&best), "Said before not to be the one person we know who is like this: Amara Bello, 24 November 2026");
        assert_eq!(shown(&kit, other).await, best, "another line says the same of her, and what was said holds there");
        // Another word about them is followed too, on either line.
        decide(&kit, line, person, MatchDecision::NotSure).await;
        assert_eq!(shown(&kit, line).await.person(), Some(person));
        // And so is a change of our record, which asks again.
        decide(&kit, line, person, MatchDecision::Different).await;
        assert_eq!(shown(&kit, line).await.person(), None);
        rename(&kit, person, Name::new("Ada Mary", "Quillfeather"), Some(born())).await;
        let Best::Person(asked, likely) = shown(&kit, line).await else { panic!("she is asked about again") };
        assert_eq!(asked, person);
        assert!(likely.reason.starts_with("Asked again: the name in our record changed since"), "{likely:?}");
    }

    async fn a_record_of_a_person_who_was_rejected_is_no_match_either(kit: Kit) {
        let person = known(&kit, "Ada").await;
        let line = line(&kit).await;
        let record = hospital(&kit, "Ada", "Quillfeather").await;
        let mut tx = kit.tx(Role::Practitioner).await;
        let change = tx.authorise::<ChangeIdentity>(person).await.expect("allowed");
        elsewhere::take(&mut tx, &change, record).await.expect("taken");
        tx.commit().await.expect("it commits");
        decide(&kit, line, person, MatchDecision::Different).await;
        assert!(words(&shown(&kit, line).await).starts_with("Said before not to be the one person we know"));
    }

    async fn a_line_that_was_decided_is_left_as_it_is(kit: Kit) {
        let person = known(&kit, "Ada").await;
        let line = line(&kit).await;
        let mut tx = kit.tx(Role::Practitioner).await;
        let change = tx.authorise::<ChangeList>(kit.custody()).await.expect("allowed");
        lists::link(&mut tx, &change, line, 1, Some(person)).await.expect("joined");
        tx.commit().await.expect("it commits");
        known(&kit, "Adah").await;
        assert_eq!(freshened(&kit).await, 0);
    }
}
