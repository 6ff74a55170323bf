//! Drafts: nothing typed is lost, nothing is overwritten unseen.

use chrono::{Duration, TimeZone, Utc};
use throughline_domain::document::RecordState;
use throughline_domain::episode::{LegalStatus, ReferralSource};
use throughline_domain::ids::{EpisodeId, OrganisationId, PersonId, RecordId, ServiceId, SiteId, UserId};
use throughline_domain::name::Name;
use throughline_domain::place::{PointOfContact, SiteKind};
use throughline_domain::role::{OrganisationKind, Role};
use throughline_domain::time::Instant;
use throughline_forms::{Answers, catalogue};
use throughline_policy::{Actor, CreatePerson, OpenEpisode, SignClinical, Subject, ViewClinical, WriteClinical};
use throughline_store::episodes::{Justice, NewEpisode};
use throughline_store::organisations::{self, Organisation, Service, Site};
use throughline_store::records::{self, Saved};
use throughline_store::users::{self, NewUser};
use throughline_store::{Cause, Location, Store, Tx, episodes, people};
use uuid::Uuid;

struct Ward {
    file: std::path::PathBuf,
    store: Store,
    actor: Actor,
    subject: Subject,
    record: RecordId,
}

fn at(minutes: i64) -> Instant {
    Utc.with_ymd_and_hms(2026, 11, 22, 9, 0, 0).unwrap() + Duration::minutes(minutes)
}

fn said(words: &str) -> Answers {
    let mut answers = Answers::default();
    answers.set("concern", [words]);
    answers
}

impl Drop for Ward {
    fn drop(&mut self) {
        for end in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{}{end}", self.file.display()));
        }
    }
}

impl Ward {
    /// A person with an open episode and a draft screening.
    async fn open() -> Self {
        let file = std::env::temp_dir().join(format!("throughline-records-{}.db", Uuid::new_v4()));
        let store = Store::open(&Location::Sqlite { path: file.clone(), key: None }).await.unwrap();
        let id = Uuid::now_v7();
        let (organisation, site) = (OrganisationId::new(id), SiteId::new(id));
        let actor = Actor {
            user: UserId::new(id),
            name: "Amara Bello".into(),
            role: Role::Practitioner,
            organisation,
            organisation_kind: OrganisationKind::Trust,
            sites: vec![site],
        };
        let (person, episode, record) = (PersonId::new(id), EpisodeId::new(id), RecordId::new(id));
        let mut tx =
            store.begin(Cause { actor: Some(actor.clone()), at: at(0), request: "test".into() }).await.unwrap();
        organisations::add(
            &mut tx,
            &Organisation { id: organisation, name: "Trust".into(), kind: OrganisationKind::Trust },
        )
        .await
        .unwrap();
        let service = Service {
            id: ServiceId::new(id),
            organisation_id: organisation,
            name: "Service".into(),
            help_phone: String::new(),
        };
        organisations::add_service(&mut tx, &service).await.unwrap();
        let place = Site {
            id: site,
            service_id: service.id,
            name: "Custody".into(),
            kind: SiteKind::Custody,
            code: "1".into(),
            hours: String::new(),
        };
        organisations::add_site(&mut tx, &place, 1).await.unwrap();
        let user = NewUser {
            id: actor.user,
            organisation_id: organisation,
            email: "amara@example.invalid".into(),
            name: actor.name.clone(),
            role: actor.role,
            registration: String::new(),
            password_hash: String::new(),
            totp_secret: None,
            access_until: None,
            sites: vec![site],
        };
        users::add(&mut tx, &user).await.unwrap();
        let grant = tx.authorise::<CreatePerson>(Subject::default()).await.unwrap();
        let new = people::NewPerson { name: Name::new("Kayla", "Whitcombe"), ..people::NewPerson::default() };
        people::create(&mut tx, &grant, person, &new).await.unwrap();
        let grant = tx.authorise::<OpenEpisode>(person).await.unwrap();
        let new = NewEpisode {
            id: episode,
            site_id: site,
            entry_id: None,
            point_of_contact: PointOfContact::Custody,
            referral_source: ReferralSource::Police,
            legal_status: LegalStatus::Pace,
            justice: Justice::default(),
            next_hearing_at: None,
            out_of_hours: false,
            owner: actor.user,
            next_action: "Screen".into(),
            next_action_due: at(60),
        };
        episodes::open(&mut tx, &grant, &new).await.unwrap();
        let subject = Subject { person: Some(person), episode: Some(episode), site: Some(site) };
        let grant = tx.authorise::<WriteClinical>(subject).await.unwrap();
        let form = catalogue().get("screening").unwrap();
        records::start(&mut tx, &grant, record, form, &Answers::default()).await.unwrap();
        tx.commit().await.unwrap();
        Self { file, store, actor, subject, record }
    }

    async fn tx(&self, minutes: i64) -> Tx {
        self.store
            .begin(Cause { actor: Some(self.actor.clone()), at: at(minutes), request: "test".into() })
            .await
            .unwrap()
    }

    async fn save(&self, minutes: i64, base: i64, own: Option<i64>, words: &str) -> Saved {
        let mut tx = self.tx(minutes).await;
        let grant = tx.authorise::<WriteClinical>(self.subject).await.unwrap();
        let saved = records::save(&mut tx, &grant, self.record, base, own, &said(words)).await.unwrap();
        tx.commit().await.unwrap();
        saved
    }

    async fn words_kept(&self) -> Vec<(i64, String, Option<i64>)> {
        let mut tx = self.tx(500).await;
        let grant = tx.authorise::<ViewClinical>(self.subject).await.unwrap();
        let versions = records::versions(&mut tx, &grant, self.record).await.unwrap();
        versions
            .into_iter()
            .map(|one| (one.version, one.answers.one("concern").unwrap_or_default().to_owned(), one.conflicts_with))
            .collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_slower_of_two_loses_nothing() {
    let ward = Ward::open().await;
    assert_eq!(ward.save(1, 1, None, "seen pacing").await, Saved::Saved { version: 2 });
    let slower = ward.save(2, 1, None, "heard shouting").await;
    assert_eq!(slower, Saved::Conflict { kept_as: 3, by: "Amara Bello".into(), state: RecordState::Draft });
    assert_eq!(ward.save(3, 2, None, "pacing and shouting").await, Saved::Saved { version: 4 });
    let kept = ward.words_kept().await;
    assert_eq!(kept[0], (4, "pacing and shouting".into(), None));
    assert_eq!(kept[1], (3, "heard shouting".into(), Some(2)));
    assert_eq!(kept[2], (2, "seen pacing".into(), None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_save_whose_answer_was_lost_is_no_conflict_with_itself() {
    let ward = Ward::open().await;
    assert_eq!(ward.save(1, 1, None, "seen").await, Saved::Saved { version: 2 });
    // The same text again, and more text of the same page, which still names version 1.
    assert_eq!(ward.save(2, 1, Some(2), "seen").await, Saved::Saved { version: 2 });
    assert_eq!(ward.save(3, 1, Some(2), "seen pacing").await, Saved::Saved { version: 3 });
}

#[tokio::test(flavor = "multi_thread")]
async fn within_a_minute_the_last_state_speaks_for_all() {
    let ward = Ward::open().await;
    ward.save(1, 1, None, "s").await;
    ward.save(1, 2, None, "se").await;
    ward.save(1, 3, None, "seen").await;
    ward.save(2, 4, None, "seen pacing").await;
    let kept: Vec<String> = ward.words_kept().await.into_iter().map(|(_, words, _)| words).collect();
    assert_eq!(kept, ["seen pacing", "seen", ""]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_after_signing_is_kept_and_the_signed_text_stands() {
    let ward = Ward::open().await;
    ward.save(1, 1, None, "seen pacing").await;
    let mut tx = ward.tx(2).await;
    let view = tx.authorise::<ViewClinical>(ward.subject).await.unwrap();
    let sign = tx.authorise::<SignClinical>(ward.subject).await.unwrap();
    let record = records::get(&mut tx, &view, ward.record).await.unwrap().unwrap();
    records::sign(&mut tx, &sign, &record, catalogue().get("screening").unwrap()).await.unwrap();
    tx.commit().await.unwrap();
    let late = ward.save(3, 2, None, "and shouting").await;
    assert_eq!(late, Saved::Conflict { kept_as: 3, by: "Amara Bello".into(), state: RecordState::Signed });
    let mut tx = ward.tx(4).await;
    let view = tx.authorise::<ViewClinical>(ward.subject).await.unwrap();
    let signed = records::latest_signed(&mut tx, &view, "screening").await.unwrap().unwrap();
    assert_eq!(signed.snapshot.unwrap().answer("concern").unwrap().value, "seen pacing");
}
