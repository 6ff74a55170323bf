//! Signing in and unlocking: what is wrong is said, with a status that nobody takes for success.

use crate::office::Office;
use throughline_domain::role::Role;

const PASSWORD: &str = "a long pass phrase";

/// Gives the practitioner a password, and puts their session into a stage.
async fn stage(office: &Office, stage: &'static str) {
    let hash = throughline_web::account::hash_password(PASSWORD);
    let user = || office.user(Role::Practitioner);
    office.change("UPDATE app_user SET password_hash = $2 WHERE id = $1", vec![user(), hash.into()]).await;
    office.change("UPDATE session SET stage = $2 WHERE user_id = $1", vec![user(), stage.to_owned().into()]).await;
}

async fn unlock(office: &Office, password: &str) -> u16 {
    office.post("/unlock", Role::Practitioner, &[("password", password)]).await.0
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_has_to_wait_is_told_so_and_not_that_the_right_password_is_wrong() {
    let office = Office::open().await;
    stage(&office, "locked").await;
    for _ in 0..5 {
        assert_eq!(unlock(&office, "a slip").await, 422);
    }
    let (status, page) = office.post("/unlock", Role::Practitioner, &[("password", PASSWORD)]).await;
    assert_eq!(status, 429);
    assert!(page.contains("Too many tries"), "{page}");
    let tries = office.row("SELECT count(*) AS tries FROM sign_in_attempt", vec![]).await.expect("it counts");
    assert_eq!(tries.get::<i64>("tries").unwrap(), 5, "waiting does not make the wait longer");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_right_password_at_the_lock_ends_the_count_of_wrong_ones() {
    let office = Office::open().await;
    stage(&office, "locked").await;
    assert_eq!(unlock(&office, "a slip").await, 422);
    assert_eq!(unlock(&office, PASSWORD).await, 204);
    let sql = "SELECT count(*) AS right FROM sign_in_attempt WHERE succeeded";
    let right = office.row(sql, vec![]).await.expect("it counts");
    assert_eq!(right.get::<i64>("right").unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_code_is_no_success() {
    let office = Office::open().await;
    stage(&office, "second_factor").await;
    let (status, page) = office.post("/sign-in/code", Role::Practitioner, &[("code", "12345")]).await;
    assert_eq!(status, 422);
    assert!(page.contains("That code is wrong or too old"), "{page}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_written_in_a_session_that_is_no_more_is_given_back() {
    let office = Office::open().await;
    let address = "/records/0199e5a2-7c1e-7f3a-9d2b-5a6c7d8e9f00/addendum";
    let written = [("words", "He rang back <b>twice</b>"), ("_key", "a key of the page"), ("version", "2")];
    let (status, page) = office.post_signed_out(address, &written).await;
    assert_eq!(status, 401);
    assert!(page.contains("Not saved: you are signed out") && page.contains(">Sign in</a>"), "{page}");
    assert!(page.contains("He rang back &lt;b&gt;twice") && !page.contains("a key of the page"), "{page}");
    stage(&office, "locked").await;
    let (status, page) = office.post(address, Role::Practitioner, &written).await;
    assert_eq!(status, 423);
    assert!(page.contains("Not saved: Throughline is locked") && page.contains("He rang back"), "{page}");
    // Who wrote nothing is led on, and never to an address that only takes forms.
    let nothing = [("version", "2"), ("q", "Marsh")];
    assert_eq!(office.post(address, Role::Practitioner, &nothing).await, (303, "/locked?to=/".to_owned()));
    assert_eq!(office.post_signed_out(address, &nothing).await, (303, "/sign-in".to_owned()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_is_told_whose_session_it_is_now() {
    let office = Office::open().await;
    let (status, told) = office.get("/session", Role::Practitioner).await;
    assert_eq!(status, 200);
    assert!(told.contains("\"user\"") && told.contains("\"csrf_token\""), "{told}");
    stage(&office, "locked").await;
    assert_ne!(office.get("/session", Role::Practitioner).await.0, 200);
    stage(&office, "second_factor").await;
    assert_ne!(office.get("/session", Role::Practitioner).await.0, 200, "half signed in is not signed in");
}
