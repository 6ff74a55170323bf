//! A document after its release: whoever gets it next reads a basis that holds, and whoever has it is told of its end.

use crate::office::Office;
use throughline_domain::role::Role;
use throughline_store::Row;
use uuid::Uuid;

/// Somebody with an open episode at the practitioner's site, who agreed that custody is told.
struct Case<'a> {
    office: &'a Office,
    person: Uuid,
    episode: Uuid,
}

const ON_CONSENT: [(&str, &str); 4] =
    [("recipient", "Custody officer"), ("channel", "paper"), ("basis", "consent"), ("minimum", "yes")];

const WITHOUT_CONSENT: [(&str, &str); 5] = [
    ("recipient", "Officer in the case"),
    ("channel", "paper"),
    ("basis", "public_interest"),
    ("reason", "Says that he will end his life tonight"),
    ("minimum", "yes"),
];

fn id(row: &Row, name: &str) -> Uuid {
    row.get(name).expect("an id")
}

impl<'a> Case<'a> {
    async fn open(office: &'a Office) -> Self {
        let sql = "SELECT id, person_id FROM episode e WHERE site_id = $1 AND closed_at IS NULL
                      AND NOT EXISTS (SELECT 1 FROM consent c WHERE c.person_id = e.person_id AND c.consent_for = 'police')
                    ORDER BY id LIMIT 1";
        let row = office.row(sql, vec![office.site()]).await.expect("the demo has open episodes");
        let case = Self { office, person: id(&row, "person_id"), episode: id(&row, "id") };
        case.answered("given", "").await;
        case
    }

    async fn post(&self, address: &str, fields: &[(&str, &str)]) -> (u16, String) {
        self.office.post(address, Role::Practitioner, fields).await
    }

    /// What the person says of telling custody.
    async fn answered(&self, state: &str, limits: &str) {
        let answer = [("state_police", state), ("words_police", limits)];
        let (status, page) = self.post(&format!("/episodes/{}/consent", self.episode), &answer).await;
        assert_eq!(status, 303, "{page}");
    }

    /// A passport that was given to custody on consent: its address.
    async fn passport(&self) -> String {
        let (status, to) = self.post(&format!("/episodes/{}/passport?for=police", self.episode), &ON_CONSENT).await;
        assert_eq!(status, 303, "{to}");
        to.split('?').next().expect("an address").to_owned()
    }

    async fn count(&self, sql: &'static str) -> i64 {
        let row = self.office.row(sql, vec![self.person.into()]).await.expect("a count");
        row.get("found").expect("a number")
    }

    async fn disclosures(&self) -> i64 {
        self.count("SELECT count(*) AS found FROM disclosure WHERE person_id = $1").await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_document_is_given_again_only_on_the_basis_that_it_states() {
    let office = Office::open().await;
    let case = Case::open(&office).await;
    let release = format!("{}/release", case.passport().await);
    let (status, page) = case.post(&release, &ON_CONSENT).await;
    assert_eq!(status, 303, "the person still agrees: {page}");
    let before = case.disclosures().await;
    case.answered("withdrawn", "").await;
    let (status, page) = case.post(&release, &WITHOUT_CONSENT).await;
    assert_eq!(status, 422);
    for words in
        ["states the basis of its first release", "make a new one", "Officer in the case", "end his life tonight"]
    {
        assert!(page.contains(words), "“{words}” is not on the page: {page}");
    }
    assert_eq!(case.disclosures().await, before, "nothing left, and the ledger says nothing of it");
    // What was agreed anew is another agreement than the one in the file.
    case.answered("limited", "Not to his brother").await;
    assert_eq!(case.post(&release, &ON_CONSENT).await.0, 422);
    assert_eq!(case.disclosures().await, before);
}

impl Case<'_> {
    async fn withdraw(&self, document: &str) {
        let id: Uuid = document.rsplit('/').next().and_then(|id| id.parse().ok()).expect("an id");
        let row =
            self.office.row("SELECT version FROM document WHERE id = $1", vec![id.into()]).await.expect("it is kept");
        let version = row.get::<i64>("version").expect("a number").to_string();
        let why = [("version", version.as_str()), ("reason", "It is about somebody else")];
        let (status, page) = self.post(&format!("{document}/withdraw"), &why).await;
        assert_eq!(status, 303, "{page}");
    }

    /// How many tasks of telling whoever has the passport the practitioner owes.
    async fn owed(&self) -> i64 {
        let sql = "SELECT count(*) AS found FROM task WHERE person_id = $1 AND title = $2 AND state = 'open' AND owner_id = $3";
        let of = vec![self.person.into(), RECALL.to_owned().into(), self.office.user(Role::Practitioner)];
        self.office.row(sql, of).await.expect("a count").get("found").expect("a number")
    }
}

const RECALL: &str = "Tell those who have the adjustments passport for custody that it is withdrawn";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_has_a_withdrawn_document_is_told_though_the_episode_is_closed() {
    let office = Office::open().await;
    let case = Case::open(&office).await;
    let (first, second) = (case.passport().await, case.passport().await);
    let (_, page) = office.get(&format!("{first}/withdraw"), Role::Practitioner).await;
    assert!(page.contains("This becomes the next action of the episode"), "{page}");
    case.withdraw(&first).await;
    let sql = "SELECT next_action FROM episode WHERE id = $1";
    let row = office.row(sql, vec![case.episode.into()]).await.expect("it is open");
    assert_eq!((row.get::<String>("next_action").unwrap().as_str(), case.owed().await), (RECALL, 0));
    let close = "UPDATE episode SET closed_at = $2 WHERE id = $1";
    office.change(close, vec![case.episode.into(), office.now().into()]).await;
    let (_, page) = office.get(&format!("{second}/withdraw"), Role::Practitioner).await;
    assert!(page.contains("this becomes a task on your worklist"), "{page}");
    case.withdraw(&second).await;
    assert_eq!(case.owed().await, 1);
    let (status, page) = office.get("/worklist", Role::Practitioner).await;
    assert_eq!(status, 200);
    assert!(page.contains(RECALL), "{page}");
}
