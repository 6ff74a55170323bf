//! Somebody who is on no list, whom a search finds in the hospital's index alone.

use crate::office::Office;
use chrono::NaiveDate;
use throughline_domain::name::Name;
use throughline_domain::role::Role;
use throughline_store::Value;
use throughline_store::elsewhere::Record;
use uuid::Uuid;

const Q: &str = "Wilhelmina Quillfeather 14/2/1991";

fn wilhelmina() -> Record {
    Record {
        number: "W1".into(),
        name: Name::new("Wilhelmina", "Quillfeather"),
        aliases: vec![Name::new("Mina", "Quillfeather")],
        date_of_birth: NaiveDate::from_ymd_opt(1991, 2, 14),
        address: "12 Wesley Avenue, Bromley".into(),
        postcodes: vec!["ZZ1 1AA".into()],
        phone: "07700 900001".into(),
        ..Record::default()
    }
}

fn compare(record: Uuid) -> String {
    format!("/people/elsewhere/{record}")
}

async fn number(office: &Office, sql: &'static str, args: Vec<Value>) -> i64 {
    office.row(sql, args).await.expect("it counts").get("n").expect("a number")
}

async fn people(office: &Office) -> i64 {
    number(office, "SELECT count(*) AS n FROM person", vec![]).await
}

async fn owner(office: &Office, record: Uuid) -> Option<Uuid> {
    let row = office.row("SELECT person_id FROM elsewhere WHERE id = $1", vec![record.into()]).await;
    row.expect("the record").get("person_id").expect("an id or none")
}

/// Takes the record over as whoever looked and found nobody of ours.
async fn take(office: &Office, record: Uuid) -> Uuid {
    let fields = [("q", Q), ("confirmed", "yes")];
    let (status, location) = office.post(&format!("{}/take", compare(record)), Role::Practitioner, &fields).await;
    assert_eq!(status, 303, "{location}");
    owner(office, record).await.expect("it is somebody's")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_is_made_from_a_record_that_a_search_found_and_the_record_is_theirs() {
    let office = Office::open().await;
    let record = office.taken_in(wilhelmina()).await;
    let (_, page) = office.post("/people/search", Role::Practitioner, &[("q", Q)]).await;
    assert!(page.contains(&compare(record)), "it leads to the comparison: {page}");

    // The page compares what was typed, and tells no more of the record.
    let (status, page) = office.post(&compare(record), Role::Practitioner, &[("q", Q)]).await;
    assert_eq!(status, 200);
    assert!(page.contains("Hospital record, County PAS, number W1") && page.contains("Agrees"), "{page}");
    for untold in ["Wesley Avenue", "ZZ1 1AA", "07700", "Mina"] {
        assert!(!page.contains(untold), "{untold} is told before anybody is made from the record");
    }

    // Without the word that it was checked nobody is made.
    let before = people(&office).await;
    let (status, page) = office.post(&format!("{}/take", compare(record)), Role::Practitioner, &[("q", Q)]).await;
    assert_eq!(status, 422);
    assert!(page.contains("Say that you have checked that it is the same person"), "{page}");
    assert_eq!(people(&office).await, before);

    let person = take(&office, record).await;
    assert_eq!(people(&office).await, before + 1);
    let (_, page) = office.get(&format!("/people/{person}"), Role::Practitioner).await;
    for told in ["In other registers", "County PAS, number W1", "07700 900001", "12 Wesley Avenue", "Mina"] {
        assert!(page.contains(told), "{told} is not on {page}");
    }
    let (_, page) = office.post("/people/search", Role::Practitioner, &[("q", Q)]).await;
    assert!(page.contains("Also in County PAS, number W1") && !page.contains(&compare(record)), "{page}");
    let said = "SELECT count(*) AS n FROM elsewhere_decision WHERE elsewhere_id = $1 AND person_id = $2 AND decision = 'same' AND entry_id IS NULL";
    assert_eq!(number(&office, said, vec![record.into(), person.into()]).await, 1);
    let audited = "SELECT count(*) AS n FROM audit_row WHERE verb = 'create' AND person = $1 AND outcome = 'allowed'";
    assert!(number(&office, audited, vec![person.into()]).await >= 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_is_taken_over_once() {
    let office = Office::open().await;
    let record = office.taken_in(wilhelmina()).await;
    let person = take(&office, record).await;
    let before = people(&office).await;
    let fields = [("q", Q), ("confirmed", "yes")];
    let (status, location) = office.post(&format!("{}/take", compare(record)), Role::Practitioner, &fields).await;
    assert_eq!((status, location), (303, format!("/people/{person}")), "whoever may open them is led there");
    assert_eq!(people(&office).await, before);
    // Whoever may not is told that the person is known, and may claim access.
    let (status, page) = office.post(&compare(record), Role::Bank, &[("q", Q)]).await;
    assert_eq!(status, 200);
    assert!(page.contains("In our record already") && !page.contains("07700"), "{page}");
    assert!(!page.contains("I have checked"), "{page}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn our_own_likely_people_are_decided_about_first() {
    let office = Office::open().await;
    let (first, second) =
        (office.taken_in(wilhelmina()).await, office.taken_in(Record { number: "W2".into(), ..wilhelmina() }).await);
    let person = take(&office, first).await;
    let (_, page) = office.post(&compare(second), Role::Practitioner, &[("q", Q)]).await;
    assert!(page.contains("Very likely in our record already") && page.contains(&person.to_string()), "{page}");

    let before = people(&office).await;
    let take = format!("{}/take", compare(second));
    let shown = person.to_string();
    // Somebody who was not shown them has decided nothing.
    let (status, page) =
        office.post(&take, Role::Practitioner, &[("q", Q), ("confirmed", "yes"), ("whose", "nobody")]).await;
    assert_eq!(status, 409);
    assert!(page.contains("Decide about them first"), "{page}");
    let (status, page) =
        office.post(&take, Role::Practitioner, &[("q", Q), ("confirmed", "yes"), ("shown", &shown)]).await;
    assert_eq!(status, 422);
    assert!(page.contains("Say whose record it is"), "{page}");
    assert_eq!((people(&office).await, owner(&office, second).await), (before, None));

    // It is theirs: nobody is made, and the record is added to them.
    let fields = [("q", Q), ("confirmed", "yes"), ("shown", &shown), ("whose", &shown)];
    let (status, _) = office.post(&take, Role::Practitioner, &fields).await;
    assert_eq!((status, people(&office).await), (303, before));
    assert_eq!(owner(&office, second).await, Some(person));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_said_to_be_somebody_else_is_kept_with_who_was_shown() {
    let office = Office::open().await;
    let (first, second) =
        (office.taken_in(wilhelmina()).await, office.taken_in(Record { number: "W2".into(), ..wilhelmina() }).await);
    let person = take(&office, first).await;
    let shown = person.to_string();
    let fields = [("q", Q), ("confirmed", "yes"), ("shown", &shown), ("whose", "nobody")];
    let (status, _) = office.post(&format!("{}/take", compare(second)), Role::Practitioner, &fields).await;
    assert_eq!(status, 303);
    assert_ne!(owner(&office, second).await, Some(person));
    let said = "SELECT count(*) AS n FROM elsewhere_decision WHERE elsewhere_id = $1 AND person_id = $2 AND decision = 'different'";
    assert_eq!(number(&office, said, vec![second.into(), person.into()]).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_adds_nobody_takes_nobody_over() {
    let office = Office::open().await;
    let record = office.taken_in(wilhelmina()).await;
    let fields = [("q", Q), ("confirmed", "yes")];
    for role in [Role::LinkWorker, Role::Analyst, Role::InformationGovernance] {
        for address in [compare(record), format!("{}/take", compare(record))] {
            let (status, page) = office.post(&address, role, &fields).await;
            assert!(status == 404 || status == 403, "{role:?} {address} {status} {page}");
        }
    }
    assert_eq!(owner(&office, record).await, None);
    // And nothing is shown without a search, or once the register no longer has it.
    let (status, location) = office.get(&compare(record), Role::Practitioner).await;
    assert_eq!((status, location.as_str()), (303, "/people"));
    let (status, _) = office.post(&compare(Uuid::nil()), Role::Practitioner, &[("q", Q)]).await;
    assert_eq!(status, 404);
}
