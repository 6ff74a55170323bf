//! Planted defects, for tests that must be seen to fail, and what tests count. Only in debug builds.

use std::cell::Cell;
use std::sync::OnceLock;

tokio::task_local! {
    static STATEMENTS: Cell<usize>;
}

/// Runs something and says how many statements it gave to the database.
pub async fn count_statements<T>(of: impl Future<Output = T>) -> (T, usize) {
    STATEMENTS
        .scope(Cell::new(0), async {
            let answer = of.await;
            (answer, STATEMENTS.with(Cell::get))
        })
        .await
}

/// Counts one statement, when somebody counts.
pub(crate) fn note_statement() {
    let _ = STATEMENTS.try_with(|count| count.set(count.get() + 1));
}

/// Whether saves are acknowledged before they are committed: `PLANTED_DEFECT=ack-before-commit`.
pub fn acknowledges_before_commit() -> bool {
    static PLANTED: OnceLock<bool> = OnceLock::new();
    *PLANTED.get_or_init(|| std::env::var("PLANTED_DEFECT").is_ok_and(|plant| plant == "ack-before-commit"))
}

/// With the defect planted, commits a moment later, as a busy disk would.
pub(crate) async fn delay_commit() {
    if acknowledges_before_commit() {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}
