//! Legal events by their pages: a correction keeps what it corrects, and what cannot have happened is not recorded.

use crate::office::Office;
use throughline_domain::role::Role;
use uuid::Uuid;

/// Somebody whom police hold at the practitioner's site.
async fn held(office: &Office) -> Uuid {
    let sql = "SELECT id FROM episode WHERE site_id = $1 AND closed_at IS NULL AND legal_status = 'pace'
                ORDER BY opened_at, id LIMIT 1";
    let row = office.row(sql, vec![office.site()]).await.expect("the demo has somebody in custody");
    row.get("id").expect("an id")
}

async fn send(office: &Office, address: &str, fields: &[(&str, &str)]) -> (u16, String) {
    office.post(address, Role::Practitioner, fields).await
}

/// The line of a note: its id, and the line whose place it takes.
async fn line(office: &Office, episode: Uuid, note: &str) -> Option<(Uuid, Option<Uuid>)> {
    let sql = "SELECT id, replaces FROM legal_event WHERE episode_id = $1 AND note = $2";
    let row = office.row(sql, vec![episode.into(), note.into()]).await?;
    Some((row.get("id").expect("an id"), row.get("replaces").expect("an id or none")))
}

async fn lines(office: &Office, episode: Uuid) -> i64 {
    let sql = "SELECT count(*) AS lines FROM legal_event WHERE episode_id = $1";
    office.row(sql, vec![episode.into()]).await.expect("a row").get("lines").expect("a number")
}

/// A review that was recorded, and the address at which it is corrected.
async fn review(office: &Office, episode: Uuid) -> (Uuid, String) {
    let fields = [("kind", "review_held"), ("at", "24/11/2026 09:10"), ("note", "as told")];
    let (status, to) = send(office, &format!("/episodes/{episode}/legal"), &fields).await;
    assert_eq!(status, 303, "{to}");
    let (id, replaces) = line(office, episode, "as told").await.expect("it is recorded");
    assert_eq!(replaces, None);
    (id, format!("/episodes/{episode}/legal/{id}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_correction_takes_the_place_of_a_line_that_stays_to_be_read() {
    let office = Office::open().await;
    let episode = held(&office).await;
    let (wrong, address) = review(&office, episode).await;
    let before = lines(&office, episode).await;
    let fields = [("kind", "review_held"), ("at", "24/11/2026 09:40"), ("note", "from the custody record")];
    assert_eq!(send(&office, &address, &fields).await.0, 303);
    assert_eq!(lines(&office, episode).await, before + 1);
    let (_, replaces) = line(&office, episode, "from the custody record").await.expect("the correction is recorded");
    assert_eq!(replaces, Some(wrong));
    assert!(line(&office, episode, "as told").await.is_some(), "what was said first is kept");
    let (_, page) = office.get(&format!("/episodes/{episode}/legal"), Role::Practitioner).await;
    assert!(page.contains("as told") && page.contains("from the custody record"), "both are read");
    assert_eq!(office.get(&address, Role::Practitioner).await.0, 404, "a line that is replaced is corrected no more");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_have_happened_is_said_beside_its_field_and_not_recorded() {
    let office = Office::open().await;
    let episode = held(&office).await;
    let (_, correct) = review(&office, episode).await;
    let record = format!("/episodes/{episode}/legal");
    let before = lines(&office, episode).await;
    for (at, words) in [("25/11/2026 09:00", "lies ahead"), ("24/11/2012 09:00", "check the year")] {
        for address in [&record, &correct] {
            let fields = [("kind", "review_held"), ("at", at), ("note", "typed in a hurry")];
            let (status, page) = send(&office, address, &fields).await;
            assert_eq!(status, 422, "{at}");
            let kept = at.replace('/', "&#x2f;");
            assert!(page.contains(words) && page.contains(&kept) && page.contains("typed in a hurry"), "{at}: {page}");
        }
    }
    let (status, page) = send(&office, &correct, &[("act", "withdraw")]).await;
    assert_eq!(status, 422);
    assert!(page.contains("Say why it was entered in error"), "{page}");
    assert_eq!(lines(&office, episode).await, before);
}
