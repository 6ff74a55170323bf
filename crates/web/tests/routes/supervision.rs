//! Countersigning: who says which colleague signs alone.

use crate::office::Office;
use throughline_domain::role::Role;
use uuid::Uuid;

/// What the form of a colleague asks.
const LAST_DAY: &str = "Countersign until (last day)";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_leader_who_is_countersigned_changes_nobody_elses_countersigning() {
    let office = Office::open().await;
    let day = || "2027-01-31".to_owned().into();
    let set = "UPDATE app_user SET countersign_until = $2 WHERE id = $1";
    office.change(set, vec![office.user(Role::Practitioner), day()]).await;
    let user = vec![office.user(Role::Practitioner)];
    let row = office.row("SELECT id, version FROM app_user WHERE id = $1", user).await.expect("they are known");
    let id: Uuid = row.get("id").expect("an id");
    let (address, version) =
        (format!("/countersigning/{id}"), row.get::<i64>("version").expect("a number").to_string());
    let (_, page) = office.get("/countersigning", Role::TeamLeader).await;
    assert!(page.contains(LAST_DAY), "{page}");

    office.change(set, vec![office.user(Role::TeamLeader), day()]).await;
    let (status, page) = office.get("/countersigning", Role::TeamLeader).await;
    assert_eq!(status, 200);
    assert!(page.contains("What you sign is countersigned") && !page.contains(LAST_DAY), "{page}");
    let ended = [("version", version.as_str())];
    assert_eq!(office.post(&address, Role::TeamLeader, &ended).await.0, 404);
    assert_eq!(office.post(&address, Role::Administrator, &ended).await.0, 303, "whose own is not countersigned");
}
