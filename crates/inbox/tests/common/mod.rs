//! What the tests of ways in ask of the store.

#![allow(dead_code, reason = "each test file uses what it needs")]

use throughline_domain::role::Role;
use throughline_policy::{ViewBoard, ViewList};
use throughline_store::lists::{self, Unread, Waiting};
use throughline_store::{Row, raw};
use throughline_testkit::Kit;

/// A custody list of one person, of the day of the tests.
pub fn custody_list(number: &str) -> String {
    format!(
        "Custody No,Name,DOB,Arrested,Offence\n{number},\"FENWICK, Ida\",14/02/1991,24/11/2026 05:10,Theft from shop\n"
    )
}

/// The lists that wait at the custody suite, the newest first.
pub async fn waiting_rows(kit: &Kit) -> Vec<Waiting> {
    let mut tx = kit.tx(Role::Practitioner).await;
    let grant = tx.authorise::<ViewBoard>(kit.custody()).await.expect("allowed");
    let from = "2026-11-01".parse().expect("a day");
    lists::waiting(&mut tx, &grant, from, 50).await.expect("it answers")
}

/// The files that could not be read, the newest first.
pub async fn unread_rows(kit: &Kit) -> Vec<Unread> {
    let mut tx = kit.tx(Role::Practitioner).await;
    let grant = tx.authorise::<ViewList>(kit.custody()).await.expect("allowed");
    lists::unread(&mut tx, &grant, 50).await.expect("it answers")
}

async fn rows(kit: &Kit, sql: &'static str) -> Vec<Row> {
    let mut read = kit.store.read().await.expect("it answers");
    raw::fetch_all(&mut read, sql, vec![]).await.expect("it answers")
}

/// Bytes that are kept of files that could not be read.
pub async fn held(kit: &Kit) -> i64 {
    let sql = "SELECT CAST(COALESCE(SUM(length(original)), 0) AS bigint) AS bytes FROM list_unread";
    rows(kit, sql).await[0].get("bytes").expect("a number")
}

/// The audit rows of acts about lists in nobody's name: actor, verb, class and words.
pub async fn audited(kit: &Kit) -> Vec<String> {
    let sql = "SELECT actor_name, verb, classes, detail FROM audit_row WHERE request = 'inbox' ORDER BY seq";
    let text = |row: &Row, column: &str| row.get::<String>(column).expect("text");
    let line = |row: &Row| ["actor_name", "verb", "classes", "detail"].map(|column| text(row, column)).join(" ");
    rows(kit, sql).await.iter().map(line).collect()
}
