//! Printing, finding and giving a record, as the pages do it.

use crate::office::Office;
use throughline_domain::role::Role;

/// A signed record of a person of the practitioner's site: its address.
async fn signed(office: &Office) -> String {
    let row = office
        .row(
            "SELECT r.id FROM record r JOIN episode e ON e.id = r.episode_id
              WHERE e.site_id = $1 AND r.state = 'signed' AND r.form_id = 'screening' AND e.closed_at IS NULL ORDER BY r.id LIMIT 1",
            vec![office.site()],
        )
        .await
        .expect("the demo has a signed screening");
    let id: uuid::Uuid = row.get("id").expect("an id");
    format!("/records/{id}")
}

async fn person_of(office: &Office, record: &str) -> uuid::Uuid {
    let id: uuid::Uuid = record.rsplit('/').next().and_then(|id| id.parse().ok()).expect("an id");
    let row = office.row("SELECT person_id FROM record WHERE id = $1", vec![id.into()]).await.expect("it is there");
    row.get("person_id").expect("an id")
}

async fn prints(office: &Office) -> i64 {
    let sql = "SELECT count(*) AS prints FROM audit_row WHERE verb = 'print' AND outcome = 'allowed'
                  AND classes = 'clinical' AND relationship <> 'none' AND detail LIKE '%for: reading'";
    office.row(sql, vec![]).await.expect("it counts").get("prints").expect("a number")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_print_is_of_what_was_signed_and_has_its_own_line_in_the_audit_log() {
    let office = Office::open().await;
    let record = signed(&office).await;
    let print = format!("{record}/print");
    let (status, page) = office.post(&print, Role::Practitioner, &[("purpose", "")]).await;
    assert_eq!(status, 422);
    assert!(page.contains("Choose what it is printed for"), "{page}");
    assert_eq!(prints(&office).await, 0);
    let (status, pdf) = office.post(&print, Role::Practitioner, &[("purpose", "reading")]).await;
    assert_eq!(status, 200);
    assert!(pdf.starts_with("%PDF"));
    assert_eq!(prints(&office).await, 1);
    // Who may not see it gets no print, and none is written down.
    let (status, _) = office.post(&print, Role::LinkWorker, &[("purpose", "reading")]).await;
    assert_eq!((status, prints(&office).await), (404, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_print_of_the_risk_card_has_its_own_line_in_the_audit_log() {
    let office = Office::open().await;
    let person = person_of(&office, &signed(&office).await).await;
    let lines = async || -> i64 {
        let sql =
            "SELECT count(*) AS lines FROM audit_row WHERE verb = 'print' AND classes = 'risk_card' AND person = $1";
        office.row(sql, vec![person.into()]).await.expect("it counts").get("lines").expect("a number")
    };
    let address = format!("/people/{person}/risk-card/pdf");
    assert_eq!((office.get(&address, Role::Analyst).await.0, lines().await), (404, 0));
    let (status, pdf) = office.get(&address, Role::Practitioner).await;
    assert_eq!((status, lines().await), (200, 1));
    assert!(pdf.starts_with("%PDF"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_table_of_answers_says_what_is_left_out_of_it() {
    let office = Office::open().await;
    let record = signed(&office).await;
    let person = person_of(&office, &record).await;
    let id: uuid::Uuid = record.rsplit('/').next().and_then(|id| id.parse().ok()).expect("an id");
    office.change("UPDATE record SET snapshot = 'gone' WHERE id = $1", vec![id.into()]).await;
    let fields = [
        ("consent_for", "health"),
        ("purpose", "Care goes on at the prison"),
        ("format", "csv"),
        ("recipient", "HMP Healthcare"),
        ("channel", "secure_email"),
        ("basis", "public_interest"),
        ("reason", "His medicines would stop tonight"),
        ("minimum", "yes"),
    ];
    let address = format!("/people/{person}/export");
    let (status, table) = office.post(&address, Role::TeamLeader, &fields).await;
    assert_eq!(status, 200);
    assert!(table.contains(",left_out,") && table.contains("it could not be read"), "{table}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_timeline_that_is_cut_says_so() {
    let office = Office::open().await;
    let person = person_of(&office, &signed(&office).await).await;
    let address = format!("/people/{person}/timeline");
    let told = "The newest 500 lines were looked at";
    assert!(!office.get(&address, Role::Practitioner).await.1.contains(told));
    office
        .change(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
             INSERT INTO event (id, at, entered_at, person_id, kind, class, words, actor_name)
             SELECT randomblob(16), $2, $2, $1, 'episode', 'episode', 'Something', 'Amara Bello' FROM n",
            vec![person.into(), office.now().into()],
        )
        .await;
    assert!(office.get(&address, Role::Practitioner).await.1.contains(told));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_draft_is_not_printed() {
    let office = Office::open().await;
    let record = signed(&office).await;
    let id: uuid::Uuid = record.rsplit('/').next().and_then(|id| id.parse().ok()).expect("an id");
    office
        .change("UPDATE record SET state = 'draft', signed_at = NULL, snapshot = '' WHERE id = $1", vec![id.into()])
        .await;
    let (status, page) = office.post(&format!("{record}/print"), Role::Practitioner, &[("purpose", "reading")]).await;
    assert_eq!(status, 422, "{page}");
    assert!(page.contains("Nobody has signed this form"), "{page}");
    assert_eq!(prints(&office).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_is_given_with_its_line_in_the_ledger_or_not_at_all() {
    let office = Office::open().await;
    let record = signed(&office).await;
    let person = person_of(&office, &record).await;
    let address = format!("/people/{person}/export");
    let lines = async || -> i64 {
        let sql =
            "SELECT count(*) AS lines FROM disclosure WHERE person_id = $1 AND summary LIKE 'The record as a file%'";
        office.row(sql, vec![person.into()]).await.expect("it counts").get("lines").expect("a number")
    };
    let whole = [
        ("consent_for", "health"),
        ("purpose", "Care goes on at the prison"),
        ("format", "json"),
        ("part", "signed_forms"),
        ("recipient", "HMP Healthcare"),
        ("channel", "secure_email"),
        ("basis", "public_interest"),
        ("reason", "His medicines would stop tonight"),
        ("minimum", "yes"),
    ];
    for missing in ["consent_for", "purpose", "format", "part", "recipient", "basis", "minimum"] {
        let fields: Vec<(&str, &str)> = whole.iter().copied().filter(|(name, _)| *name != missing).collect();
        let (status, _) = office.post(&address, Role::TeamLeader, &fields).await;
        assert_eq!((status, lines().await), (422, 0), "without {missing}");
    }
    let (status, _) = office.post(&address, Role::Practitioner, &whole).await;
    assert_eq!((status, lines().await), (404, 0));
    let (status, file) = office.post(&address, Role::TeamLeader, &whole).await;
    assert_eq!((status, lines().await), (200, 1));
    assert!(file.contains("\"schema\": \"throughline.record\"") && file.contains("\"schema_version\": 2"), "{file}");
    assert!(file.contains("\"question\": \"seen_how\"") && file.contains("\"dataset\": \"ConsMechanismMH\""), "{file}");
    assert!(!file.contains("third_party"), "what others said is left out");
    assert!(
        file.contains("Care plan: not asked for") && !file.contains("\"care_plan\""),
        "what is taken away is named: {file}"
    );
    assert!(file.contains("this file has no place for them"), "what the file has no place for is named: {file}");
    let csv: Vec<(&str, &str)> =
        whole.iter().map(|(name, value)| if *name == "format" { (*name, "csv") } else { (*name, *value) }).collect();
    let (status, table) = office.post(&address, Role::TeamLeader, &csv).await;
    assert_eq!((status, lines().await), (200, 2));
    assert!(table.starts_with("record_id,form,form_version,") && table.contains(",seen_how,"), "{table}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_looked_for_stays_out_of_addresses_and_logs() {
    let office = Office::open().await;
    let record = signed(&office).await;
    let person = person_of(&office, &record).await;
    let address = format!("/people/{person}/find");
    // A search in an address is not made.
    let (status, page) = office.get(&format!("{address}?q=cell"), Role::Practitioner).await;
    assert_eq!(status, 200);
    assert!(!page.contains("<mark>"), "{page}");
    let (status, page) = office.post(&address, Role::Practitioner, &[("q", "Ćell qzx"), ("csrf_token", "x")]).await;
    assert_eq!(status, 200, "{page}");
    assert!(page.contains("These words stand nowhere in what you may read"), "{page}");
    let logged = office.row("SELECT id FROM event WHERE words LIKE '%qzx%' LIMIT 1", vec![]).await;
    let audited = office.row("SELECT seq FROM audit_row WHERE detail LIKE '%qzx%' LIMIT 1", vec![]).await;
    assert!(logged.is_none() && audited.is_none());
    let (_, page) = office.post(&address, Role::Practitioner, &[("q", "person seen")]).await;
    assert!(page.contains("<mark>person</mark>") && page.contains("<mark>seen</mark>"), "{page}");
}
