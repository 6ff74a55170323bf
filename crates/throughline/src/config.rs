//! How an installation is set up: one TOML file, overruled by `THROUGHLINE_*` in the environment.
//!
//! Every setting can be given in three ways: `listen = "..."` in the file, `THROUGHLINE_LISTEN`,
//! or `THROUGHLINE_LISTEN_FILE`, which names a file that holds the value (for secrets that a
//! container or systemd hands over as files). The settings are documented in
//! `config.example.toml`, which a test reads.

use crate::inboxes;
use crate::words::wrong_use;
use anyhow::Context;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use throughline_store::Location;
use toml::{Table, Value};

const PREFIX: &str = "THROUGHLINE_";

/// Which installation a command is about.
#[derive(Debug, Clone, clap::Args)]
pub struct Installation {
    /// The settings file (see config.example.toml); without it, the environment and the defaults
    #[arg(long, value_name = "FILE", env = "THROUGHLINE_CONFIG")]
    pub config: Option<PathBuf>,
}

impl Installation {
    /// Its settings.
    ///
    /// # Errors
    /// When a setting is unknown or not what it should be.
    pub fn load(&self) -> anyhow::Result<Config> {
        Config::load(self.config.as_deref())
    }
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Log {
    /// One JSON object a line, for a collector.
    Json,
    /// Text, for eyes.
    Text,
}

/// The settings.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The address that pages are served at.
    pub listen: SocketAddr,
    /// A SQLite file, or the URL of a PostgreSQL database.
    pub database: String,
    /// The passphrase that encrypts the SQLite file.
    pub database_key: Option<Secret>,
    /// A file that holds the passphrase.
    pub database_key_file: Option<PathBuf>,
    /// The address for probes and metrics.
    pub operations_listen: Option<SocketAddr>,
    /// Minutes without use after which a session is locked.
    pub lock_after_minutes: u32,
    /// Minutes that an alert may wait for an answer while the person is held.
    pub alert_minutes_held: u32,
    /// Hours that it may wait otherwise.
    pub alert_hours: u32,
    /// Whether a proxy in front ends TLS.
    pub behind_tls: bool,
    /// How log lines are written.
    pub log: Log,
    /// Where lists come in by themselves.
    #[serde(rename = "inbox")]
    pub inboxes: Vec<inboxes::Entry>,
}

/// Text that is not printed by accident.
#[derive(Clone, serde::Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("(secret)")
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            database: "throughline.db".into(),
            database_key: None,
            database_key_file: None,
            operations_listen: None,
            lock_after_minutes: 15,
            alert_minutes_held: 60,
            alert_hours: 24,
            behind_tls: false,
            log: Log::Text,
            inboxes: Vec::new(),
        }
    }
}

/// What a setting is written as.
#[derive(Clone, Copy)]
enum Kind {
    Text,
    Number,
    YesNo,
}

const KEYS: &[(&str, Kind)] = &[
    ("listen", Kind::Text),
    ("database", Kind::Text),
    ("database_key", Kind::Text),
    ("database_key_file", Kind::Text),
    ("operations_listen", Kind::Text),
    ("lock_after_minutes", Kind::Number),
    ("alert_minutes_held", Kind::Number),
    ("alert_hours", Kind::Number),
    ("behind_tls", Kind::YesNo),
    ("log", Kind::Text),
];

/// What is written as `[[...]]`, in the file only: one table for each.
const TABLES: &[&str] = &["inbox"];

fn key_names() -> String {
    let tables = TABLES.iter().map(|name| format!("[[{name}]]"));
    KEYS.iter().map(|(name, _)| (*name).to_owned()).chain(tables).collect::<Vec<_>>().join(", ")
}

fn is_known(key: &str) -> bool {
    KEYS.iter().any(|(known, _)| *known == key) || TABLES.contains(&key)
}

impl Config {
    /// The settings of a file (none: the defaults) and the environment.
    ///
    /// # Errors
    /// When a setting is unknown or not what it should be: the words name it.
    pub fn load(file: Option<&Path>) -> anyhow::Result<Self> {
        let text = file.map(crate::words::read_text).transpose()?.unwrap_or_default();
        let name = file.map_or_else(|| "the environment".to_owned(), |file| file.display().to_string());
        let environment =
            std::env::vars_os().filter_map(|(key, value)| Some((key.into_string().ok()?, value.into_string().ok()?)));
        Self::from_parts(&name, &text, environment)
    }

    fn from_parts(name: &str, text: &str, environment: impl Iterator<Item = (String, String)>) -> anyhow::Result<Self> {
        let mut table: Table =
            toml::from_str(text).map_err(|error| wrong_use(format!("{name} is not a settings file: {error}")))?;
        if let Some(unknown) = table.keys().find(|key| !is_known(key)) {
            return Err(wrong_use(format!("'{unknown}' in {name} is not a setting. The settings are {}", key_names())));
        }
        for (variable, value) in environment {
            if let Some(setting) = variable.strip_prefix(PREFIX).filter(|setting| *setting != "CONFIG") {
                let (key, value) = from_environment(&variable, &setting.to_lowercase(), value)?;
                table.insert(key.to_owned(), value);
            }
        }
        let config: Self = Value::Table(table)
            .try_into()
            .map_err(|error| wrong_use(format!("a setting of {name} cannot be used: {error}")))?;
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> anyhow::Result<()> {
        if self.database_key.is_some() && self.database_key_file.is_some() {
            return Err(wrong_use("database_key and database_key_file are both set: keep one of them"));
        }
        if self.is_postgres() && (self.database_key.is_some() || self.database_key_file.is_some()) {
            return Err(wrong_use("a database key is for a SQLite file: PostgreSQL is encrypted where it runs"));
        }
        if self.lock_after_minutes == 0 || self.lock_after_minutes > 60 {
            return Err(wrong_use("lock_after_minutes is a number from 1 to 60"));
        }
        if self.alert_minutes_held == 0 || self.alert_minutes_held > 24 * 60 {
            return Err(wrong_use(
                "alert_minutes_held is a number from 1 to 1440: an alert does not wait for more than a day while somebody is held",
            ));
        }
        if self.alert_hours == 0 || self.alert_hours > 7 * 24 {
            return Err(wrong_use(
                "alert_hours is a number from 1 to 168: an alert does not wait for more than a week",
            ));
        }
        if self.operations_listen.is_some_and(|address| address == self.listen) {
            return Err(wrong_use(
                "operations_listen must be another address than listen: probes and metrics have their own door",
            ));
        }
        inboxes::check(&self.inboxes)
    }

    /// Whether the database is PostgreSQL.
    pub fn is_postgres(&self) -> bool {
        is_postgres(&self.database)
    }

    /// Where the rows are.
    ///
    /// # Errors
    /// When the key's file cannot be read or is empty.
    pub fn location(&self) -> anyhow::Result<Location> {
        if self.is_postgres() {
            return Ok(Location::Postgres(self.database.clone()));
        }
        Ok(Location::Sqlite { path: PathBuf::from(&self.database), key: self.key()? })
    }

    /// The SQLite file's key, if it has one.
    ///
    /// # Errors
    /// When the key's file cannot be read or is empty.
    pub fn key(&self) -> anyhow::Result<Option<String>> {
        let Some(file) = &self.database_key_file else {
            return Ok(self.database_key.as_ref().map(|key| key.0.clone()));
        };
        let text = crate::words::read_text(file).context("the database key cannot be read")?;
        let key = text.trim_end_matches(['\r', '\n']);
        if key.is_empty() {
            return Err(wrong_use(format!("{} is empty: it should hold the database key", file.display())));
        }
        Ok(Some(key.to_owned()))
    }

    /// The store's error with what to do about it.
    pub fn explain(&self, error: &throughline_store::Error) -> anyhow::Error {
        let what = if self.is_postgres() {
            "the PostgreSQL database".to_owned()
        } else {
            format!("the database {}", self.database)
        };
        let text = error.to_string();
        let advice = if text.contains("file is not a database") || text.contains("code: 26") {
            "it is encrypted with another key, or is no database: check database_key_file"
        } else if text.contains("unable to open") || text.contains("code: 14") {
            "its folder must exist and this user must be able to write there"
        } else if matches!(error, throughline_store::Error::NewerDatabase(_)) {
            "install the newer version of the program again"
        } else if self.is_postgres() {
            "check that it runs, that the URL is right and that this user may sign in"
        } else {
            "run `throughline doctor` with the same settings to see more"
        };
        anyhow::anyhow!("{what} cannot be used: {advice} ({error})")
    }
}

/// Whether a text names a PostgreSQL database and not a file.
pub fn is_postgres(text: &str) -> bool {
    text.starts_with("postgres://") || text.starts_with("postgresql://")
}

fn from_environment(variable: &str, setting: &str, value: String) -> anyhow::Result<(&'static str, Value)> {
    let find = |name: &str| KEYS.iter().find(|(known, _)| *known == name);
    let (found, text) = match (find(setting), setting.strip_suffix("_file").and_then(find)) {
        (Some(found), _) => (found, value),
        (None, Some(found)) => {
            let text = crate::words::read_text(Path::new(&value))
                .with_context(|| format!("{variable} names a file that cannot be used"))?;
            (found, text.trim_end_matches(['\r', '\n']).to_owned())
        }
        (None, None) => {
            return Err(wrong_use(format!("{variable} is not a setting. The settings are {}", key_names())));
        }
    };
    let value = match found.1 {
        Kind::Text => Value::String(text),
        Kind::Number => {
            Value::Integer(text.trim().parse().map_err(|_| wrong_use(format!("{variable} is not a whole number")))?)
        }
        Kind::YesNo => {
            Value::Boolean(text.trim().parse().map_err(|_| wrong_use(format!("{variable} is neither true nor false")))?)
        }
    };
    Ok((found.0, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, environment: &[(&str, &str)]) -> anyhow::Result<Config> {
        Config::from_parts(
            "test.toml",
            text,
            environment.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())),
        )
    }

    #[test]
    fn the_example_documents_every_setting_and_can_be_used() {
        let example = include_str!("../../../config.example.toml");
        let used = of(example, &[]).expect("the example is a good settings file");
        assert_eq!(used.listen, Config::default().listen);
        let all: Vec<&str> = example
            .lines()
            .map(|line| line.strip_prefix("# ").unwrap_or(line))
            .filter_map(|line| line.split_once(" = "))
            .map(|(key, _)| key)
            .collect();
        for (key, _) in KEYS {
            assert!(all.contains(key), "config.example.toml does not show {key}");
        }
        let shown = example.lines().map(|line| {
            line.strip_prefix("# ")
                .filter(|line| KEYS.iter().any(|(key, _)| line.starts_with(&format!("{key} = "))))
                .unwrap_or(line)
        });
        let written = shown.filter(|line| !line.starts_with("database_key = ")).collect::<Vec<_>>().join("\n");
        of(&written, &[]).expect("every value shown in the example is a good value");
    }

    #[test]
    fn the_examples_inboxes_can_be_used() {
        let example = include_str!("../../../config.example.toml");
        let (_, tables) = example.split_once("# [[inbox]]").expect("the example shows inboxes");
        let tables: Vec<&str> = tables.lines().filter_map(|line| line.strip_prefix("# ")).collect();
        let used = of(&format!("[[inbox]]\n{}", tables.join("\n")), &[]).expect("they are good settings");
        let kinds: Vec<inboxes::Watched> = used.inboxes.iter().map(|inbox| inbox.kind).collect();
        assert_eq!(kinds, [inboxes::Watched::Folder, inboxes::Watched::Maildir]);
        for wrong in ["kind = 'ftp'", "kind = 'folder'\npoll = 5", "kind = 'folder'"] {
            let path = if wrong.contains("poll") { "/srv/a" } else { "srv/a" };
            let error = of(&format!("[[inbox]]\nsite = 'EX01'\npath = '{path}'\n{wrong}"), &[]);
            assert!(error.is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_unknown_setting_is_named() {
        assert!(of("lissten = '1'", &[]).unwrap_err().to_string().contains("'lissten'"));
        assert!(of("", &[("THROUGHLINE_LISSTEN", "1")]).unwrap_err().to_string().contains("THROUGHLINE_LISSTEN"));
    }

    #[test]
    fn the_environment_overrules_the_file_and_secrets_come_from_files() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "a passphrase of invented words\n").unwrap();
        let path = file.path().to_str().unwrap();
        let config = of(
            "lock_after_minutes = 5",
            &[("THROUGHLINE_LOCK_AFTER_MINUTES", "7"), ("THROUGHLINE_DATABASE_KEY_FILE", path)],
        )
        .unwrap();
        assert_eq!(config.lock_after_minutes, 7);
        assert_eq!(config.key().unwrap().as_deref(), Some("a passphrase of invented words"));
        let config = of("", &[("THROUGHLINE_DATABASE_FILE", path)]).unwrap();
        assert_eq!(config.database, "a passphrase of invented words");
    }

    #[test]
    fn an_alert_waits_for_a_time_there_is_and_never_without_end() {
        let config = of("alert_minutes_held = 30", &[("THROUGHLINE_ALERT_HOURS", "12")]).unwrap();
        assert_eq!((config.alert_minutes_held, config.alert_hours), (30, 12));
        for wrong in ["alert_minutes_held = 0", "alert_minutes_held = 1441", "alert_hours = 0", "alert_hours = 169"] {
            assert!(of(wrong, &[]).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_secret_is_not_printed() {
        let config = of("database_key = 'open sesame'", &[]).unwrap();
        assert!(!format!("{config:?}").contains("sesame"));
    }
}
