//! What tests of the store and of the pages stand on. For tests only.
//!
//! A [`Kit`] is an empty, migrated database with the demo's places and staff in it. [`on_both`]
//! runs a test on SQLite and on PostgreSQL: neither is skipped. The PostgreSQL cluster is thrown
//! away afterwards; `script/test` starts it, and `script/postgres` starts one by hand.
#![warn(missing_docs)]

pub mod crowd;
pub mod http;

use chrono::{DateTime, Duration, Utc};
use sha2::Digest;
use sqlx::Connection;
use throughline_demo::places::{self, Places};
use throughline_demo::staff::{self, Account};
use throughline_domain::episode::{LegalStatus, ReferralSource};
use throughline_domain::ids::{EpisodeId, PersonId, RecordId, SiteId, UserId};
use throughline_domain::name::Name;
use throughline_domain::place::PointOfContact;
use throughline_domain::role::Role;
use throughline_forms::{Answers, catalogue};
use throughline_policy::{CreatePerson, OpenEpisode, SignClinical, Subject, ViewClinical, WriteClinical};
use throughline_store::episodes::{self, Justice, NewEpisode};
use throughline_store::people::{self, NewPerson};
use throughline_store::sessions::{self, Session, Stage};
use throughline_store::{Cause, Location, Store, Tx, raw, records, users};
use uuid::Uuid;

/// Where the throw-away PostgreSQL cluster of this run listens.
pub const POSTGRES: &str = "TEST_POSTGRES";

/// Writes a test once and runs it on both databases.
///
/// ```text
/// on_both! {
///     async fn a_stale_change_is_refused(kit: Kit) { ... }
/// }
/// ```
#[macro_export]
macro_rules! on_both {
    ($($(#[$meta:meta])* async fn $name:ident($kit:ident: Kit) $body:block)+) => { $(
        $(#[$meta])*
        mod $name {
            #[allow(unused_imports, reason = "a test may use all or nothing of its file")]
            use super::*;
            async fn test($kit: $crate::Kit) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                test($crate::Kit::sqlite().await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                test($crate::Kit::postgres().await).await;
            }
        }
    )+ };
}

/// An empty, migrated database with places and staff.
#[derive(Debug)]
pub struct Kit {
    /// The database.
    pub store: Store,
    /// Where it is, to open it a second time.
    pub location: Location,
    /// Organisations and sites.
    pub places: Places,
    /// One or more users of every role.
    pub staff: Vec<Account>,
    /// The instant at which the test's acts happen: a Tuesday at 10:15 in London.
    pub now: DateTime<Utc>,
    _folder: Option<tempfile::TempDir>,
}

/// The instant at which the tests' acts happen.
pub fn tuesday() -> DateTime<Utc> {
    "2026-11-24T10:15:00Z".parse().expect("this is an instant")
}

/// A new, empty SQLite database in a folder that goes with the value.
pub fn sqlite_location() -> (Location, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    (Location::Sqlite { path: folder.path().join("test.db"), key: None }, folder)
}

/// A new, empty database in the run's PostgreSQL cluster.
///
/// # Panics
/// When no cluster was started: the test is not skipped.
pub async fn postgres_location() -> Location {
    let url = std::env::var(POSTGRES)
        .unwrap_or_else(|_| panic!("{POSTGRES} is not set: run script/test, or eval \"$(script/postgres)\" first"));
    let name = format!("test_{}", Uuid::now_v7().simple());
    let mut connection = sqlx::PgConnection::connect(&url).await.expect("the cluster answers");
    sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}")))
        .execute(&mut connection)
        .await
        .expect("a database can be made");
    connection.close().await.expect("the connection closes");
    let (before, options) = url.split_once('?').expect("the address names the socket");
    let server = before.rsplit_once('/').map_or(before, |(server, _)| server);
    Location::Postgres(format!("{server}/{name}?{options}"))
}

/// The `database` setting of a location.
pub fn database_setting(location: &Location) -> String {
    match location {
        Location::Sqlite { path, .. } => path.display().to_string(),
        Location::Postgres(url) => url.clone(),
    }
}

/// A port that was free a moment ago.
pub fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a loopback port can be had");
    listener.local_addr().expect("it has an address").port()
}

/// Where a configuration file says that the server listens.
pub fn listen_of(config: &std::path::Path) -> std::net::SocketAddr {
    let text = std::fs::read_to_string(config).expect("the configuration can be read");
    let line = text.lines().find_map(|line| line.strip_prefix("listen = ")).expect("it says where");
    line.trim_matches('"').parse().expect("it is an address")
}

impl Kit {
    /// On SQLite.
    pub async fn sqlite() -> Self {
        let (location, folder) = sqlite_location();
        Self::at(location, Some(folder)).await
    }

    /// On PostgreSQL.
    pub async fn postgres() -> Self {
        Self::at(postgres_location().await, None).await
    }

    /// On a SQLite file at a path, which stays.
    pub async fn sqlite_at(path: std::path::PathBuf) -> Self {
        Self::at(Location::Sqlite { path, key: None }, None).await
    }

    /// Around a database that has the demo's places and staff already; the folder goes with it.
    pub fn around(store: Store, location: Location, folder: tempfile::TempDir) -> Self {
        Self {
            store,
            location,
            places: places::known(),
            staff: staff::accounts(),
            now: tuesday(),
            _folder: Some(folder),
        }
    }

    async fn at(location: Location, folder: Option<tempfile::TempDir>) -> Self {
        let store = Store::open(&location).await.expect("an empty database opens");
        let mut tx =
            store.begin(Cause { actor: None, at: tuesday(), request: "test".into() }).await.expect("it answers");
        let places = places::make(&mut tx).await.expect("places are made");
        let staff = staff::make(&mut tx, &places, "no password opens this").await.expect("staff are made");
        // `serve` refuses demo accounts, and tests start it.
        raw::execute(&mut tx, "UPDATE app_user SET email = replace(email, 'demo.invalid', 'test.invalid')", vec![])
            .await
            .expect("addresses change");
        tx.commit().await.expect("it commits");
        Self { store, location, places, staff, now: tuesday(), _folder: folder }
    }

    /// The first user of a role.
    pub fn user(&self, role: Role) -> UserId {
        self.staff.iter().find(|account| account.role == role).expect("the demo has every role").id
    }

    /// The custody suite of most tests.
    pub fn custody(&self) -> SiteId {
        self.places.sites[0].id
    }

    /// A transaction of the first user of a role.
    pub async fn tx(&self, role: Role) -> Tx {
        self.tx_at(role, self.now).await
    }

    /// A transaction of the first user of a role at an instant.
    pub async fn tx_at(&self, role: Role, at: DateTime<Utc>) -> Tx {
        let mut read = self.store.read().await.expect("the database answers");
        let user = users::by_id(&mut read, self.user(role)).await.expect("users can be read").expect("the user exists");
        drop(read);
        let cause = Cause { actor: Some(user.actor()), at, request: "TEST-01".into() };
        self.store.begin(cause).await.expect("the database answers")
    }

    /// An open session of a user: the cookie's value and the token of forms.
    pub async fn session(&self, user: UserId, until: DateTime<Utc>) -> (String, String) {
        let (token, csrf) = (Uuid::new_v4().simple().to_string(), Uuid::new_v4().simple().to_string());
        let mut tx = self
            .store
            .begin(Cause { actor: None, at: until - Duration::hours(12), request: "test".into() })
            .await
            .expect("the database answers");
        let session = Session {
            id: sha2::Sha256::digest(token.as_bytes()).to_vec(),
            user_id: user,
            site_id: self.places.sites.first().map(|site| site.id),
            csrf: csrf.clone(),
            stage: Stage::Open,
            seen_at: until - Duration::hours(12),
            expires_at: until,
        };
        sessions::start(&mut tx, &session).await.expect("a session starts");
        tx.commit().await.expect("it commits");
        (token, csrf)
    }

    /// A person, made by the practitioner.
    pub async fn person(&self, forenames: &str, surname: &str) -> PersonId {
        let mut tx = self.tx(Role::Practitioner).await;
        let grant = tx.authorise::<CreatePerson>(Subject::default()).await.expect("practitioners may");
        let id = PersonId::new(Uuid::now_v7());
        let new = NewPerson { name: Name::new(forenames, surname), ..NewPerson::default() };
        people::create(&mut tx, &grant, id, &new).await.expect("a person is made");
        tx.commit().await.expect("it commits");
        id
    }

    /// An open custody episode of a person, owned by the practitioner.
    pub async fn episode(&self, person: PersonId) -> EpisodeId {
        let mut tx = self.tx(Role::Practitioner).await;
        let grant = tx.authorise::<OpenEpisode>(person).await.expect("practitioners may");
        let new = NewEpisode {
            id: EpisodeId::new(Uuid::now_v7()),
            site_id: self.custody(),
            entry_id: None,
            point_of_contact: PointOfContact::Custody,
            referral_source: ReferralSource::Police,
            legal_status: LegalStatus::Pace,
            justice: Justice::default(),
            next_hearing_at: None,
            out_of_hours: false,
            owner: self.user(Role::Practitioner),
            next_action: "Offer and consent".into(),
            next_action_due: self.now + Duration::hours(2),
        };
        episodes::open(&mut tx, &grant, &new).await.expect("an episode is opened");
        tx.commit().await.expect("it commits");
        new.id
    }

    /// A form that the practitioner begins with these answers and signs at this moment.
    ///
    /// # Panics
    /// When no form is called so, or the store refuses.
    pub async fn signed(&self, subject: Subject, at: DateTime<Utc>, form: &str, answers: &Answers) -> RecordId {
        let form = catalogue().get(form).expect("the form is shipped");
        let mut tx = self.tx_at(Role::Practitioner, at).await;
        let write = tx.authorise::<WriteClinical>(subject).await.expect("practitioners may");
        let id = RecordId::new(Uuid::now_v7());
        let id = records::start(&mut tx, &write, id, form, answers).await.expect("it is begun");
        let view = tx.authorise::<ViewClinical>(subject).await.expect("practitioners may");
        let record = records::get(&mut tx, &view, id).await.expect("it is read").expect("it is there");
        let sign = tx.authorise::<SignClinical>(subject).await.expect("practitioners may");
        records::sign(&mut tx, &sign, &record, form).await.expect("it is signed");
        tx.commit().await.expect("it commits");
        id
    }
}
