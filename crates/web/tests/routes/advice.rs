//! Advice that is corrected: nothing typed is lost, and nothing leaves without its line in the ledger.

use crate::office::Office;
use throughline_domain::role::Role;
use uuid::Uuid;

const GIVEN: [(&str, &str); 4] =
    [("asked_by", "colleague"), ("topic", "interview"), ("how", "phone"), ("advised", "Ask for an adult first")];

/// The fields of a correction of version 1, with `more` in the place of what they name.
fn corrected<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let named = |name: &str| more.iter().any(|(known, _)| *known == name);
    let rest = GIVEN.iter().copied().chain([("version", "1"), ("why", "It was wrong")]);
    rest.filter(|(name, _)| !named(name)).chain(more.iter().copied()).collect()
}

/// Advice that the practitioner gave about somebody, to a colleague unless `more` says otherwise: its address.
async fn about_somebody(office: &Office, more: &[(&str, &str)]) -> String {
    let sql = "SELECT id FROM episode WHERE site_id = $1 AND closed_at IS NULL ORDER BY id LIMIT 1";
    let row = office.row(sql, vec![office.site()]).await.expect("the demo has open episodes");
    let episode: Uuid = row.get("id").expect("an id");
    let address = format!("/episodes/{episode}/consultation");
    let (status, to) = office.post(&address, Role::Practitioner, &corrected(more)).await;
    assert_eq!(status, 303, "{to}");
    to
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_correction_tells_nobody_outside_without_a_line_in_the_ledger() {
    let office = Office::open().await;
    let advice = about_somebody(&office, &[]).await;
    let (status, page) = office.post(&advice, Role::Practitioner, &corrected(&[("asked_by", "custody")])).await;
    assert_eq!(status, 422);
    assert!(page.contains("This was recorded as told to nobody outside"), "{page}");
    assert!(page.contains("Ask for an adult first") && page.contains("It was wrong"), "what was typed stays: {page}");
    assert_eq!(office.post(&advice, Role::Practitioner, &corrected(&[])).await.0, 303);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_correction_names_nobody_for_whom_the_person_gave_another_answer() {
    let office = Office::open().await;
    let reason = "Says that he will end his life tonight";
    let told = [("told", "yes"), ("basis", "public_interest"), ("reason", reason), ("minimum", "yes")];
    for (told, asked_by) in [(&told[..], "court"), (&[("told", "no")], "healthcare")] {
        let custody = [&[("asked_by", "custody")], told].concat();
        let advice = about_somebody(&office, &custody).await;
        let (status, page) = office.post(&advice, Role::Practitioner, &corrected(&[("asked_by", asked_by)])).await;
        assert_eq!(status, 422, "{asked_by}");
        assert!(page.contains("The person is asked about sharing with this reader on its own"), "{page}");
        assert!(
            page.contains("Ask for an adult first") && page.contains("It was wrong"),
            "what was typed stays: {page}"
        );
        // The police and custody are one reader to the person.
        assert_eq!(office.post(&advice, Role::Practitioner, &corrected(&[("asked_by", "police")])).await.0, 303);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_corrections_at_once_show_both() {
    let office = Office::open().await;
    let advice = about_somebody(&office, &[]).await;
    let first = corrected(&[("advised", "Ask for an adult, and wait for them")]);
    assert_eq!(office.post(&advice, Role::Practitioner, &first).await.0, 303);
    let (status, page) = office.post(&advice, Role::Practitioner, &corrected(&[("advised", "Ring the family")])).await;
    assert_eq!(status, 409);
    for words in
        ["was corrected in another window", "Ask for an adult, and wait for them", "Ring the family", "It was wrong"]
    {
        assert!(page.contains(words), "“{words}” is not on the page: {page}");
    }
    assert!(page.contains("name=\"version\" value=\"2\""), "{page}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn advice_is_of_the_site_whose_page_it_was_written_on() {
    let office = Office::open().await;
    let sql =
        "SELECT s.id FROM site s JOIN user_site u ON u.site_id = s.id WHERE u.user_id = $1 AND s.id <> $2 LIMIT 1";
    let other = office.row(sql, vec![office.user(Role::Practitioner), office.site()]).await.expect("they work at two");
    let other: Uuid = other.get("id").expect("an id");
    let site = other.to_string();
    let fields = [&GIVEN[..], &[("site", site.as_str())]].concat();
    let (status, to) = office.post("/consultations", Role::Practitioner, &fields).await;
    assert_eq!(status, 303, "{to}");
    assert!(to.ends_with(&format!("&site={site}")), "the page goes on with that site: {to}");
    let id: Uuid = to.split(['=', '&']).nth(1).and_then(|id| id.parse().ok()).expect("an id");
    let kept = office.row("SELECT site_id FROM consultation WHERE first_id = $1", vec![id.into()]).await.expect("kept");
    assert_eq!(kept.get::<Uuid>("site_id").unwrap(), other, "the session is at another site");
    // A site where they do not work is not theirs to write for.
    let elsewhere = Uuid::now_v7().to_string();
    let fields = [&GIVEN[..], &[("site", elsewhere.as_str())]].concat();
    assert_eq!(office.post("/consultations", Role::Practitioner, &fields).await.0, 404);
}
