//! Records of other registers: taken over, found beside our people, and taken into one of ours.

use chrono::NaiveDate;
use throughline_domain::identifier::NhsNumber;
use throughline_domain::ids::{ElsewhereId, PersonId};
use throughline_domain::list::MatchDecision;
use throughline_domain::name::Name;
use throughline_domain::person::Gender;
use throughline_domain::role::Role;
use throughline_matching::{Description, Parameters, score};
use throughline_policy::{ChangeIdentity, CreatePerson, SearchPeople, Subject, ViewIdentity};
use throughline_store::elsewhere::{self, Record, Taken};
use throughline_store::people;
use throughline_store::search::{self, LookedFor, Possible};
use throughline_store::{Cause, Store, Tx, Value, matching, nightly, raw};
use throughline_testkit::{Kit, on_both};
use uuid::Uuid;

fn born() -> NaiveDate {
    NaiveDate::from_ymd_opt(1991, 2, 14).expect("a day")
}

fn record(number: &str, forenames: &str, surname: &str) -> Record {
    Record {
        number: number.into(),
        name: Name::new(forenames, surname),
        date_of_birth: Some(born()),
        gender: Gender::Female,
        ..Record::default()
    }
}

async fn system(kit: &Kit) -> Tx {
    kit.store.begin(Cause { actor: None, at: kit.now, request: "test".into() }).await.unwrap()
}

async fn take_in(kit: &Kit, records: &[Record]) -> Taken {
    let mut tx = system(kit).await;
    let taken = elsewhere::take_in(&mut tx, "PAS", records).await.unwrap();
    tx.commit().await.unwrap();
    taken
}

async fn ids(kit: &Kit) -> Vec<(ElsewhereId, String)> {
    let mut read = kit.store.read().await.unwrap();
    elsewhere::numbers_after(&mut read, "PAS", ElsewhereId::new(Uuid::nil()), 1_000).await.unwrap()
}

async fn possible(kit: &Kit, role: Role, of: &Description) -> Possible {
    let mut tx = kit.tx(role).await;
    let grant = tx.authorise::<SearchPeople>(Subject::default()).await.unwrap();
    let possible = search::possible(&mut tx, &grant, of, 8).await.unwrap();
    tx.commit().await.unwrap();
    possible
}

async fn take(kit: &Kit, record: ElsewhereId, person: PersonId) {
    let mut tx = kit.tx(Role::Practitioner).await;
    let grant = tx.authorise::<ChangeIdentity>(person).await.unwrap();
    elsewhere::take(&mut tx, &grant, record).await.unwrap();
    tx.commit().await.unwrap();
}

/// Somebody says that a record, which a search found, is not of a person of ours.
async fn decide(kit: &Kit, record: ElsewhereId, person: PersonId) {
    let mut tx = kit.tx(Role::Practitioner).await;
    let create = tx.authorise::<CreatePerson>(Subject::default()).await.unwrap();
    let scored = score(&Parameters::default(), &ada(), &ada());
    elsewhere::decide_found(&mut tx, &create, record, person, MatchDecision::Different, &ada(), &scored).await.unwrap();
    tx.commit().await.unwrap();
}

async fn number(kit: &Kit, person: PersonId, number: &NhsNumber) {
    let mut tx = kit.tx(Role::Practitioner).await;
    let view = tx.authorise::<ViewIdentity>(person).await.unwrap();
    let mut known = people::get(&mut tx, &view).await.unwrap().unwrap();
    known.nhs_number = Some(number.clone());
    known.date_of_birth = Some(born());
    let grant = tx.authorise::<ChangeIdentity>(person).await.unwrap();
    people::change(&mut tx, &grant, &known).await.unwrap();
    tx.commit().await.unwrap();
}

async fn count(kit: &Kit, sql: &'static str, args: Vec<Value>) -> i64 {
    let mut read = kit.store.read().await.unwrap();
    raw::fetch_all(&mut read, sql, args).await.unwrap()[0].get("n").unwrap()
}

async fn newest_change(kit: &Kit) -> i64 {
    count(kit, "SELECT COALESCE(MAX(seq), 0) AS n FROM match_change", vec![]).await
}

fn ada() -> Description {
    Description::named("Ada", "Quillfeather").born(born())
}

on_both! {
    async fn the_same_index_again_changes_nothing_and_what_changed_or_went_is_followed(kit: Kit) {
        let first = [record("1", "Ada", "Quillfeather"), record("2", "Bo", "Reed"), record("3", "Cy", "Lane")];
        assert_eq!(take_in(&kit, &first).await, Taken { new: 3, changed: 0, unchanged: 0 });
        let before = newest_change(&kit).await;
        assert_eq!(take_in(&kit, &first).await, Taken { new: 0, changed: 0, unchanged: 3 });
        assert_eq!(newest_change(&kit).await, before, "nothing was told to the index");
        let changed = [record("1", "Adeline", "Quillfeather")];
        assert_eq!(take_in(&kit, &changed).await, Taken { new: 0, changed: 1, unchanged: 0 });
        assert_eq!(possible(&kit, Role::Practitioner, &ada()).await.elsewhere[0].elsewhere.record.name.forenames, "Adeline");

        let one = ids(&kit).await.into_iter().find(|(_, number)| number == "1").unwrap().0;
        let mut tx = system(&kit).await;
        elsewhere::mark_gone(&mut tx, "PAS", &[one]).await.unwrap();
        tx.commit().await.unwrap();
        assert!(possible(&kit, Role::Practitioner, &ada()).await.elsewhere.is_empty());
        assert_eq!(ids(&kit).await.len(), 2);
        assert_eq!(take_in(&kit, &changed).await, Taken { new: 1, changed: 0, unchanged: 0 }, "back again");
        assert_eq!(possible(&kit, Role::Practitioner, &ada()).await.elsewhere[0].elsewhere.id, one);
    }

    async fn what_is_given_up_is_not_found(kit: Kit) {
        possible(&kit, Role::Practitioner, &ada()).await;
        let mut tx = system(&kit).await;
        elsewhere::take_in(&mut tx, "PAS", &[record("1", "Ada", "Quillfeather")]).await.unwrap();
        drop(tx);
        assert!(possible(&kit, Role::Practitioner, &ada()).await.elsewhere.is_empty());
    }

    async fn every_record_shown_is_in_the_audit_log_with_its_id_and_who_saw_it(kit: Kit) {
        take_in(&kit, &[record("1", "Ada", "Quillfeather")]).await;
        let found = possible(&kit, Role::Practitioner, &ada()).await;
        let shown = found.elsewhere[0].elsewhere.id;
        let rows = count(
            &kit,
            "SELECT count(*) AS n FROM audit_row WHERE verb = 'view' AND person IS NULL AND actor = $1 AND detail = $2",
            vec![kit.user(Role::Practitioner).into(), format!("possible match: record elsewhere {shown}").into()],
        );
        assert_eq!(rows.await, 1);

        let mut tx = kit.tx(Role::Practitioner).await;
        let grant = tx.authorise::<SearchPeople>(Subject::default()).await.unwrap();
        let looked_for = LookedFor { description: ada(), elsewhere: true, ..LookedFor::default() };
        assert_eq!(search::find(&mut tx, &grant, &looked_for, 20).await.unwrap().elsewhere.len(), 1);
        assert!(search::compare_elsewhere(&mut tx, &grant, &ada(), shown).await.unwrap().is_some());
        tx.commit().await.unwrap();
        let rows = count(&kit, "SELECT count(*) AS n FROM audit_row WHERE detail LIKE $1", vec![format!("%record elsewhere {shown}").into()]);
        assert_eq!(rows.await, 3);
    }

    async fn whoever_sees_only_people_allocated_to_them_sees_no_records_elsewhere(kit: Kit) {
        take_in(&kit, &[record("1", "Ada", "Quillfeather")]).await;
        let shown = ids(&kit).await[0].0;
        assert!(possible(&kit, Role::LinkWorker, &ada()).await.elsewhere.is_empty());
        let mut tx = kit.tx(Role::LinkWorker).await;
        let grant = tx.authorise::<SearchPeople>(Subject::default()).await.unwrap();
        let looked_for = LookedFor { description: ada(), elsewhere: true, ..LookedFor::default() };
        assert!(search::find(&mut tx, &grant, &looked_for, 20).await.unwrap().elsewhere.is_empty());
        assert!(search::compare_elsewhere(&mut tx, &grant, &ada(), shown).await.unwrap().is_none());
    }

    async fn a_record_of_a_person_of_ours_is_shown_with_them(kit: Kit) {
        let person = kit.person("Ada", "Quillfeather").await;
        take_in(&kit, &[record("1", "Ada", "Quillfeather"), record("2", "Adah", "Quilfeather")]).await;
        let found = possible(&kit, Role::Practitioner, &ada()).await;
        assert_eq!((found.people.len(), found.elsewhere.len()), (1, 2));
        let one = found.elsewhere.iter().find(|one| one.elsewhere.record.number == "1").unwrap().elsewhere.id;
        take(&kit, one, person).await;
        let found = possible(&kit, Role::Practitioner, &ada()).await;
        assert_eq!((found.people.len(), found.elsewhere.len()), (1, 1));
        assert_eq!(found.people[0].also[0].id, one);
        assert_eq!(found.elsewhere[0].elsewhere.record.number, "2");
    }

    async fn one_sound_nhs_number_is_one_person(kit: Kit) {
        let (sound, other) = (NhsNumber::invented(71), NhsNumber::invented(72));
        // Known to us under another name altogether: found by what the hospital says of her.
        let person = kit.person("Zeta", "Umber").await;
        number(&kit, person, &sound).await;
        let numbered = Record { nhs_number: Some(sound.spaced().replace('\u{a0}', "-")), ..record("1", "Ada", "Quillfeather") };
        let second = Record { nhs_number: Some(other.digits().into()), ..record("2", "Ada", "Quillfeather") };
        take_in(&kit, &[numbered, second]).await;
        let found = possible(&kit, Role::Practitioner, &ada()).await;
        let people: Vec<PersonId> = found.people.iter().map(|one| one.person.id).collect();
        assert_eq!(people, [person]);
        assert_eq!(found.people[0].also[0].record.number, "1");
        let records: Vec<&str> = found.elsewhere.iter().map(|one| one.elsewhere.record.number.as_str()).collect();
        assert_eq!(records, ["2"]);
    }

    async fn however_many_records_are_likelier_our_own_people_are_shown(kit: Kit) {
        let person = kit.person("Ada", "Quilfether").await;
        let many: Vec<Record> = (0..260).map(|n| record(&n.to_string(), "Ada", "Quillfeather")).collect();
        take_in(&kit, &many).await;
        let mut tx = kit.tx(Role::Practitioner).await;
        let grant = tx.authorise::<SearchPeople>(Subject::default()).await.unwrap();
        // All of them agree on the date of birth, of which our own record knows nothing.
        let found = search::search(&mut tx, &grant, &ada(), 8).await.unwrap();
        let people: Vec<PersonId> = found.people.iter().map(|one| one.person.id).collect();
        assert_eq!((people.as_slice(), found.elsewhere.len()), ([person].as_slice(), 8));
    }

    async fn a_record_is_taken_into_one_person_only(kit: Kit) {
        let (ada, other) = (kit.person("Ada", "Quillfeather").await, kit.person("Bo", "Reed").await);
        take_in(&kit, &[record("1", "Ada", "Quillfeather")]).await;
        let one = ids(&kit).await[0].0;
        take(&kit, one, ada).await;
        let mut tx = kit.tx(Role::Practitioner).await;
        let grant = tx.authorise::<ChangeIdentity>(other).await.unwrap();
        let taken = elsewhere::take(&mut tx, &grant, one).await;
        assert!(matches!(taken, Err(throughline_store::Error::Stale)), "{taken:?}");
    }

    async fn an_index_built_anew_aside_answers_with_what_is_committed(kit: Kit) {
        matching::follow(&kit.store).await.unwrap();
        matching::rebuild_at(&kit.store, 1);
        for n in 0..40 {
            let name = format!("Quill{n}feather");
            let person = kit.person("Ada", &name).await;
            take_in(&kit, &[record(&format!("n{n}"), "Bo", &name)]).await;
            let mut tx = kit.tx(Role::Practitioner).await;
            let grant = tx.authorise::<SearchPeople>(Subject::default()).await.unwrap();
            let found = search::search(&mut tx, &grant, &Description::named("Ada", &name), 50).await.unwrap();
            assert!(found.people.iter().any(|one| one.person.id == person), "{n} is found at once");
            let found = search::search(&mut tx, &grant, &Description::named("Bo", &name), 50).await.unwrap();
            let number = format!("n{n}");
            assert!(found.elsewhere.iter().any(|one| one.elsewhere.record.number == number), "{n} elsewhere is found at once");
        }
        for _ in 0..200 {
            if matching::wear(&kit.store).0 > 1 {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        assert!(matching::wear(&kit.store).0 > 1, "it was built anew");
    }

    async fn many_changes_are_taken_in_by_a_server_that_did_not_see_them_come(kit: Kit) {
        let other = Store::open(&kit.location).await.unwrap();
        matching::follow(&other).await.unwrap();
        for chunk in 0..6 {
            let many: Vec<Record> = (0..200).map(|n| record(&format!("{chunk}-{n}"), "Ada", &format!("Surname{n}"))).collect();
            take_in(&kit, &many).await;
        }
        take_in(&kit, &[record("last", "Ada", "Quillfeather")]).await;
        matching::follow(&other).await.unwrap();
        assert_eq!(matching::wear(&other), (1, 1201), "in pieces, and not read anew");
        other.close().await;
    }

    async fn likely_duplicates_are_put_before_somebody_once_a_night(kit: Kit) {
        let sound = NhsNumber::invented(91);
        let (one, two) = (kit.person("Ada", "Quillfeather").await, kit.person("Ada", "Quilfeather").await);
        kit.person("Bo", "Reed").await;
        number(&kit, one, &sound).await;
        number(&kit, two, &sound).await;
        take_in(&kit, &[record("1", "Ada", "Quillfeather")]).await;
        let done = nightly::look_for_duplicates(&kit.store, kit.now).await.unwrap().unwrap();
        assert_eq!((done.new, done.reopened), (1, 0));
        assert_eq!(count(&kit, "SELECT count(*) AS n FROM duplicate_pair WHERE state = 'to_review'", vec![]).await, 1);
        let again = nightly::look_for_duplicates(&kit.store, kit.now).await.unwrap();
        assert_eq!(again, None, "once a night");
        let next = nightly::look_for_duplicates(&kit.store, kit.now + chrono::Duration::days(1)).await.unwrap().unwrap();
        assert_eq!((next.new, next.reopened), (0, 0), "what stands is not asked again");
        let rows = count(&kit, "SELECT count(*) AS n FROM audit_row WHERE classes = 'duplicates' AND actor IS NULL", vec![]);
        assert_eq!(rows.await, 2, "a row for each run");
    }

    async fn a_night_that_was_cut_short_is_taken_on_again(kit: Kit) {
        let mut tx = system(&kit).await;
        let night = throughline_domain::time::london_date(kit.now);
        let (job, started) = (Value::from("duplicates"), Value::from(kit.now - chrono::Duration::hours(3)));
        raw::execute(&mut tx, "INSERT INTO night_work (job, night, started_at) VALUES ($1, $2, $3)", vec![job, night.into(), started]).await.unwrap();
        tx.commit().await.unwrap();
        assert!(nightly::look_for_duplicates(&kit.store, kit.now).await.unwrap().is_some());
    }

    async fn what_its_register_no_longer_has_is_removed_after_a_while_unless_somebody_said_something_of_it(kit: Kit) {
        let person = kit.person("Ada", "Quillfeather").await;
        let other = kit.person("Bo", "Reed").await;
        let names = [("1", "Ada"), ("2", "Bo"), ("3", "Cy"), ("4", "Di")];
        take_in(&kit, &names.map(|(number, name)| record(number, name, "Lane"))).await;
        let all = ids(&kit).await;
        let of = |wanted: &str| all.iter().find(|(_, number)| number == wanted).expect("it is there").0;
        take(&kit, of("1"), person).await;
        decide(&kit, of("2"), other).await;
        let mut tx = system(&kit).await;
        elsewhere::mark_gone(&mut tx, "PAS", &[of("1"), of("2"), of("3")]).await.unwrap();
        tx.commit().await.unwrap();
        // The feed of changes is shorter than that: it names none of them by then.
        let later = |days: i64| kit.now + chrono::Duration::days(days);
        let mut tx = kit.store.begin(Cause { actor: None, at: later(29), request: "test".into() }).await.unwrap();
        elsewhere::take_in(&mut tx, "PAS", &[record("5", "Eve", "Lane")]).await.unwrap();
        matching::forget_old(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = kit.store.begin(Cause { actor: None, at: later(29), request: "test".into() }).await.unwrap();
        matching::forget_old(&mut tx).await.unwrap();
        tx.commit().await.unwrap();

        assert_eq!(elsewhere::remove_gone(&kit.store, later(30)).await.unwrap(), 0, "not before the time is over");
        let after = later(30) + chrono::Duration::seconds(1);
        assert_eq!(elsewhere::remove_gone(&kit.store, after).await.unwrap(), 1);
        let left = count(&kit, "SELECT count(*) AS n FROM elsewhere WHERE number IN ('1', '2', '4')", vec![]);
        assert_eq!(left.await, 3, "of a person of ours, decided about, and still there");
        assert_eq!(count(&kit, "SELECT count(*) AS n FROM elsewhere WHERE number = '3'", vec![]).await, 0);
        assert_eq!(count(&kit, "SELECT count(*) AS n FROM elsewhere_decision", vec![]).await, 1);
        let audited = "SELECT count(*) AS n FROM audit_row WHERE verb = 'delete' AND classes = 'elsewhere' AND detail LIKE '1 removed%'";
        assert_eq!(count(&kit, audited, vec![]).await, 1);
        assert_eq!(elsewhere::remove_gone(&kit.store, after).await.unwrap(), 0);
    }
}
