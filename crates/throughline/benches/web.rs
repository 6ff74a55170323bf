//! The pages at 50 requests a second over 100,000 people and 200,000 episodes in SQLite: the board,
//! search and a person's page, each with its ratio to the plainest page measured in the same run;
//! start to ready; resident memory; the index of people from everybody and from a snapshot. Run by
//! `script/bench web`, which puts the table into `docs/benchmarks.md`.

mod server;

use server::{configuration, resident, setting, start, stop};
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use throughline_domain::ids::{PersonId, UserId};
use throughline_domain::role::Role;
use throughline_domain::time::london_date;
use throughline_store::users::{self, NewUser};
use throughline_store::{Cause, Store, Value, matching, nightly, raw};
use throughline_testkit::http::Client;
use throughline_testkit::{Kit, crowd, database_setting};
use tokio::task::JoinSet;
use uuid::Uuid;

/// Requests a second.
const RATE: u32 = 50;
/// People at work at once.
const USERS: usize = 60;
/// Rows on the board.
const ROWS: i64 = 60;

#[tokio::main]
async fn main() {
    let people = setting("BENCH_PEOPLE", 100_000);
    let seconds = u32::try_from(setting("BENCH_SECONDS", 20)).unwrap_or(20);
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let kit = Kit::sqlite_at(folder.path().join("bench.db")).await;
    let seeded = Instant::now();
    let made = crowd::crowd(&kit, people, |n| eprint!("\rmaking people: {n}")).await.expect("a crowd is made");
    eprintln!("\rmade {people} people and {} episodes in {:.0} s", people * 2, seeded.elapsed().as_secs_f64());
    let sessions = staff(&kit).await;
    board_rows(&kit).await;
    let index = index(&kit).await;
    kit.store.close().await;

    let config = configuration(folder.path(), &database_setting(&kit.location));
    let ready: Vec<f64> = {
        let mut all = Vec::new();
        for _ in 0..3 {
            let (mut server, _, ms) = start(&config).await;
            all.push(ms);
            stop(&mut server);
        }
        all
    };
    let (mut server, address, ms) = start(&config).await;
    let least = ready.iter().copied().fold(ms, f64::min);
    let clients = |path: &str| load(address, &sessions, path.to_owned(), &made, seconds);
    // Warm templates and pages once, as the first user of the day does.
    for page in ["/help", "/", "/people/{person}", "search"] {
        load(address, &sessions[..4], page.to_owned(), &made, 1).await;
    }
    let plain = clients("/help").await;
    println!("| Page | p50 | p95 | p99 | failed | p95 to the plainest page |");
    println!("|---|---|---|---|---|---|");
    row("Help (the plainest page)", &plain, &plain);
    for (name, page) in [
        ("Board, 60 rows", "/"),
        ("Search by name and date of birth", "search"),
        ("A person's page", "/people/{person}"),
    ] {
        row(name, &clients(page).await, &plain);
    }
    println!();
    println!("| What | Figure | Budget |");
    println!("|---|---|---|");
    println!("| Start to ready, least of four | {least:.0} ms | 1,000 ms |");
    println!("| Resident memory after the load | {} MB | 250 MB |", resident(server.id()));
    for (what, took) in index {
        println!("| {what} | {:.0} ms | |", took.as_secs_f64() * 1_000.0);
    }
    stop(&mut server);
}

/// How long it takes until the index of people answers, from everybody and from the night's snapshot.
async fn index(kit: &Kit) -> [(&'static str, Duration); 3] {
    async fn started(kit: &Kit) -> (Duration, String) {
        let store = Store::open(&kit.location).await.expect("it opens");
        let began = Instant::now();
        matching::follow(&store).await.expect("it follows");
        let done = (began.elapsed(), matching::started(&store));
        store.close().await;
        done
    }
    let (everybody, why) = started(kit).await;
    assert_eq!(why, "there is no snapshot of it yet");
    let began = Instant::now();
    nightly::keep_snapshot(&kit.store, kit.now).await.expect("it is kept").expect("nobody else keeps it");
    let kept = began.elapsed();
    let (loaded, from) = started(kit).await;
    assert_eq!(from, "the snapshot");
    [
        ("The index of people from everybody", everybody),
        ("The index of people from the night's snapshot", loaded),
        ("Keeping the night's snapshot", kept),
    ]
}

fn row(name: &str, of: &Measured, plain: &Measured) {
    let ms = |duration: Duration| duration.as_secs_f64() * 1_000.0;
    println!(
        "| {name} | {:.1} ms | {:.1} ms | {:.1} ms | {} | {:.1} |",
        ms(of.at(0.5)),
        ms(of.at(0.95)),
        ms(of.at(0.99)),
        of.failed,
        ms(of.at(0.95)) / ms(plain.at(0.95))
    );
}

struct Measured {
    took: Vec<Duration>,
    failed: usize,
}

impl Measured {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rank below the number of requests")]
    fn at(&self, share: f64) -> Duration {
        let rank = (self.took.len() as f64 * share) as usize;
        self.took.get(rank.min(self.took.len().saturating_sub(1))).copied().unwrap_or_default()
    }
}

/// Sends requests on a fixed schedule and times each from the instant it was due, so that a slow
/// answer is not hidden by sending the next one later.
async fn load(
    address: SocketAddr,
    sessions: &[(String, String)],
    page: String,
    people: &[PersonId],
    seconds: u32,
) -> Measured {
    let start = Instant::now() + Duration::from_millis(200);
    let mut workers = JoinSet::new();
    let each = sessions.len();
    for (n, (token, csrf)) in sessions.iter().cloned().enumerate() {
        let (page, people) = (page.clone(), people.to_vec());
        workers.spawn(async move {
            let mut client = Client::new(address, &format!("throughline={token}"));
            let mut measured = Measured { took: Vec::new(), failed: 0 };
            for turn in (n..usize::try_from(seconds * RATE).unwrap_or_default()).step_by(each) {
                let due = start + Duration::from_secs(1) / RATE * u32::try_from(turn).unwrap_or_default();
                tokio::time::sleep_until(due.into()).await;
                let person = people[turn * 7_919 % people.len()];
                let answer = match page.as_str() {
                    "search" => client.post("/people/search", &csrf, &[("q", "marston 12/3/1984")]).await,
                    path => client.get(&path.replace("{person}", &person.to_string())).await,
                };
                match answer {
                    Ok(answer) if answer.status == 200 => measured.took.push(due.elapsed()),
                    _ => measured.failed += 1,
                }
            }
            measured
        });
    }
    let mut all = Measured { took: Vec::new(), failed: 0 };
    while let Some(Ok(one)) = workers.join_next().await {
        all.took.extend(one.took);
        all.failed += one.failed;
    }
    all.took.sort_unstable();
    all
}

async fn staff(kit: &Kit) -> Vec<(String, String)> {
    let mut sessions = Vec::new();
    for n in 0..USERS {
        let id = UserId::new(Uuid::now_v7());
        let mut tx = kit
            .store
            .begin(Cause { actor: None, at: chrono::Utc::now(), request: "bench".into() })
            .await
            .expect("it answers");
        let new = NewUser {
            id,
            organisation_id: kit.places.trust,
            email: format!("bench{n}@test.invalid"),
            name: format!("Bench {n}"),
            role: Role::Practitioner,
            registration: String::new(),
            password_hash: "none".into(),
            totp_secret: None,
            access_until: None,
            sites: kit.places.sites.iter().map(|site| site.id).collect(),
        };
        users::add(&mut tx, &new).await.expect("a user is made");
        tx.commit().await.expect("it commits");
        sessions.push(kit.session(id, chrono::Utc::now() + chrono::Duration::hours(12)).await);
    }
    sessions
}

/// Today's custody list: rows as a list brings them in.
async fn board_rows(kit: &Kit) {
    let now = chrono::Utc::now();
    let today = london_date(now).to_string();
    let mut tx = kit.store.begin(Cause { actor: None, at: now, request: "bench".into() }).await.expect("it answers");
    let list = Uuid::now_v7();
    let user = kit.user(Role::Practitioner);
    raw::execute(
        &mut tx,
        "INSERT INTO list (id, site_id, kind, format, list_date, file_name, sha256, original, reading, state, received_at, received_by, committed_at)
         VALUES ($1, $2, 'custody', 'custody_csv', $3, 'bench.csv', 'none', $4, '{}', 'committed', $5, $6, $5)",
        vec![list.into(), kit.custody().into(), Value::from(today.as_str()), Vec::<u8>::new().into(), now.into(), user.into()],
    )
    .await
    .expect("a list is made");
    for n in 0..ROWS {
        raw::execute(
            &mut tx,
            "INSERT INTO list_entry (id, site_id, list_id, kind, list_date, entry_key, source_row, source, forenames, surname,
                                     custody_number, arrived_at, detention_authorised_at, state, created_at)
             VALUES ($1, $2, $3, 'custody', $4, $5, $6, '{}', 'Ada', $5, $5, $7, $7, 'to_consider', $7)",
            vec![
                Uuid::now_v7().into(),
                kit.custody().into(),
                list.into(),
                Value::from(today.as_str()),
                format!("CU/{n}").into(),
                n.into(),
                (now - chrono::Duration::minutes(n * 7)).into(),
            ],
        )
        .await
        .expect("a row is made");
    }
    tx.commit().await.expect("it commits");
}
