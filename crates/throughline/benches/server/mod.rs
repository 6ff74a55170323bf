//! The program as the benchmarks start it.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};
use throughline_testkit::http::Client;

/// A number from the environment, or what it is without.
pub fn setting(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// Settings in a folder: a free port and this database.
pub fn configuration(folder: &Path, database: &str) -> PathBuf {
    let path = folder.join("config.toml");
    let text = format!(
        "listen = \"127.0.0.1:{}\"\ndatabase = \"{database}\"\nlock_after_minutes = 60\n",
        throughline_testkit::free_port()
    );
    std::fs::write(&path, text).expect("the folder can be written");
    path
}

/// Starts the program, and tells where it listens and how many milliseconds it took to answer.
pub async fn start(config: &Path) -> (Child, SocketAddr, f64) {
    let address = throughline_testkit::listen_of(config);
    let started = Instant::now();
    let server = Command::new(env!("CARGO_BIN_EXE_throughline"))
        .args(["serve", "--config"])
        .arg(config)
        .env("RUST_LOG", "error")
        .spawn()
        .expect("the program starts");
    let mut client = Client::new(address, "");
    while client.get("/help").await.is_err() {
        assert!(started.elapsed() < Duration::from_secs(30), "the server did not answer within half a minute");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    (server, address, started.elapsed().as_secs_f64() * 1_000.0)
}

/// Ends it.
pub fn stop(server: &mut Child) {
    server.kill().expect("the server can be stopped");
    server.wait().expect("the server ends");
}

/// Resident memory of a process, in megabytes.
pub fn resident(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").trim().parse::<u64>().unwrap_or_default() / 1_024
}
