//! The board: a crowded one asks no more of the database than a quiet one.

use crate::office::Office;
use throughline_domain::role::Role;
use throughline_store::plant;

/// Fills the site's board up to so many rows, each under a number and a name of its own.
async fn fill_to(office: &Office, rows: i64) {
    let of = "SELECT count(*) AS n FROM list_entry WHERE site_id = $1 AND list_date = '2026-11-24'";
    let there: i64 = office.row(of, vec![office.site()]).await.expect("it counts").get("n").expect("a number");
    let sql = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $2)
        INSERT INTO list_entry (id, version, site_id, list_id, kind, list_date, entry_key, source_row, source, forenames,
                surname, date_of_birth, custody_number, arrived_at, detention_authorised_at, court_room,
                reporting_restriction, state, created_at)
        SELECT randomblob(16), 1, l.site_id, l.list_id, l.kind, l.list_date, l.entry_key || '-' || ($3 + n.i), l.source_row, l.source,
                l.forenames, l.surname || ' ' || n.i, l.date_of_birth, l.custody_number || '-' || ($3 + n.i), l.arrived_at,
                l.detention_authorised_at, l.court_room, '', 'to_consider', l.created_at
          FROM (SELECT * FROM list_entry WHERE site_id = $1 AND state = 'to_consider' AND list_date = '2026-11-24' ORDER BY entry_key LIMIT 1) l, n";
    office.change(sql, vec![office.site(), (rows - there).into(), there.into()]).await;
}

async fn asked(office: &Office) -> (String, usize) {
    // What is found once is kept: the first drawing is not counted.
    office.get("/", Role::Practitioner).await;
    let ((status, page), statements) = plant::count_statements(office.get("/", Role::Practitioner)).await;
    assert_eq!(status, 200);
    (page, statements)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_board_of_745_rows_asks_no_more_of_the_database_than_one_of_30() {
    let office = Office::open().await;
    fill_to(&office, 30).await;
    let (small, few) = asked(&office).await;
    fill_to(&office, 745).await;
    let (large, many) = asked(&office).await;
    let rows = |page: &str| page.matches("<li class=\"tl-work__row").count();
    println!("{} rows: {} bytes, {few} statements", rows(&small), small.len());
    println!("{} rows: {} bytes, {many} statements", rows(&large), large.len());
    assert_eq!(few, many, "statements for {} rows and for {}", rows(&small), rows(&large));
    assert_eq!(rows(&large), 745);
}
