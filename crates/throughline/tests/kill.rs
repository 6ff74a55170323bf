//! `kill -9` in mid-save: what was acknowledged is there, on both databases; and the test fails
//! when the acknowledgement is moved before the commit.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use throughline_domain::ids::PersonId;
use throughline_domain::role::Role;
use throughline_store::{Store, raw};
use throughline_testkit::http::Client;
use throughline_testkit::{Kit, database_setting, listen_of};
use tokio::task::JoinHandle;
use uuid::Uuid;

const WRITERS: usize = 8;

/// One writer: a draft of their own, and the newest count that the server said was saved.
struct Writer {
    record: Uuid,
    of_person: String,
    cookie: String,
    csrf: String,
    acknowledged: Arc<AtomicU64>,
    /// How often it said so.
    saves: Arc<AtomicU64>,
}

struct Trial {
    store: Store,
    config: PathBuf,
    address: SocketAddr,
    writers: Vec<Writer>,
    planted: bool,
    _folder: tempfile::TempDir,
}

impl Trial {
    async fn prepare(kit: Kit, planted: bool) -> (Self, Kit) {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let config = folder.path().join("config.toml");
        let text = format!(
            "listen = \"127.0.0.1:{}\"\ndatabase = \"{}\"\nlock_after_minutes = 60\n",
            throughline_testkit::free_port(),
            database_setting(&kit.location)
        );
        std::fs::write(&config, text).expect("the folder can be written");
        let mut trial = Self {
            store: kit.store.clone(),
            address: listen_of(&config),
            config,
            writers: Vec::new(),
            planted,
            _folder: folder,
        };
        let mut people = Vec::new();
        for n in 0..WRITERS {
            people.push(kit.person("Writer", &format!("Number {n}")).await);
        }
        let mut server = trial.start(false).await;
        for person in people {
            let writer = trial.writer(&kit, person).await;
            trial.writers.push(writer);
        }
        end(&mut server);
        (trial, kit)
    }

    async fn writer(&self, kit: &Kit, person: PersonId) -> Writer {
        let episode = kit.episode(person).await;
        let user = kit.user(Role::Practitioner);
        let (token, csrf) = kit.session(user, chrono::Utc::now() + chrono::Duration::hours(12)).await;
        let cookie = format!("throughline={token}");
        let mut client = Client::new(self.address, &cookie);
        let of_person = person.to_string();
        let started = client
            .post(&format!("/episodes/{episode}/forms/screening"), &csrf, &[("of_person", &of_person)])
            .await
            .expect("it answers");
        let location =
            started.location.unwrap_or_else(|| panic!("a draft is started, not {}: {}", started.status, started.body));
        let record = location.split('/').find_map(|part| part.parse().ok()).expect("it leads to the draft");
        Writer { record, of_person, cookie, csrf, acknowledged: Arc::default(), saves: Arc::default() }
    }

    async fn start(&self, planted: bool) -> Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_throughline"));
        command
            .args(["serve", "--config"])
            .arg(&self.config)
            .env("RUST_LOG", "off")
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        if planted {
            command.env("PLANTED_DEFECT", "ack-before-commit");
        }
        let server = command.spawn().expect("the program starts");
        let started = Instant::now();
        let mut client = Client::new(self.address, "");
        while client.get("/help").await.is_err() {
            assert!(started.elapsed() < Duration::from_secs(30), "the server did not come back");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        server
    }

    /// Kills the server up to `times` times under writers, and counts acknowledged saves that are
    /// gone. It ends as soon as it has lost `enough`.
    async fn kills(&self, times: u64, enough: u64) -> u64 {
        let mut lost = 0;
        for n in 0..times {
            lost += self.kill(Duration::from_millis(n * 37 % 190)).await;
            if lost >= enough {
                break;
            }
        }
        lost
    }

    /// One life of the server, ended `moment` after it first acknowledged a save: however slow the
    /// machine, something was acknowledged in it.
    async fn kill(&self, moment: Duration) -> u64 {
        let mut server = self.start(self.planted).await;
        let before = self.acknowledgements();
        let mut writing = Vec::new();
        for writer in &self.writers {
            let (version, _) = saved(&self.store, writer.record).await;
            writing.push(write(self.address, writer, version));
        }
        let started = Instant::now();
        while self.acknowledgements() == before {
            assert!(started.elapsed() < Duration::from_mins(1), "the writers did not write");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        tokio::time::sleep(moment).await;
        end(&mut server);
        for one in writing {
            one.await.expect("a writer ends when its server is gone");
        }
        let mut lost = 0;
        for writer in &self.writers {
            let (_, count) = saved(&self.store, writer.record).await;
            if count < writer.acknowledged.load(Ordering::SeqCst) {
                lost += 1;
                writer.acknowledged.store(count, Ordering::SeqCst);
            }
        }
        lost
    }

    fn acknowledgements(&self) -> u64 {
        self.writers.iter().map(|writer| writer.saves.load(Ordering::SeqCst)).sum()
    }
}

fn end(server: &mut Child) {
    server.kill().expect("SIGKILL reaches it");
    server.wait().expect("it ends");
}

/// Saves again and again until the server is gone.
fn write(address: SocketAddr, writer: &Writer, version: i64) -> JoinHandle<()> {
    let of_person = writer.of_person.clone();
    let (path, cookie, csrf) = (format!("/records/{}/save", writer.record), writer.cookie.clone(), writer.csrf.clone());
    let (acknowledged, saves) = (writer.acknowledged.clone(), writer.saves.clone());
    tokio::spawn(async move {
        let mut client = Client::new(address, &cookie);
        let (mut version, mut count) = (version, acknowledged.load(Ordering::SeqCst));
        loop {
            count += 1;
            let text = format!("count {count};");
            let base = version.to_string();
            let Ok(answer) = client
                .post(&path, &csrf, &[("of_person", &of_person), ("base_version", &base), (QUESTION, &text)])
                .await
            else {
                return;
            };
            assert_eq!(answer.status, 200, "{}", answer.body);
            acknowledged.store(count, Ordering::SeqCst);
            saves.fetch_add(1, Ordering::SeqCst);
            version = number_after(&answer.body, "\"version\":").expect("the answer says the version");
        }
    })
}

/// A free-text question of the screening form.
const QUESTION: &str = "concern";

/// The version and the count that the database holds.
async fn saved(store: &Store, record: Uuid) -> (i64, u64) {
    let mut read = store.read().await.expect("the database answers");
    let rows = raw::fetch_all(&mut read, "SELECT version, answers FROM record WHERE id = $1", vec![record.into()])
        .await
        .expect("it answers");
    let row = rows.first().expect("the draft is there");
    let answers: String = row.get("answers").expect("answers are text");
    (row.get("version").expect("a version"), number_after(&answers, "count ").unwrap_or(0).unsigned_abs())
}

fn number_after(text: &str, word: &str) -> Option<i64> {
    let rest = text.split_once(word)?.1.trim_start();
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

fn times() -> u64 {
    std::env::var("KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(50)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_on_sqlite() {
    let (trial, _kit) = Trial::prepare(Kit::sqlite().await, false).await;
    assert_eq!(trial.kills(times(), u64::MAX).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_on_postgres() {
    let (trial, _kit) = Trial::prepare(Kit::postgres().await, false).await;
    assert_eq!(trial.kills(times(), u64::MAX).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn acknowledging_before_the_commit_is_found_on_sqlite() {
    let (trial, _kit) = Trial::prepare(Kit::sqlite().await, true).await;
    assert!(trial.kills(60, 1).await > 0, "the planted defect was not found");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn acknowledging_before_the_commit_is_found_on_postgres() {
    let (trial, _kit) = Trial::prepare(Kit::postgres().await, true).await;
    assert!(trial.kills(60, 1).await > 0, "the planted defect was not found");
}

/// The file that a test's server reads is where the test wrote it.
#[test]
fn a_number_is_read_after_its_word() {
    assert_eq!(number_after("{\"version\":12,\"x\":1}", "\"version\":"), Some(12));
    assert_eq!(number_after("nothing", "count "), None);
    assert!(Path::new(env!("CARGO_BIN_EXE_throughline")).exists());
}
