//! Somebody whom the hospital knows and we do not: found on a list and in a search, and taken over from it.

use crate::office::Office;
use throughline_domain::role::Role;
use throughline_store::Value;
use uuid::Uuid;

/// A row of the custody list whom the hospital knows.
struct Known {
    entry: Uuid,
    record: Uuid,
    surname: String,
    number: String,
}

async fn known(office: &Office) -> Known {
    nth(office, 0).await
}

/// The demo's hospital knows three on the list: two of them are like nobody of ours.
async fn nth(office: &Office, nth: i64) -> Known {
    let row = office
        .row(
            "SELECT l.id AS entry, e.id AS record, l.surname, e.number
               FROM list_entry l JOIN elsewhere e ON e.surname = l.surname AND e.forenames = l.forenames
                AND e.date_of_birth = l.date_of_birth
              WHERE l.person_id IS NULL AND l.state = 'to_consider' ORDER BY e.number LIMIT 1 OFFSET $1",
            vec![nth.into()],
        )
        .await
        .expect("the demo's hospital knows somebody on the list");
    Known {
        entry: row.get("entry").expect("an id"),
        record: row.get("record").expect("an id"),
        surname: row.get("surname").expect("a name"),
        number: row.get("number").expect("a number"),
    }
}

async fn count(office: &Office, sql: &'static str, args: Vec<Value>) -> i64 {
    office.row(sql, args).await.expect("it counts").get("n").expect("a number")
}

async fn version(office: &Office, entry: Uuid) -> String {
    let row = office.row("SELECT version FROM list_entry WHERE id = $1", vec![entry.into()]).await.expect("the row");
    row.get::<i64>("version").expect("a number").to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_row_names_the_register_and_the_same_person_is_made_from_its_record() {
    let office = Office::open().await;
    let known = known(&office).await;
    let (row, compare) =
        (format!("/entries/{}", known.entry), format!("/entries/{}/elsewhere/{}", known.entry, known.record));
    let (status, page) = office.get(&row, Role::Practitioner).await;
    assert_eq!(status, 200);
    assert!(page.contains(&format!("Hospital record, Brackwater PAS, number {}", known.number)), "{page}");
    assert!(page.contains(&known.record.to_string()));
    let (status, page) = office.get(&compare, Role::Practitioner).await;
    assert_eq!(status, 200);
    assert!(page.contains("This is the same person") && page.contains("Other names in Brackwater PAS"), "{page}");

    let version = version(&office, known.entry).await;
    let fields = [("version", version.as_str()), ("decision", "same")];
    let (status, location) = office.post(&compare, Role::Practitioner, &fields).await;
    assert_eq!((status, location.as_str()), (303, row.as_str()), "{location}");
    let made = office
        .row(
            "SELECT p.id, p.surname, p.phone, p.gp FROM list_entry l JOIN person p ON p.id = l.person_id
               JOIN elsewhere e ON e.person_id = p.id WHERE l.id = $1",
            vec![known.entry.into()],
        )
        .await
        .expect("a person is made, joined to the row and to the record");
    let person: Uuid = made.get("id").expect("an id");
    assert_eq!(made.get::<String>("surname").expect("a name"), known.surname);
    assert_eq!(made.get::<String>("gp").expect("a name"), "Wesley Surgery", "nothing is typed again");
    let identifiers = count(
        &office,
        "SELECT count(*) AS n FROM person_identifier WHERE person_id = $1 AND kind = 'local' AND value = $2",
        vec![person.into(), format!("Brackwater PAS: {}", known.number).into()],
    );
    assert_eq!(identifiers.await, 1);

    // Whoever sends it once more is told, and nobody is made twice.
    let (status, _) = office.post(&compare, Role::Practitioner, &fields).await;
    assert_eq!(status, 409);
    let (_, location) = office.get(&compare, Role::Practitioner).await;
    assert_eq!(location, format!("/entries/{}/compare/{person}", known.entry));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn not_this_person_is_kept_and_not_proposed_again() {
    let office = Office::open().await;
    let known = known(&office).await;
    let compare = format!("/entries/{}/elsewhere/{}", known.entry, known.record);
    let people = count(&office, "SELECT count(*) AS n FROM person", vec![]).await;
    let version = version(&office, known.entry).await;
    let (status, _) =
        office.post(&compare, Role::Practitioner, &[("version", version.as_str()), ("decision", "different")]).await;
    assert_eq!(status, 303);
    let (_, page) = office.get(&format!("/entries/{}", known.entry), Role::Practitioner).await;
    assert!(!page.contains(&format!("number {}", known.number)), "it is not proposed again");
    assert!(
        page.contains("Different person") && page.contains(&known.record.to_string()),
        "it is told what was decided"
    );
    assert_eq!(count(&office, "SELECT count(*) AS n FROM person", vec![]).await, people, "nobody was made");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_added_before_whom_the_hospital_knows_was_looked_at() {
    let office = Office::open().await;
    let known = known(&office).await;
    let open = format!("/entries/{}/open", known.entry);
    let version = version(&office, known.entry).await;
    let (status, page) = office.post(&open, Role::Practitioner, &[("version", version.as_str()), ("shown", "")]).await;
    assert_eq!(status, 422, "{page}");
    assert!(page.contains("Somebody was found whom you have not been shown"), "{page}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_search_tells_of_a_record_elsewhere_no_more_than_tells_it_apart() {
    let office = Office::open().await;
    let row = office.row("SELECT forenames, surname, date_of_birth, number, nhs_number FROM elsewhere WHERE nhs_number IS NOT NULL ORDER BY number DESC LIMIT 1", vec![]).await;
    let row = row.expect("a record");
    let text = |column: &str| row.get::<String>(column).expect("text");
    let q = format!("{} {}", text("forenames"), text("surname"));
    let (status, page) = office.post("/people/search", Role::Practitioner, &[("q", &q)]).await;
    assert_eq!(status, 200);
    assert!(page.contains("Hospital record, Brackwater PAS") && page.contains(&text("number")), "{page}");
    assert!(page.contains("(year only)") && !page.contains(&text("nhs_number")));
    let (status, page) = office.post("/people/search", Role::LinkWorker, &[("q", &q)]).await;
    assert_eq!(status, 200);
    assert!(!page.contains("Brackwater PAS"), "link workers see only people allocated to them");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_somebody_known_to_both_no_second_person_is_made() {
    let office = Office::open().await;
    let known = nth(&office, 2).await;
    let compare = format!("/entries/{}/elsewhere/{}", known.entry, known.record);
    let people = count(&office, "SELECT count(*) AS n FROM person", vec![]).await;
    let before = version(&office, known.entry).await;
    let fields = [("version", before.as_str()), ("decision", "same")];
    let (status, page) = office.post(&compare, Role::Practitioner, &fields).await;
    assert_eq!(status, 409);
    assert!(page.contains("Decide about them first"), "{page}");

    // Joined to our person first, the row lets the hospital's record be added to them.
    let ours = office.row("SELECT best_person_id AS id FROM list_entry WHERE id = $1", vec![known.entry.into()]).await;
    let ours: Uuid = ours.expect("the row").get("id").expect("somebody is likely");
    let (status, _) =
        office.post(&format!("/entries/{}/compare/{ours}", known.entry), Role::Practitioner, &fields).await;
    assert_eq!(status, 303);
    let (_, page) = office.get(&format!("/entries/{}", known.entry), Role::Practitioner).await;
    assert!(page.contains("In another register too?"), "{page}");
    let now = version(&office, known.entry).await;
    let (status, _) =
        office.post(&compare, Role::Practitioner, &[("version", now.as_str()), ("decision", "same")]).await;
    assert_eq!(status, 303);
    let taken = count(
        &office,
        "SELECT count(*) AS n FROM elsewhere WHERE id = $1 AND person_id = $2",
        vec![known.record.into(), ours.into()],
    );
    assert_eq!(taken.await, 1);
    assert_eq!(count(&office, "SELECT count(*) AS n FROM person", vec![]).await, people, "nobody was made");
}
