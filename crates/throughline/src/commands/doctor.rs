//! Whether an installation is well.

use crate::config::{Config, Installation};
use crate::inboxes;
use crate::words::{say, say_json};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use throughline_clocks::{EMBEDDED, MAX_AGE_OF_CHECK_DAYS};
use throughline_domain::time::{Instant, london_date};
use throughline_store::{Location, Store, health};

/// Space below which saving will soon fail, in bytes.
const LITTLE_SPACE: u64 = 1 << 30;

/// Space below which saving may fail today.
const NO_SPACE: u64 = 100 << 20;

/// Says whether this installation is well
///
/// Ends with 0 when nothing is wrong (there may be things to look at), 1 when something is.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:  throughline doctor --json --config /etc/throughline/config.toml")]
pub struct Args {
    #[command(flatten)]
    installation: Installation,
    /// Writes JSON, for programs
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Well,
    LookAt,
    Wrong,
}

#[derive(Debug, serde::Serialize)]
struct Check {
    name: &'static str,
    state: State,
    words: String,
}

#[derive(Debug, Default)]
struct Report(Vec<Check>);

impl Report {
    fn add(&mut self, name: &'static str, state: State, words: impl Into<String>) {
        self.0.push(Check { name, state, words: words.into() });
    }

    fn add_if(&mut self, is_well: bool, name: &'static str, well: impl Into<String>, otherwise: (State, String)) {
        if is_well { self.add(name, State::Well, well) } else { self.add(name, otherwise.0, otherwise.1) }
    }
}

/// Looks at everything and says what is found.
pub async fn run(args: &Args) -> anyhow::Result<()> {
    let config = args.installation.load()?;
    let now = chrono::Utc::now();
    let mut report = Report::default();
    settings(&mut report, &config);
    rules(&mut report, now);
    places(&mut report, &config);
    match look_at_database(&mut report, &config, now).await {
        Ok(()) => (),
        Err(error) => report.add("database", State::Wrong, format!("{error:#}")),
    }
    let is_wrong = report.0.iter().any(|check| check.state == State::Wrong);
    if args.json {
        say_json(&serde_json::json!({ "version": env!("CARGO_PKG_VERSION"), "well": !is_wrong, "checks": report.0 }))?;
    } else {
        for check in &report.0 {
            let mark = match check.state {
                State::Well => "well   ",
                State::LookAt => "look at",
                State::Wrong => "WRONG  ",
            };
            say(format!("{mark}  {:<16} {}", check.name, check.words))?;
        }
    }
    if is_wrong {
        anyhow::bail!("something is wrong: see above");
    }
    Ok(())
}

fn settings(report: &mut Report, config: &Config) {
    let is_reachable = !config.listen.ip().is_loopback();
    report.add_if(
        !is_reachable || config.behind_tls,
        "listen",
        format!("{}", config.listen),
        (
            State::Wrong,
            format!(
                "{} can be reached from other machines without TLS: set behind_tls = true behind a proxy that ends TLS",
                config.listen
            ),
        ),
    );
    if config.is_postgres() {
        return;
    }
    match &config.database_key_file {
        Some(file) => key_file(report, file),
        None if config.database_key.is_some() => report.add(
            "key",
            State::LookAt,
            "the key is in the settings: a file that only the service can read is better (database_key_file)",
        ),
        None => {
            report.add("key", State::LookAt, "the database is not encrypted: set database_key_file unless the disk is");
        }
    }
}

fn key_file(report: &mut Report, file: &Path) {
    match std::fs::metadata(file) {
        Ok(facts) => {
            let mode = facts.permissions().mode() & 0o777;
            report.add_if(
                mode.trailing_zeros() >= 6,
                "key",
                "only its owner can read the key file",
                (State::Wrong, format!("others can read the key file (mode {mode:o}): chmod 600 {}", file.display())),
            );
        }
        Err(error) => {
            report.add("key", State::Wrong, format!("the key file {} cannot be read: {error}", file.display()));
        }
    }
}

/// Where lists come in by themselves.
fn places(report: &mut Report, config: &Config) {
    for inbox in &config.inboxes {
        let well = format!("lists for {} can come to {}", inbox.site, inbox.path.display());
        match inboxes::fault_of(inbox) {
            None => report.add("inbox", State::Well, well),
            Some(fault) => report.add("inbox", State::Wrong, fault),
        }
    }
}

fn rules(report: &mut Report, now: Instant) {
    let today = london_date(now);
    let check = throughline_clocks::check(EMBEDDED, today);
    for finding in &check.errors {
        report.add("legal tables", State::Wrong, finding.to_string());
    }
    for finding in &check.warnings {
        report.add("legal tables", State::LookAt, finding.to_string());
    }
    if check.errors.is_empty() && check.warnings.is_empty() {
        report.add("legal tables", State::Well, format!("all checked within {MAX_AGE_OF_CHECK_DAYS} days"));
    }
    let is_known = throughline_domain::calendar::bank_holidays_known(today + chrono::Days::new(60));
    report.add_if(
        is_known,
        "bank holidays",
        "known for the next 60 days",
        (State::LookAt, "the bank holidays of the coming year are not in this version: update the program".into()),
    );
}

async fn look_at_database(report: &mut Report, config: &Config, now: Instant) -> anyhow::Result<()> {
    let location = config.location()?;
    if let Location::Sqlite { path, .. } = &location {
        if !path.exists() {
            anyhow::bail!("there is no database {} yet: `throughline user add` makes it", path.display());
        }
        disk(report, path);
    }
    let store = Store::connect(&location).await.map_err(|error| config.explain(&error))?;
    health::may_save(&store).await.map_err(|error| config.explain(&error))?;
    report.add("database", State::Well, format!("{}, can be read and written", store.kind()));
    let pending = throughline_store::pending(&store).await?;
    let is_current = pending.is_empty();
    report.add_if(
        is_current,
        "tables",
        "up to date",
        (
            State::LookAt,
            format!("{} migrations are not applied yet: `throughline migrate --plan` shows them", pending.len()),
        ),
    );
    if is_current {
        contents(report, &store, now).await?;
        if let Err(error) = inboxes::with_sites(&mut *store.read().await?, &config.inboxes).await {
            report.add("inbox", State::Wrong, error.to_string());
        }
    }
    store.close().await;
    Ok(())
}

async fn contents(report: &mut Report, store: &Store, now: Instant) -> anyhow::Result<()> {
    let durability = health::durability(store).await?;
    report.add_if(
        durability.is_durable,
        "durability",
        durability.words.clone(),
        (State::Wrong, format!("{}: what is saved may be lost in a power cut", durability.words)),
    );
    let mut read = store.read().await?;
    let demo = health::demo_accounts(&mut read).await?;
    report.add_if(
        demo == 0,
        "demo accounts",
        "none",
        (
            State::Wrong,
            format!(
                "{demo} accounts of the demo, whose password everybody knows: do not use this database for real people"
            ),
        ),
    );
    match throughline_store::organisations::service(&mut read).await? {
        None => {
            report.add("service", State::LookAt, "there is none yet: `throughline user add --service FILE` makes it");
        }
        Some(service) => report.add_if(
            !service.help_phone.trim().is_empty(),
            "help",
            format!("help is at {}", service.help_phone),
            (State::Wrong, "no number for help is set: every page shows it, also when the system is down".into()),
        ),
    }
    let head = throughline_store::audit::head(&mut read).await?;
    report.add(
        "audit log",
        State::Well,
        format!("head is row {}, {} (`throughline audit verify` checks every row)", head.seq, &head.hash[..16]),
    );
    let newest = health::newest_audit_row(&mut read).await?;
    let is_sane = newest.is_none_or(|newest| newest <= now + chrono::Duration::minutes(5));
    report.add_if(
        is_sane,
        "clock",
        format!("{} UTC", now.format("%Y-%m-%d %H:%M:%S")),
        (
            State::Wrong,
            "this machine's clock is behind the newest row of the audit log: set it (chrony, NTP) before anybody works"
                .into(),
        ),
    );
    Ok(())
}

fn disk(report: &mut Report, path: &Path) {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match rustix::fs::statvfs(folder) {
        Ok(facts) => {
            let free = facts.f_bavail * facts.f_frsize;
            let words = format!("{} MB free for the database", free >> 20);
            let state = match free {
                0..NO_SPACE => State::Wrong,
                NO_SPACE..LITTLE_SPACE => State::LookAt,
                _ => State::Well,
            };
            report.add("disk", state, words);
        }
        Err(error) => report.add("disk", State::LookAt, format!("the free space is not known: {error}")),
    }
}
