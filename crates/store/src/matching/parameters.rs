//! Which numbers the engine weighs with: versions that were learnt, and which of them is taken up.
//!
//! Both are only ever added to. The newest take-up counts, and every server notices it while it follows the
//! feed of changes. Going back is taking up an earlier version again. Without any, and where a version is of
//! another engine, the numbers that are part of the program are used.

use crate::{Conn, Error, Result, Row, Tx, args, lists};
use throughline_domain::time::Instant;
use throughline_matching::Parameters;
use throughline_policy::Subject;

/// What the parameters that are part of the program are called among the versions.
pub const SHIPPED: &str = "shipped";

/// The number of a take-up; 0 before the first.
pub(super) type TakeUp = i64;

/// How parameters do on lines whose answer is known.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Figures {
    /// Lines.
    pub lines: usize,
    /// Lines whose person was known.
    pub known: usize,
    /// What was said of the right answer, as minus its natural logarithm, on average: less is better.
    pub log_loss: f64,
    /// Lines of unknown people given 0.9 or more for somebody.
    pub false_alarms: usize,
    /// Lines of known people given 0.9 or more for somebody else.
    pub wrong_people: usize,
    /// Of those given 0.9 or more, how many rightly, 0 to 1.
    pub precision: f64,
    /// Of the known, how many were given 0.9 or more, and the right person, 0 to 1.
    pub recall: f64,
    /// How far what is said is from what comes true, on average over tenths.
    pub calibration_error: f64,
}

/// What was learnt beside what was weighed with before, on decisions it was not learnt from.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Compared {
    /// The name of what was weighed with.
    pub before_version: String,
    /// How that does.
    pub before: Figures,
    /// How what was learnt does.
    pub after: Figures,
}

/// A version that was learnt.
#[derive(Debug, Clone, PartialEq)]
pub struct Version {
    /// Its name.
    pub version: String,
    /// When it was learnt.
    pub learnt_at: Instant,
    /// Lines of lists it was learnt from, about each of which somebody had decided.
    pub decisions: i64,
    /// Pairs of a line and somebody known that were weighed.
    pub pairs: i64,
    /// How it does on decisions that it was not learnt from, beside the version before.
    pub compared: Compared,
    /// Why it was not taken up by itself; empty when it was.
    pub refused: String,
}

/// That a version was taken up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenUp {
    /// Which; [`SHIPPED`] for the one that is part of the program.
    pub version: String,
    /// When.
    pub at: Instant,
    /// Who said so.
    pub by: String,
    /// Why.
    pub reason: String,
}

fn version(row: &Row) -> Result<Version> {
    let compared: String = row.get("compared")?;
    Ok(Version {
        version: row.get("version")?,
        learnt_at: row.get("learnt_at")?,
        decisions: row.get("decisions")?,
        pairs: row.get("pairs")?,
        compared: serde_json::from_str(&compared).map_err(|error| Error::Corrupt(error.to_string()))?,
        refused: row.get("refused")?,
    })
}

/// Every version, the newest first.
///
/// # Errors
/// The store's.
pub async fn versions(conn: &mut Conn) -> Result<Vec<Version>> {
    let rows = conn
        .fetch_all(
            "SELECT version, learnt_at, decisions, pairs, compared, refused FROM match_parameters
              ORDER BY learnt_at DESC, version DESC",
            args![],
        )
        .await?;
    rows.iter().map(version).collect()
}

/// Every take-up, the newest first: that one is in force.
///
/// # Errors
/// The store's.
pub async fn taken_up(conn: &mut Conn) -> Result<Vec<TakenUp>> {
    let sql = "SELECT version, at, by_name, reason FROM match_take_up ORDER BY seq DESC";
    let taken_up = |row: &Row| {
        let version: Option<String> = row.get("version")?;
        Ok(TakenUp {
            version: version.unwrap_or_else(|| SHIPPED.to_owned()),
            at: row.get("at")?,
            by: row.get("by_name")?,
            reason: row.get("reason")?,
        })
    };
    conn.fetch_all(sql, args![]).await?.iter().map(taken_up).collect()
}

/// A version's numbers, as a file that people can read; `None` when there is no such version.
///
/// # Errors
/// The store's.
pub async fn toml(conn: &mut Conn, version: &str) -> Result<Option<String>> {
    if version == SHIPPED {
        return Ok(Some(shipped().to_toml()));
    }
    let row = conn.fetch_optional("SELECT toml FROM match_parameters WHERE version = $1", args![version]).await?;
    row.map(|row| row.get("toml")).transpose()
}

/// Why a version was not taken up.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// There is no such version.
    #[error("there is no version {0}")]
    Unknown(String),
    /// It is in force already.
    #[error("{0} is what is weighed with already")]
    InForce(String),
    /// This program's engine compares otherwise.
    #[error("{0} is of another version of the program, whose engine compared otherwise: {1}")]
    OtherEngine(String, String),
}

/// Takes a version up, or goes back to it: from the next question on, every server weighs with it.
///
/// # Errors
/// The store's; [`Refused`] where nothing was changed.
pub async fn take_up(tx: &mut Tx, version: &str, by: &str, reason: &str) -> Result<Result<(), Refused>> {
    let Some(text) = toml(tx, version).await? else { return Ok(Err(Refused::Unknown(version.to_owned()))) };
    if let Err(error) = Parameters::parse(&text) {
        return Ok(Err(Refused::OtherEngine(version.to_owned(), error.to_string())));
    }
    let now = taken_up(tx).await?.into_iter().next().map_or_else(|| SHIPPED.to_owned(), |newest| newest.version);
    if now == version {
        return Ok(Err(Refused::InForce(now)));
    }
    note_take_up(tx, version, by, reason).await?;
    tx.note_act(
        "change",
        "match_parameters",
        Subject::default(),
        &format!("{version} in place of {now}, by {by}: {reason}"),
    );
    Ok(Ok(()))
}

async fn note_take_up(tx: &mut Tx, version: &str, by: &str, reason: &str) -> Result<()> {
    let (seq, now) = (newest(tx).await? + 1, tx.now());
    let version = Some(version).filter(|version| *version != SHIPPED);
    tx.execute(
        "INSERT INTO match_take_up (seq, version, at, by_name, reason) VALUES ($1, $2, $3, $4, $5)",
        args![seq, version, now, by, reason],
    )
    .await?;
    lists::look_again(tx).await
}

/// Adds a version, and takes it up unless it says why not.
pub(super) async fn keep(tx: &mut Tx, version: &Version, toml: &str) -> Result<()> {
    let Version { version: name, learnt_at, decisions, pairs, compared, refused } = version;
    tx.execute(
        "INSERT INTO match_parameters (version, toml, learnt_at, decisions, pairs, compared, refused)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        args![name, toml, *learnt_at, *decisions, *pairs, serde_json::json!(compared).to_string(), refused],
    )
    .await?;
    let learnt = format!("{name} learnt from {decisions} decisions");
    if !refused.is_empty() {
        tx.note_act("create", "match_parameters", Subject::default(), &format!("{learnt}; not taken up: {refused}"));
        return Ok(());
    }
    let reason = format!("No worse on {} decisions that it was not learnt from", compared.after.lines);
    note_take_up(tx, name, "Throughline", &reason).await?;
    let words = format!("{learnt}; taken up in place of {}", compared.before_version);
    tx.note_act("create", "match_parameters", Subject::default(), &words);
    Ok(())
}

async fn newest(conn: &mut Conn) -> Result<TakeUp> {
    conn.fetch_one("SELECT COALESCE(MAX(seq), 0) AS seq FROM match_take_up", args![]).await?.get("seq")
}

/// The numbers that are part of this program, under a name that says of which.
pub(super) fn shipped() -> Parameters {
    let mut parameters = Parameters::default();
    parameters.version = format!("{SHIPPED}-{}", env!("CARGO_PKG_VERSION"));
    parameters
}

/// What is weighed with now.
pub(super) async fn in_force(conn: &mut Conn) -> Result<(TakeUp, Parameters)> {
    let row = conn
        .fetch_optional(
            "SELECT t.seq, t.version, p.toml FROM match_take_up t LEFT JOIN match_parameters p ON p.version = t.version
              ORDER BY t.seq DESC LIMIT 1",
            args![],
        )
        .await?;
    let Some(row) = row else { return Ok((0, shipped())) };
    let (seq, text): (TakeUp, Option<String>) = (row.get("seq")?, row.get("toml")?);
    let Some(text) = text else { return Ok((seq, shipped())) };
    let parameters = Parameters::parse(&text).unwrap_or_else(|error| {
        let version: String = row.get("version").unwrap_or_default();
        tracing::warn!(version, %error, "these parameters of the matching engine are of another version; the shipped ones are used");
        shipped()
    });
    Ok((seq, parameters))
}
