//! SQL from outside this crate, for tests that tamper with rows or look behind the functions.
//!
//! Only with the feature `raw-sql`, which no crate of the product turns on: there, a row is read or
//! changed through a function that takes a grant, or not at all.

use crate::{Args, Conn, Result, Row};

/// All rows of a query.
///
/// # Errors
/// The database's.
pub async fn fetch_all(conn: &mut Conn, sql: &'static str, args: Args) -> Result<Vec<Row>> {
    conn.fetch_all(sql, args).await
}

/// Runs a statement and says how many rows it touched.
///
/// # Errors
/// The database's.
pub async fn execute(conn: &mut Conn, sql: &'static str, args: Args) -> Result<u64> {
    conn.execute(sql, args).await
}
