//! Somebody whom the hospital knows and we do not: found on a list and in a search, and taken over from it.

use crate::office::Office;
use chrono::NaiveDate;
use throughline_domain::identifier::NhsNumber;
use throughline_domain::name::Name;
use throughline_domain::role::Role;
use throughline_store::Value;
use throughline_store::elsewhere::Record;
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

/// A record as the hospital knows somebody on the list, under another forename or number.
async fn record_of(office: &Office, entry: Uuid, number: &str) -> Record {
    let sql = "SELECT forenames, surname, date_of_birth FROM list_entry WHERE id = $1";
    let row = office.row(sql, vec![entry.into()]).await.expect("the row");
    let text = |column: &str| row.get::<String>(column).expect("text");
    let born = row.get::<Option<NaiveDate>>("date_of_birth").expect("a day");
    Record {
        number: number.into(),
        name: Name { forenames: text("forenames"), surname: text("surname") },
        date_of_birth: born,
        ..Record::default()
    }
}

/// The first of two things that a page says comes before the second.
fn first(page: &str, one: &str, other: &str) {
    let place = |words: &str| page.find(words).unwrap_or_else(|| panic!("“{words}” is not on {page}"));
    assert!(place(one) < place(other), "“{one}” does not come before “{other}”");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_possible_twin_is_told_before_the_figure() {
    let office = Office::open().await;
    let sql = "SELECT id FROM list_entry l WHERE person_id IS NULL AND best_person_id IS NULL AND state = 'to_consider' AND date_of_birth IS NOT NULL
                 AND NOT EXISTS (SELECT 1 FROM elsewhere e WHERE e.surname = l.surname) ORDER BY id LIMIT 1";
    let entry: Uuid = office.row(sql, vec![]).await.expect("somebody nobody knows").get("id").expect("an id");
    let record = record_of(&office, entry, "T1").await;
    let surname = record.name.surname.clone();
    let twin = office.taken_in(Record { name: Name { forenames: "Zebedee".into(), surname }, ..record }).await;
    let (_, page) = office.get(&format!("/entries/{entry}/elsewhere/{twin}"), Role::Practitioner).await;
    first(&page, "Possible twin", "in 100");
    first(&page, "number T1", "in 100");
    let (_, page) = office.get(&format!("/entries/{entry}"), Role::Practitioner).await;
    first(&page, "number T1", "Possible twin");
    first(&page, "Possible twin", "in 100");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_whose_nhs_number_somebody_of_ours_has_makes_nobody() {
    let office = Office::open().await;
    let known = known(&office).await;
    // Ours under another name and date of birth altogether: only the number is theirs.
    let sql = "SELECT id, nhs_number FROM person WHERE nhs_number IS NOT NULL AND surname <> $1 AND merged_into IS NULL
                 AND NOT EXISTS (SELECT 1 FROM list_entry l WHERE l.best_person_id = person.id) ORDER BY id LIMIT 1";
    let holder = office.row(sql, vec![known.surname.clone().into()]).await.expect("somebody has a number");
    let (id, number): (Uuid, String) = (holder.get("id").expect("an id"), holder.get("nhs_number").expect("a number"));
    let record = Record { nhs_number: Some(number), ..record_of(&office, known.entry, "H1").await };
    let record = office.taken_in(record).await;
    let compare = format!("/entries/{}/elsewhere/{record}", known.entry);
    let (status, page) = office.get(&compare, Role::Practitioner).await;
    assert_eq!(status, 200);
    assert!(page.contains("Compare the row with them") && page.contains(&id.to_string()), "it leads to them: {page}");
    assert!(!page.contains("This is the same person"), "{page}");
    let people = count(&office, "SELECT count(*) AS n FROM person", vec![]).await;
    let version = version(&office, known.entry).await;
    let fields = [("version", version.as_str()), ("decision", "same")];
    let (status, page) = office.post(&compare, Role::Practitioner, &fields).await;
    assert_eq!(status, 409);
    assert!(page.contains("has this NHS number already"), "{page}");
    assert_eq!(count(&office, "SELECT count(*) AS n FROM person", vec![]).await, people, "nobody was made");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_with_another_nhs_number_is_not_added_to_the_rows_person() {
    let office = Office::open().await;
    let sql = "SELECT l.id AS entry FROM list_entry l JOIN person p ON p.id = l.person_id
                WHERE l.episode_id IS NULL AND p.nhs_number IS NOT NULL LIMIT 1";
    let entry = match office.row(sql, vec![]).await {
        Some(row) => row.get::<Uuid>("entry").expect("an id"),
        None => joined(&office).await,
    };
    let number = NhsNumber::invented(987_000).digits().to_owned();
    let record = Record { nhs_number: Some(number), ..record_of(&office, entry, "N1").await };
    let record = office.taken_in(record).await;
    let compare = format!("/entries/{entry}/elsewhere/{record}");
    let version = version(&office, entry).await;
    let fields = [("version", version.as_str()), ("decision", "same")];
    let (status, page) = office.post(&compare, Role::Practitioner, &fields).await;
    assert_eq!(status, 409);
    first(&page, "Two numbers mean two people", "in 100");
    let taken = "SELECT count(*) AS n FROM elsewhere WHERE id = $1 AND person_id IS NOT NULL";
    assert_eq!(count(&office, taken, vec![record.into()]).await, 0);
}

/// A row joined to a person of ours who has an NHS number.
async fn joined(office: &Office) -> Uuid {
    let sql = "SELECT l.id AS entry, p.id AS person FROM list_entry l JOIN person p ON p.id = l.best_person_id
                WHERE l.person_id IS NULL AND l.episode_id IS NULL AND p.nhs_number IS NOT NULL ORDER BY l.id LIMIT 1";
    let row = office.row(sql, vec![]).await.expect("somebody on a list is likely known");
    let (entry, person): (Uuid, Uuid) = (row.get("entry").expect("an id"), row.get("person").expect("an id"));
    let version = version(office, entry).await;
    let fields = [("version", version.as_str()), ("decision", "same")];
    let (status, page) = office.post(&format!("/entries/{entry}/compare/{person}"), Role::Practitioner, &fields).await;
    assert_eq!(status, 303, "{page}");
    entry
}
