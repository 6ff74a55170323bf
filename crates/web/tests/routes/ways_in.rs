//! Lists that a program hands in, tokens, and what the pages say of lists on their way.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{Request, Response, header};
use chrono::{DateTime, Duration, Utc};
use serde_json::Value as Json;
use std::net::SocketAddr;
use throughline_domain::ids::SiteId;
use throughline_domain::role::Role;
use throughline_inbox::token;
use throughline_store::tokens::{self, NewToken};
use throughline_store::{Cause, Row, Value, raw};
use throughline_testkit::{Kit, http::encoded};
use throughline_web::{Allowance, App, Settings, router};
use tower::ServiceExt;

/// A service of an hour before noon on the tests' Tuesday, whose lists should have been in by 07:30.
struct Service {
    kit: Kit,
    router: Router,
}

struct Answer {
    status: u16,
    retry_after: Option<String>,
    kind: String,
    location: String,
    body: String,
}

impl Answer {
    async fn of(response: Response<Body>) -> Self {
        let header = |name: header::HeaderName| {
            response.headers().get(name).map(|value| value.to_str().expect("it is text").to_owned())
        };
        let (retry_after, kind) = (header(header::RETRY_AFTER), header(header::CONTENT_TYPE).unwrap_or_default());
        let location = header(header::LOCATION).unwrap_or_default();
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body(), usize::MAX).await.expect("the whole answer");
        Self { status, retry_after, kind, location, body: String::from_utf8_lossy(&body).into_owned() }
    }

    fn json(&self) -> Json {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// What a program is told of a refusal.
    fn problem(&self) -> String {
        assert_eq!(self.kind, "application/problem+json", "{}", self.body);
        assert_eq!(self.json()["status"], self.status);
        self.json()["detail"].as_str().expect("it is told").to_owned()
    }
}

impl Service {
    async fn open() -> Self {
        Self::with(throughline_testkit::tuesday, Allowance { sign_in: 1000, search: 1000, upload: 1000 }).await
    }

    async fn with(clock: fn() -> DateTime<Utc>, allowance: Allowance) -> Self {
        let kit = Kit::sqlite().await;
        let settings = Settings { secure_cookies: false, allowance, clock, ..Settings::default() };
        let app = App::new(kit.store.clone(), settings).await.expect("the application opens");
        Self { kit, router: router(app) }
    }

    async fn token(&self, site: SiteId, expires_at: DateTime<Utc>) -> (String, throughline_domain::ids::TokenId) {
        let made = token::make();
        let cause = Cause { actor: None, at: self.kit.now, request: "test".into() };
        let mut tx = self.kit.store.begin(cause).await.expect("it begins");
        let new = NewToken {
            id: made.id,
            site_id: site,
            name: "Custody feed".into(),
            secret_sha256: made.secret_sha256,
            expires_at,
        };
        tokens::issue_by_command(&mut tx, &new).await.expect("issued");
        tx.commit().await.expect("it commits");
        (made.text, made.id)
    }

    async fn good_token(&self) -> String {
        self.token(self.kit.custody(), self.kit.now + Duration::days(1)).await.0
    }

    async fn send(&self, request: axum::http::request::Builder, body: impl Into<Body>) -> Answer {
        let mut request = request.body(body.into()).expect("a request");
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 1))));
        Answer::of(self.router.clone().oneshot(request).await.expect("it answers")).await
    }

    async fn hand_in(&self, token: &str, query: &str, body: impl Into<Body>) -> Answer {
        let request =
            Request::post(format!("/api/lists{query}")).header(header::AUTHORIZATION, format!("Bearer {token}"));
        self.send(request, body).await
    }

    async fn as_role(&self, role: Role, method: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let (cookie, csrf) = self.kit.session(self.kit.user(role), self.kit.now + Duration::hours(12)).await;
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::ACCEPT, "text/html")
            .header(header::COOKIE, format!("throughline={cookie}"))
            .header("x-csrf-token", csrf)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let body: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        self.send(request, body.join("&")).await
    }

    /// The words of a page, without its tags.
    async fn page(&self, path: &str) -> String {
        let answer = self.as_role(Role::Practitioner, "GET", path, &[]).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        words(&answer.body)
    }

    async fn rows(&self, sql: &'static str) -> Vec<Row> {
        let mut read = self.kit.store.read().await.expect("it answers");
        raw::fetch_all(&mut read, sql, vec![]).await.expect("it answers")
    }

    async fn count(&self, sql: &'static str) -> i64 {
        self.rows(sql).await[0].get("n").expect("a number")
    }
}

fn words(html: &str) -> String {
    let (_, main) = html.split_once("<main").expect("a page");
    let mut text = String::new();
    let mut inside = true;
    for c in main.chars() {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            c if !inside => text.push(c),
            _ => {}
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace("&#x27;", "'")
}

fn list(number: &str) -> String {
    format!(
        "Custody No,Name,DOB,Arrested,Offence\n{number},\"FENWICK, Ida\",14/02/1991,24/11/2026 05:10,Theft from shop\n,,,24/11/2026 05:20,Affray\n"
    )
}

const LISTS: &str = "SELECT count(*) AS n FROM list";

#[tokio::test]
async fn a_program_hands_a_list_in_and_it_waits() {
    let service = Service::open().await;
    let token = service.good_token().await;
    let answer = service.hand_in(&token, "?name=today.csv", list("FR/1")).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    let told = answer.json();
    assert_eq!(told["waiting_at"], format!("/lists/{}/review", told["id"].as_str().expect("an id")));
    for (key, value) in [("rows_in", 2), ("entries", 1), ("rejected", 1), ("set_aside", 0)] {
        assert_eq!(told[key], value, "{key}: {told}");
    }
    assert_eq!(
        (&told["kind"], &told["list_date"], &told["state"]),
        (&"custody".into(), &"2026-11-24".into(), &"preview".into())
    );
    assert!(!answer.body.contains("FENWICK"), "no program is told of anybody");
    assert_eq!(service.count("SELECT count(*) AS n FROM list_entry").await, 0, "nobody is on the board");
    let review = service.page(told["waiting_at"].as_str().expect("an address")).await;
    assert!(review.contains("the program Custody feed") && review.contains("today.csv"), "{review}");

    let again = service.hand_in(&token, "?name=other.csv", list("FR/1")).await;
    assert_eq!((again.status, &again.json()["id"]), (200, &told["id"]), "the same bytes are one list");
    assert_eq!(service.count(LISTS).await, 1);
    let line =
        &service.rows("SELECT actor_name, detail FROM audit_row WHERE verb = 'create' AND classes = 'list'").await[0];
    let (actor, detail): (String, String) = (line.get("actor_name").expect("text"), line.get("detail").expect("text"));
    assert_eq!(
        (actor.as_str(), detail),
        ("Throughline", format!("list {} came by a program", told["id"].as_str().expect("an id")))
    );
}

#[tokio::test]
async fn a_form_of_many_parts_is_read_and_the_day_is_taken() {
    let service = Service::open().await;
    let token = service.good_token().await;
    let body = format!(
        "--b\r\nContent-Disposition: form-data; name=\"date\"\r\n\r\n25/11/2026\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"../../x.csv\"\r\nContent-Type: text/csv\r\n\r\n{}\r\n--b--\r\n",
        list("FR/1")
    );
    let request = Request::post("/api/lists")
        .header(header::AUTHORIZATION, format!("bearer {token}"))
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=b");
    let answer = service.send(request, body).await;
    assert_eq!((answer.status, &answer.json()["list_date"]), (201, &"2026-11-25".into()), "{}", answer.body);
    let wrong = service.hand_in(&token, "?date=tomorrow", list("FR/2")).await;
    assert_eq!((wrong.status, wrong.problem().contains("is not a date")), (422, true), "{}", wrong.body);
    let with_header = Request::post("/api/lists")
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::CONTENT_DISPOSITION, "attachment; filename=\"by header.csv\"");
    assert_eq!(service.send(with_header, list("FR/3")).await.status, 201);
    let names: Vec<String> = service
        .rows("SELECT file_name FROM list ORDER BY received_at, id")
        .await
        .iter()
        .map(|row| row.get("file_name").expect("text"))
        .collect();
    assert_eq!(names, ["../../x.csv", "by header.csv"]);
}

#[tokio::test]
async fn nothing_opens_without_a_good_token() {
    let service = Service::open().await;
    let (ended, _) = service.token(service.kit.custody(), service.kit.now).await;
    let (revoked, id) = service.token(service.kit.custody(), service.kit.now + Duration::days(1)).await;
    let mut tx = service
        .kit
        .store
        .begin(Cause { actor: None, at: service.kit.now, request: "test".into() })
        .await
        .expect("it begins");
    tokens::revoke_by_command(&mut tx, id).await.expect("revoked");
    tx.commit().await.expect("it commits");
    let good = service.good_token().await;
    let (begins, _) = good.rsplit_once('_').expect("two parts");
    let forged = format!("{begins}_{}", "0".repeat(64));
    for (token, says) in [
        ("", "Authorization"),
        ("x", "Authorization"),
        (&forged, "Authorization"),
        (&ended, "last day"),
        (&revoked, "revoked"),
    ] {
        let answer = service.hand_in(token, "", list("FR/1")).await;
        assert_eq!(answer.status, 401, "{token}");
        assert!(answer.problem().contains(says), "{token}: {}", answer.body);
    }
    // A signed-in person's cookie opens nothing here.
    let (cookie, _) =
        service.kit.session(service.kit.user(Role::Practitioner), service.kit.now + Duration::hours(12)).await;
    let request = Request::post("/api/lists").header(header::COOKIE, format!("throughline={cookie}"));
    assert_eq!(service.send(request, list("FR/1")).await.status, 401);
    // And a token opens no page.
    for path in ["/lists", "/", "/people", "/administration/tokens"] {
        let request = Request::get(path)
            .header(header::ACCEPT, "text/html")
            .header(header::AUTHORIZATION, format!("Bearer {good}"));
        assert_eq!(service.send(request, "").await.location, "/sign-in", "{path}");
    }
    assert_eq!(service.count(LISTS).await, 0);
    let refused = "SELECT count(*) AS n FROM audit_row WHERE outcome <> 'allowed' AND classes = 'list' AND detail LIKE '%was revoked or has ended'";
    assert_eq!(service.count(refused).await, 2);
}

#[tokio::test]
async fn a_token_is_of_one_site() {
    let service = Service::open().await;
    let other = service.kit.places.sites[1].id;
    let (token, _) = service.token(other, service.kit.now + Duration::days(1)).await;
    let answer = service.hand_in(&token, &format!("?site={}", service.kit.custody()), list("FR/1")).await;
    assert_eq!((answer.status, &answer.json()["site"]), (201, &other.to_string().into()));
    let mut read = service.kit.store.read().await.expect("it answers");
    let sql = "SELECT count(*) AS n FROM list WHERE site_id = $1";
    let rows = raw::fetch_all(&mut read, sql, vec![Value::from(service.kit.custody())]).await.expect("it answers");
    assert_eq!(rows[0].get::<i64>("n").expect("a number"), 0);
}

#[tokio::test]
async fn what_is_no_list_is_refused_in_plain_english_and_told_on_the_page() {
    let service = Service::open().await;
    let token = service.good_token().await;
    let large = vec![b'x'; 21 * 1024 * 1024];
    let larger = vec![b'x'; 26 * 1024 * 1024];
    for (name, body, status, says) in [
        ("scan.png", b"\x89PNG\r\n\x1a\n".to_vec(), 415, "picture"),
        ("letter.txt", b"Dear colleague".to_vec(), 422, "not a list"),
        ("nothing.csv", Vec::new(), 422, "empty"),
        ("large.csv", large, 413, "20 MB"),
        ("larger.csv", larger, 413, "20 MB"),
    ] {
        let answer = service.hand_in(&token, &format!("?name={name}"), body).await;
        assert_eq!(answer.status, status, "{name}: {}", answer.body);
        assert!(answer.problem().contains(says), "{name}: {}", answer.body);
    }
    assert_eq!(service.hand_in(&token, "?name=scan.png", &b"\x89PNG\r\n\x1a\n"[..]).await.status, 415, "sent again");
    let page = service.page("/lists").await;
    assert!(page.contains("5 files came in that could not be read") && page.contains("scan.png"), "{page}");
    assert!(service.page("/").await.contains("5 files came in that could not be read."));
    let other = service.count("SELECT count(*) AS n FROM list_unread WHERE length(original) > 20971520").await;
    assert_eq!(other, 0, "what is too large is not kept");
    let id: uuid::Uuid =
        service.rows("SELECT id FROM list_unread WHERE file_name = 'scan.png'").await[0].get("id").expect("an id");
    let path = format!("/lists/unread/{id}/dealt-with");
    assert_eq!(service.as_role(Role::Student, "POST", &path, &[]).await.status, 404, "a student brings no list in");
    assert_eq!(service.as_role(Role::Practitioner, "POST", &path, &[]).await.location, "/lists");
    let page = service.page("/lists").await;
    assert!(page.contains("4 files came in") && !page.contains("scan.png"), "{page}");
    assert_eq!(service.as_role(Role::Practitioner, "POST", &path, &[]).await.status, 409, "once");
}

#[tokio::test]
async fn whoever_sends_too_much_is_told_how_long_to_wait() {
    let allowance = Allowance { sign_in: 2, search: 1000, upload: 2 };
    let service = Service::with(throughline_testkit::tuesday, allowance).await;
    let token = service.good_token().await;
    for number in ["FR/1", "FR/2"] {
        assert_eq!(service.hand_in(&token, "", list(number)).await.status, 201);
    }
    let answer = service.hand_in(&token, "", list("FR/3")).await;
    assert_eq!(answer.status, 429, "{}", answer.body);
    let seconds: u32 = answer.retry_after.as_deref().expect("it says how long").parse().expect("whole seconds");
    assert!((1..=60).contains(&seconds), "{seconds}");
    let statuses = [
        service.hand_in("x", "", "").await.status,
        service.hand_in("x", "", "").await.status,
        service.hand_in("x", "", "").await.status,
    ];
    assert_eq!(statuses, [401, 401, 429]);
    let sign_in = Request::post("/sign-in").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let answer = service.send(sign_in, "email=amara.bello%40test.invalid&password=wrong").await;
    assert_ne!(answer.status, 429, "a program that is set up wrongly locks nobody out");
    assert_eq!(service.count(LISTS).await, 2);
}

fn early() -> DateTime<Utc> {
    "2026-11-24T06:50:00Z".parse().expect("an instant")
}

#[tokio::test]
async fn the_board_tells_of_the_list_that_did_not_come() {
    let service = Service::open().await;
    let board = service.page("/").await;
    assert!(
        board.contains("No custody list for today. It was expected by 07:30. Ask custody for it, or bring one in."),
        "{board}"
    );
    let token = service.good_token().await;
    service.hand_in(&token, "", list("FR/1")).await;
    let board = service.page("/").await;
    assert!(
        board.contains("A list waits to be looked over.")
            && board.contains("Custody list for today, received")
            && board.contains("by the program Custody feed"),
        "{board}"
    );
    assert!(!board.contains("It was expected by"), "{board}");
    let by_hand = service.as_role(Role::Student, "GET", "/", &[]).await;
    assert_eq!(by_hand.status, 200, "{}", by_hand.body);
}

#[tokio::test]
async fn before_its_time_the_board_says_when_the_list_is_expected() {
    let service = Service::with(early, Allowance::default()).await;
    let board = service.page("/").await;
    assert!(
        board.contains("Today's custody list is expected by 07:30.") && !board.contains("It was expected"),
        "{board}"
    );
}

#[tokio::test]
async fn an_administrator_says_when_and_issues_and_revokes() {
    let service = Service::open().await;
    let site = service.kit.custody();
    let path = format!("/administration/sites/{site}");
    let wrong = service.as_role(Role::SystemAdministrator, "POST", &path, &[("expected_by", "half seven")]).await;
    assert_eq!((wrong.status, wrong.body.contains("value=\"half seven\"")), (422, true), "{}", words(&wrong.body));
    assert!(words(&wrong.body).contains("'half seven' is not a time"), "{}", words(&wrong.body));
    for role in [Role::Manager, Role::Practitioner] {
        assert_eq!(service.as_role(role, "POST", &path, &[("expected_by", "9:15")]).await.status, 404);
        assert_eq!(service.as_role(role, "POST", &path, &[("expected_by", "half seven")]).await.status, 404);
        assert_eq!(service.as_role(role, "POST", "/administration/tokens", &[("name", "x")]).await.status, 404);
    }
    let changed = service.as_role(Role::SystemAdministrator, "POST", &path, &[("expected_by", "9.15")]).await;
    assert_eq!(changed.location, format!("{path}?done=saved"));
    assert!(service.page("/").await.contains("It was expected by 09:15."));

    let site = site.to_string();
    let again = service
        .as_role(
            Role::SystemAdministrator,
            "POST",
            "/administration/tokens",
            &[("name", " "), ("site", &site), ("until", "1/1/2020")],
        )
        .await;
    let said = words(&again.body);
    assert!(
        again.status == 422 && said.contains("Say what the program is") && said.contains("This day has passed"),
        "{said}"
    );
    let fields = [("name", "Custody feed"), ("site", &*site), ("until", "31/12/2026"), ("_key", "once")];
    let issued = service.as_role(Role::SystemAdministrator, "POST", "/administration/tokens", &fields).await;
    assert_eq!(issued.status, 200, "{}", issued.body);
    let (_, rest) = issued.body.split_once("<code>").expect("it is shown");
    let token = rest.split('<').next().expect("text").to_owned();
    let twice = service.as_role(Role::SystemAdministrator, "POST", "/administration/tokens", &fields).await;
    assert_eq!((twice.status, twice.location.as_str()), (303, "/administration/tokens"), "one form issues one token");
    let page = service.as_role(Role::SystemAdministrator, "GET", "/administration/tokens", &[]).await;
    let (_, secret) = token.rsplit_once('_').expect("two parts");
    assert!(!page.body.contains(secret) && words(&page.body).contains("Custody feed"), "it is shown once");
    assert_eq!(service.count("SELECT count(*) AS n FROM api_token").await, 1);
    let kept =
        service.rows("SELECT secret_sha256 FROM api_token").await[0].get::<Vec<u8>>("secret_sha256").expect("bytes");
    assert!(kept.len() == 32 && !kept.windows(secret.len().min(8)).any(|part| part == &secret.as_bytes()[..8]));

    assert_eq!(service.hand_in(&token, "", list("FR/1")).await.status, 201);
    let id: uuid::Uuid = service.rows("SELECT id FROM api_token").await[0].get("id").expect("an id");
    let revoked =
        service.as_role(Role::SystemAdministrator, "POST", &format!("/administration/tokens/{id}/revoke"), &[]).await;
    assert_eq!(revoked.location, "/administration/tokens?done=revoked");
    assert_eq!(service.hand_in(&token, "", list("FR/2")).await.status, 401);
    let lines = service.count("SELECT count(*) AS n FROM audit_row WHERE detail LIKE 'token % issued for site %' OR detail LIKE 'token % revoked' OR detail LIKE 'site %: list expected by 09:15'").await;
    assert_eq!(lines, 3);
}
