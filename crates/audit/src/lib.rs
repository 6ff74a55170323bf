//! The audit log: who looked at or changed what, when, as whom and why, in a chain of hashes.
//!
//! **What this crate is for.** A [`Row`] says one act on the record. Each row's hash covers the
//! row and the hash before it, so that a row edited, removed, inserted or moved breaks the chain
//! at that place, and [`verify`] says where. Whoever keeps an earlier [`Head`] can prove that the
//! log was not cut back and grown anew.
//!
//! **How to add a field.** Add it to [`Row`] and to [`Row::line`] with a new format number; old
//! rows keep theirs.
//!
//! **What it will never do.** Write or read a database: the store writes rows in the same
//! transaction as the act.
#![warn(missing_docs)]

use sha2::{Digest, Sha256};
use throughline_domain::time::Instant;
use uuid::Uuid;

/// One act on the record.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Row {
    /// Position in the chain, from 1.
    pub seq: i64,
    /// When, in UTC.
    pub at: Instant,
    /// The user, or `None` for the system itself.
    pub actor: Option<Uuid>,
    /// Their name at that time.
    pub actor_name: String,
    /// Their role at that time (code).
    pub role: String,
    /// Their employer.
    pub organisation: Option<Uuid>,
    /// Why they may see this person (code of the relationship).
    pub relationship: String,
    /// The purpose: direct care unless the act says otherwise.
    pub purpose: String,
    /// What was done (code of the verb).
    pub verb: String,
    /// To which parts of the record (codes of the classes, in order, joined by a space).
    pub classes: String,
    /// The person, where there is one.
    pub person: Option<Uuid>,
    /// The episode, where there is one.
    pub episode: Option<Uuid>,
    /// The site, where there is one.
    pub site: Option<Uuid>,
    /// `allowed`, or why it was denied (code).
    pub outcome: String,
    /// A few words on what it was, without clinical content.
    pub detail: String,
    /// The request, to find its line in the server's log.
    pub request: String,
}

/// A row's hash, in hexadecimal.
pub type Hash = String;

/// The hash before the first row.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The state of the chain after its last row.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Head {
    /// Position of the last row; 0 when the log is empty.
    pub seq: i64,
    /// Its hash.
    pub hash: Hash,
}

impl Head {
    /// The head of an empty log.
    pub fn empty() -> Self {
        Self { seq: 0, hash: GENESIS.to_owned() }
    }
}

/// Where and how a log is broken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// A row is missing or out of order.
    #[error("row {expected} is missing: the log goes on with row {found}")]
    Gap {
        /// The position that should come next.
        expected: i64,
        /// The position found.
        found: i64,
    },
    /// A row does not have the hash that its content gives.
    #[error("row {0} was changed after it was written, or the row before it was")]
    Changed(i64),
    /// The log is shorter than a head that was kept.
    #[error("the log ends at row {found}, but it once reached row {kept}")]
    CutBack {
        /// Where it once was.
        kept: i64,
        /// Where it ends.
        found: i64,
    },
    /// The log is another than the one whose head was kept.
    #[error("row {0} is not the row whose hash was kept")]
    Replaced(i64),
}

impl Row {
    /// The line that is hashed: one JSON array, in fixed order, with its format number.
    fn line(&self) -> String {
        serde_json::json!([
            1,
            self.seq,
            self.at.timestamp_micros(),
            self.actor,
            self.actor_name,
            self.role,
            self.organisation,
            self.relationship,
            self.purpose,
            self.verb,
            self.classes,
            self.person,
            self.episode,
            self.site,
            self.outcome,
            self.detail,
            self.request
        ])
        .to_string()
    }

    /// The hash of this row after `before`.
    pub fn hash(&self, before: &str) -> Hash {
        let mut hasher = Sha256::new();
        hasher.update(before.as_bytes());
        hasher.update(b"\n");
        hasher.update(self.line().as_bytes());
        hex(&hasher.finalize())
    }
}

/// Bytes as lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        write!(out, "{byte:02x}").expect("a string takes everything");
        out
    })
}

/// Checks a whole log against its hashes and, when one was kept, against an earlier head.
///
/// # Errors
/// The first place where the log is broken.
pub fn verify(rows: impl IntoIterator<Item = (Row, Hash)>, kept: Option<&Head>) -> Result<Head, Broken> {
    let head = verify_after(&Head::empty(), rows, kept)?;
    reaches(&head, kept)?;
    Ok(head)
}

/// Checks the rows that follow a head already verified, and gives the head after them. So a long
/// log is read in stretches, and a log verified before is read on from there. What a kept head
/// says of rows after the last is for [`reaches`].
///
/// # Errors
/// The first place where the log is broken.
pub fn verify_after(
    verified: &Head,
    rows: impl IntoIterator<Item = (Row, Hash)>,
    kept: Option<&Head>,
) -> Result<Head, Broken> {
    let mut head = verified.clone();
    for (row, hash) in rows {
        if row.seq != head.seq + 1 {
            return Err(Broken::Gap { expected: head.seq + 1, found: row.seq });
        }
        if row.hash(&head.hash) != hash {
            return Err(Broken::Changed(row.seq));
        }
        if kept.is_some_and(|kept| kept.seq == row.seq && kept.hash != hash) {
            return Err(Broken::Replaced(row.seq));
        }
        head = Head { seq: row.seq, hash };
    }
    Ok(head)
}

/// Checks that a log whose last row is `head` is as long as a head that was kept.
///
/// # Errors
/// [`Broken::CutBack`] when it is shorter.
pub fn reaches(head: &Head, kept: Option<&Head>) -> Result<(), Broken> {
    match kept {
        Some(kept) if kept.seq > head.seq => Err(Broken::CutBack { kept: kept.seq, found: head.seq }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(rows: i64) -> Vec<(Row, Hash)> {
        let mut before = GENESIS.to_owned();
        (1..=rows)
            .map(|seq| {
                let row = Row {
                    seq,
                    at: Instant::from_timestamp(1_800_000_000 + seq, 0).unwrap(),
                    actor: Some(Uuid::from_u128(7)),
                    actor_name: "Nurse".into(),
                    role: "practitioner".into(),
                    organisation: None,
                    relationship: "site".into(),
                    purpose: "direct_care".into(),
                    verb: "view".into(),
                    classes: "identity clinical".into(),
                    person: Some(Uuid::from_u128(9)),
                    episode: None,
                    site: None,
                    outcome: "allowed".into(),
                    detail: String::new(),
                    request: "7F3K-22".into(),
                };
                before = row.hash(&before);
                (row, before.clone())
            })
            .collect()
    }

    #[test]
    fn an_untouched_log_verifies() {
        let rows = log(50);
        let head = Head { seq: 50, hash: rows[49].1.clone() };
        assert_eq!(verify(rows, Some(&head)), Ok(head.clone()));
        assert_eq!(verify(vec![], None), Ok(Head::empty()));
    }

    #[test]
    fn a_log_verified_before_is_read_on_from_there() {
        let mut rows = log(50);
        let at_30 = Head { seq: 30, hash: rows[29].1.clone() };
        let newer = rows.split_off(30);
        assert_eq!(verify_after(&at_30, newer.clone(), None).map(|head| head.seq), Ok(50));
        let mut edited = newer.clone();
        edited[4].0.detail = "other".into();
        assert_eq!(verify_after(&at_30, edited, None), Err(Broken::Changed(35)));
        assert_eq!(verify_after(&at_30, newer[1..].to_vec(), None), Err(Broken::Gap { expected: 31, found: 32 }));
    }

    #[test]
    fn every_kind_of_tampering_is_found_where_it_is() {
        let mut edited = log(20);
        edited[4].0.actor_name = "Somebody else".into();
        assert_eq!(verify(edited, None), Err(Broken::Changed(5)));

        let mut removed = log(20);
        removed.remove(9);
        assert_eq!(verify(removed, None), Err(Broken::Gap { expected: 10, found: 11 }));

        let mut moved = log(20);
        moved.swap(2, 3);
        assert!(verify(moved, None).is_err());

        let head = Head { seq: 20, hash: log(20)[19].1.clone() };
        let cut = log(12);
        assert_eq!(verify(cut, Some(&head)), Err(Broken::CutBack { kept: 20, found: 12 }));

        let mut grown_anew = log(25);
        grown_anew[0].0.detail = "other".into();
        let mut before = GENESIS.to_owned();
        for (row, hash) in &mut grown_anew {
            before = row.hash(&before);
            hash.clone_from(&before);
        }
        assert_eq!(verify(grown_anew, Some(&head)), Err(Broken::Replaced(20)));
    }
}
