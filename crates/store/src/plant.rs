//! Planted defects, for tests that must be seen to fail. Only in debug builds.

use std::sync::OnceLock;

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
