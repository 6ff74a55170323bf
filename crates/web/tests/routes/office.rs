//! A filled service, one signed-in user of every role, and a subject of every kind.

use crate::source::Route;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{Request, header};
use chrono::Duration;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::OnceLock;
use throughline_domain::origin::ByItself;
use throughline_domain::role::Role;
use throughline_domain::time::Instant;
use throughline_inbox::Incoming;
use throughline_store::elsewhere::{self, Record};
use throughline_store::tokens::{self, NewToken};
use throughline_store::{Cause, Location, Store, Value, raw};
use throughline_testkit::Kit;
use throughline_web::{App, Settings, router};
use tower::ServiceExt;
use uuid::Uuid;

/// A filled service with everybody signed in.
pub struct Office {
    kit: Kit,
    router: axum::Router,
    sessions: BTreeMap<&'static str, (String, String)>,
    subjects: BTreeMap<&'static str, Uuid>,
}

/// The demo's day, made once and copied for each test.
async fn filled() -> PathBuf {
    static MADE: tokio::sync::OnceCell<PathBuf> = tokio::sync::OnceCell::const_new();
    static FOLDER: OnceLock<tempfile::TempDir> = OnceLock::new();
    let made = MADE.get_or_init(|| async {
        let folder = FOLDER.get_or_init(|| tempfile::tempdir().expect("a temporary folder can be made"));
        let path = folder.path().join("filled.db");
        let kit = Kit::sqlite_at(path.clone()).await;
        throughline_demo::fill(&kit.store, 7, kit.now, &mut |_| {}).await.expect("the demo fills itself");
        kit.store.close().await;
        path
    });
    made.await.clone()
}

impl Office {
    /// Opens a copy of the filled service.
    pub async fn open() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let path = folder.path().join("copy.db");
        std::fs::copy(filled().await, &path).expect("the database can be copied");
        let store = Store::open(&Location::Sqlite { path: path.clone(), key: None }).await.expect("it opens");
        let kit = Kit::around(store, Location::Sqlite { path, key: None }, folder);
        let settings = Settings {
            secure_cookies: false,
            allowance: throughline_web::Allowance { sign_in: 10_000, search: 10_000, upload: 10_000 },
            // The same Tuesday whenever the test runs, so that it shows the same work.
            clock: throughline_testkit::tuesday,
            ..Settings::default()
        };
        let app = App::new(kit.store.clone(), settings).await.expect("the application opens");
        let mut office = Self { router: router(app), sessions: BTreeMap::new(), subjects: BTreeMap::new(), kit };
        for role in Role::ALL {
            let session = office.kit.session(office.kit.user(*role), office.kit.now + Duration::hours(12)).await;
            office.sessions.insert(role.code(), session);
        }
        office.add_ways_in().await;
        office.find_subjects().await;
        office.add_care().await;
        office
    }

    /// A token of a program, and a file from it that could not be read.
    async fn add_ways_in(&self) {
        let (kit, made) = (&self.kit, throughline_inbox::token::make());
        let cause = Cause { actor: None, at: kit.now, request: "test".into() };
        let mut tx = kit.store.begin(cause.clone()).await.expect("it begins");
        let new = NewToken {
            id: made.id,
            site_id: kit.custody(),
            name: "Custody feed".into(),
            secret_sha256: made.secret_sha256,
            expires_at: kit.now + Duration::days(1),
        };
        tokens::issue_by_command(&mut tx, &new).await.expect("it is issued");
        tx.commit().await.expect("it commits");
        let origin = ByItself::Program { name: new.name };
        let picture = Incoming::file("scan.png", b"\x89PNG".to_vec());
        throughline_inbox::receive(&kit.store, cause, kit.custody(), &origin, picture).await.expect("it is told");
    }

    /// A goal of the person's newest episode, and something that the link worker does for it.
    async fn add_care(&mut self) {
        let (goal, intervention) = (Uuid::now_v7(), Uuid::now_v7());
        let of = |id: Uuid, more: Vec<Value>| -> Vec<Value> {
            let own = [id, self.subjects["person"], self.subjects["episode"]].into_iter().map(Value::from);
            let by = [Value::from(self.kit.now), self.kit.user(Role::Practitioner).into()];
            own.chain(by).chain(more).collect()
        };
        let of_goal = of(goal, vec![]);
        let of_intervention = of(intervention, vec![goal.into()]);
        self.change(
            "INSERT INTO care_goal (id, person_id, episode_id, own_words, aim, state, set_at, set_by, set_by_name)
             VALUES ($1, $2, $3, 'My own door', 'A tenancy', 'working_on', $4, $5, 'Amara Bello')",
            of_goal,
        )
        .await;
        self.change(
            "INSERT INTO care_intervention (id, person_id, episode_id, goal_id, what, doer, starts_on, review_on, state, planned_at,
                                            planned_by, planned_by_name)
             VALUES ($1, $2, $3, $6, 'Go together', 'link_worker', '2026-11-24', '2026-12-01', 'planned', $4, $5, 'Amara Bello')",
            of_intervention,
        )
        .await;
        self.subjects.insert("goal", goal);
        self.subjects.insert("intervention", intervention);
    }

    /// One of each kind, of a person of the practitioner's site with as much in their record as can be.
    async fn find_subjects(&mut self) {
        const OF_PERSON: &[(&str, &str)] = &[
            ("episode", "SELECT id FROM episode WHERE person_id = $1 ORDER BY opened_at DESC LIMIT 1"),
            ("record", "SELECT id FROM record WHERE person_id = $1 ORDER BY created_at LIMIT 1"),
            ("document", "SELECT id FROM document WHERE person_id = $1 ORDER BY created_at LIMIT 1"),
            ("referral", "SELECT id FROM referral WHERE person_id = $1 ORDER BY made_at LIMIT 1"),
            ("task", "SELECT id FROM task WHERE person_id = $1 ORDER BY due_at LIMIT 1"),
        ];
        const OF_NOBODY: &[(&str, &str)] = &[
            ("consultation", "SELECT first_id AS id FROM consultation WHERE person_id IS NOT NULL ORDER BY at LIMIT 1"),
            ("service", "SELECT id FROM directory_service ORDER BY name LIMIT 1"),
            ("user", "SELECT id FROM app_user WHERE role = 'bank'"),
            ("claim", "SELECT id FROM relationship ORDER BY starts_at LIMIT 1"),
            ("alert", "SELECT id FROM alert ORDER BY raised_at LIMIT 1"),
            ("pair", "SELECT id FROM duplicate_pair WHERE state = 'to_review' ORDER BY probability DESC LIMIT 1"),
            ("elsewhere", "SELECT id FROM elsewhere ORDER BY number LIMIT 1"),
            ("clinic", "SELECT id FROM clinic ORDER BY day, id LIMIT 1"),
            ("appointment", "SELECT id FROM appointment ORDER BY starts_at DESC LIMIT 1"),
            ("site", "SELECT id FROM site ORDER BY sort_order LIMIT 1"),
            ("token", "SELECT id FROM api_token LIMIT 1"),
            ("unread", "SELECT id FROM list_unread LIMIT 1"),
            ("legal_event", "SELECT id FROM legal_event ORDER BY recorded_at LIMIT 1"),
            ("merge", "SELECT id FROM person_merge WHERE undone_at IS NULL LIMIT 1"),
        ];
        let person = self
            .one(
                "SELECT d.person_id AS id FROM document d JOIN referral r ON r.person_id = d.person_id JOIN task t ON t.person_id = d.person_id
                  WHERE NOT EXISTS (SELECT 1 FROM duplicate_pair p WHERE d.person_id IN (p.first_id, p.second_id))
                                ORDER BY d.person_id LIMIT 1",
                vec![],
            )
            .await
            .expect("the demo has a person with everything");
        self.subjects.insert("person", person);
        for (name, sql) in OF_PERSON {
            let found =
                self.one(sql, vec![person.into()]).await.unwrap_or_else(|| panic!("the demo's person has no {name}"));
            self.subjects.insert(name, found);
        }
        let site: Value = self.kit.custody().into();
        for (name, sql) in [
            ("list", "SELECT id FROM list WHERE site_id = $1 AND state = 'committed' LIMIT 1"),
            (
                "entry",
                "SELECT id FROM list_entry WHERE site_id = $1 AND state = 'to_consider' ORDER BY list_date DESC, entry_key LIMIT 1",
            ),
            (
                "offer",
                "SELECT id FROM outreach WHERE site_id = $1 AND state = 'to_check' ORDER BY list_date, id LIMIT 1",
            ),
        ] {
            let found = self.one(sql, vec![site.clone()]).await.unwrap_or_else(|| panic!("the demo has no {name}"));
            self.subjects.insert(name, found);
        }
        for (name, sql) in OF_NOBODY {
            if let Some(found) = self.one(sql, vec![]).await {
                self.subjects.insert(name, found);
            }
        }
    }

    async fn one(&self, sql: &'static str, args: Vec<Value>) -> Option<Uuid> {
        let mut read = self.kit.store.read().await.expect("the database answers");
        let rows = raw::fetch_all(&mut read, sql, args).await.expect("it answers");
        rows.first().map(|row| row.get("id").expect("an id"))
    }

    /// Views in the audit log, results of searches left out.
    pub async fn views(&self) -> i64 {
        let mut read = self.kit.store.read().await.expect("the database answers");
        let sql = "SELECT count(*) AS views FROM audit_row WHERE verb = 'view' AND classes <> 'search' AND outcome = 'allowed'";
        raw::fetch_all(&mut read, sql, vec![]).await.expect("it answers")[0].get("views").expect("a number")
    }

    /// The address of a route with its subjects filled in, or with subjects that do not exist.
    pub fn address(&self, route: &Route, absent: bool) -> Option<String> {
        let mut path = String::new();
        for segment in route.path.split('/').skip(1) {
            path.push('/');
            let Some(name) = segment.strip_prefix('{').and_then(|segment| segment.strip_suffix('}')) else {
                path.push_str(segment);
                continue;
            };
            match name {
                "kind" => path.push_str("custody_advice"),
                "form" | "step" => path.push_str("screening"),
                "version" => path.push('1'),
                "row" => path.push('5'),
                _ if absent => path.push_str("01900000-0000-7000-8000-00000000dead"),
                _ => path.push_str(&self.subjects.get(name)?.to_string()),
            }
        }
        Some(path)
    }

    /// The status of a route for somebody: a page as it is asked for, a form sent empty.
    pub async fn ask(&self, route: &Route, role: Option<Role>) -> u16 {
        // What the demo has none of is asked for by an id that is nobody's.
        let address = self.address(route, false).or_else(|| self.address(route, true)).expect("an address");
        self.send(route.method, &address, role).await.0
    }

    /// A page and its status.
    pub async fn get(&self, address: &str, role: Role) -> (u16, String) {
        self.send("GET", address, Some(role)).await
    }

    /// A form sent, with its fields; where it leads, or the page that comes back.
    pub async fn post(&self, address: &str, role: Role, fields: &[(&str, &str)]) -> (u16, String) {
        self.send_form("POST", address, Some(role), encoded(fields)).await
    }

    /// The same by somebody who is not signed in, or not any more.
    pub async fn post_signed_out(&self, address: &str, fields: &[(&str, &str)]) -> (u16, String) {
        self.send_form("POST", address, None, encoded(fields)).await
    }

    /// Takes over a record of another hospital's index, under a number; its id with us.
    pub async fn taken_in(&self, record: Record) -> Uuid {
        let cause = Cause { actor: None, at: self.kit.now, request: "test".into() };
        let mut tx = self.kit.store.begin(cause).await.expect("it begins");
        elsewhere::take_in(&mut tx, "County PAS", std::slice::from_ref(&record)).await.expect("it is taken in");
        tx.commit().await.expect("it commits");
        let sql = "SELECT id FROM elsewhere WHERE source = 'County PAS' AND number = $1";
        self.one(sql, vec![record.number.into()]).await.expect("it is there")
    }

    /// The first row of a question to the database.
    pub async fn row(&self, sql: &'static str, args: Vec<Value>) -> Option<throughline_store::Row> {
        let mut read = self.kit.store.read().await.expect("the database answers");
        raw::fetch_all(&mut read, sql, args).await.expect("it answers").into_iter().next()
    }

    /// A change of the database behind the pages.
    pub async fn change(&self, sql: &'static str, args: Vec<Value>) {
        let cause = Cause { actor: None, at: self.kit.now, request: "test".into() };
        let mut tx = self.kit.store.begin(cause).await.expect("it begins");
        raw::execute(&mut tx, sql, args).await.expect("it changes");
        tx.commit().await.expect("it commits");
    }

    /// The site at which most roles work first.
    pub fn site(&self) -> Value {
        self.kit.custody().into()
    }

    /// The instant at which everything in the office happens.
    pub fn now(&self) -> Instant {
        self.kit.now
    }

    /// The user of a role.
    pub fn user(&self, role: Role) -> Value {
        self.kit.user(role).into()
    }

    async fn send(&self, method: &str, address: &str, role: Option<Role>) -> (u16, String) {
        self.send_form(method, address, role, String::new()).await
    }

    async fn send_form(&self, method: &str, address: &str, role: Option<Role>, body: String) -> (u16, String) {
        let mut request = Request::builder().method(method).uri(address).header(header::ACCEPT, "text/html");
        if !body.is_empty() {
            request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        if let Some((token, csrf)) = role.and_then(|role| self.sessions.get(role.code())) {
            request = request.header(header::COOKIE, format!("throughline={token}")).header("x-csrf-token", csrf);
        }
        let mut request = request.body(Body::from(body)).expect("a request");
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 1))));
        let response = self.router.clone().oneshot(request).await.expect("the router answers");
        let status = response.status().as_u16();
        // A live line never ends; its status is all that is asked for.
        if address.ends_with("/events") {
            return (status, String::new());
        }
        if let Some(location) = response.headers().get(header::LOCATION) {
            return (status, location.to_str().expect("an address").to_owned());
        }
        let body = to_bytes(response.into_body(), usize::MAX).await.expect("the whole answer");
        (status, String::from_utf8_lossy(&body).into_owned())
    }
}

fn encoded(fields: &[(&str, &str)]) -> String {
    let pairs = fields.iter().map(|(name, value)| format!("{name}={}", throughline_testkit::http::encoded(value)));
    pairs.collect::<Vec<_>>().join("&")
}
