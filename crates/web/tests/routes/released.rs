//! A document after its release: whoever gets it next reads a basis that holds.

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
