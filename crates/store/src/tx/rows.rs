//! The audit rows of a transaction: queued while it goes on, and written as it commits.

use super::Tx;
use crate::sql::Value;
use crate::{Result, args};
use std::sync::LazyLock;
use throughline_audit as log;
use throughline_domain::ids::{ElsewhereId, EpisodeId, PersonId, SiteId};
use throughline_policy::{Relationship, Subject};

/// The verb of the audit row of a print. It is no verb of the policy: who may look may print.
pub const PRINTED: &str = "print";

impl Tx {
    /// Adds words to the newest audit row, without clinical content.
    pub fn audit_detail(&mut self, detail: &str) {
        if let Some(row) = self.audit.last_mut() {
            detail.clone_into(&mut row.detail);
        }
    }

    /// Queues an audit row for a person who was shown in a result list.
    pub fn note_shown(&mut self, person: PersonId, detail: &str) {
        self.note("view", "search", person.into(), Relationship::None, "allowed", detail);
    }

    /// Queues an audit row for a record of another register that was shown: it is of no person of ours,
    /// so that the row's words name it.
    pub fn note_elsewhere(&mut self, id: ElsewhereId, detail: &str) {
        self.note_act("view", "search", Subject::default(), &format!("{detail}: record elsewhere {id}"));
    }

    /// Queues the audit row of a print: a sheet can be carried where no policy reaches, so that who printed is told
    /// apart from who looked. The caller has the grant that opened what is printed.
    ///
    /// # Errors
    /// The store's.
    pub async fn note_print(&mut self, class: throughline_policy::Class, subject: Subject, detail: &str) -> Result<()> {
        let relationship = match subject.person {
            Some(person) => self.relationship(person).await?,
            None => Relationship::None,
        };
        self.note(PRINTED, class.code(), subject, relationship, "allowed", detail);
        Ok(())
    }

    /// Queues an audit row of the system's own or of an act outside any person's record.
    pub fn note_act(&mut self, verb: &str, class: &str, subject: Subject, detail: &str) {
        self.note(verb, class, subject, Relationship::None, "allowed", detail);
    }

    /// Queues the audit row of an act that was refused outside the policy: a token that no longer opens anything.
    pub fn note_refused(&mut self, verb: &str, class: &str, subject: Subject, detail: &str) {
        self.note(verb, class, subject, Relationship::None, throughline_policy::Denied::Role.code(), detail);
    }

    /// Rows of one request about one subject are one row that names all classes, so that "who
    /// looked" says a page once.
    pub(super) fn note(
        &mut self,
        verb: &str,
        class: &str,
        subject: Subject,
        relationship: Relationship,
        outcome: &str,
        detail: &str,
    ) {
        let same = self.audit.iter_mut().find(|row| {
            row.verb == verb
                && row.outcome == outcome
                && row.person == subject.person.map(PersonId::uuid)
                && row.site == subject.site.map(SiteId::uuid)
                && row.detail == detail
        });
        if let Some(row) = same {
            if !row.classes.split(' ').any(|known| known == class) {
                row.classes = format!("{} {class}", row.classes);
            }
            row.episode = row.episode.or(subject.episode.map(EpisodeId::uuid));
            return;
        }
        let row = self.row(verb, class, subject, relationship, outcome, detail);
        self.audit.push(row);
    }

    pub(super) fn row(
        &self,
        verb: &str,
        class: &str,
        subject: Subject,
        relationship: Relationship,
        outcome: &str,
        detail: &str,
    ) -> log::Row {
        let actor = self.cause.actor.as_ref();
        log::Row {
            seq: 0,
            at: self.cause.at,
            actor: actor.map(|actor| actor.user.uuid()),
            actor_name: actor.map_or_else(|| "Throughline".to_owned(), |actor| actor.name.clone()),
            role: actor.map_or_else(String::new, |actor| actor.role.code().to_owned()),
            organisation: actor.map(|actor| actor.organisation.uuid()),
            relationship: relationship.code().to_owned(),
            purpose: "direct_care".to_owned(),
            verb: verb.to_owned(),
            classes: class.to_owned(),
            person: subject.person.map(PersonId::uuid),
            episode: subject.episode.map(EpisodeId::uuid),
            site: subject.site.map(SiteId::uuid),
            outcome: outcome.to_owned(),
            detail: detail.to_owned(),
            request: self.cause.request.clone(),
        }
    }

    pub(super) async fn write_audit(&mut self, rows: Vec<log::Row>) -> Result<()> {
        let described_anew = std::mem::take(&mut self.described_anew);
        if rows.is_empty() && described_anew.is_empty() {
            return Ok(());
        }
        let count = i64::try_from(rows.len()).unwrap_or(i64::MAX);
        // Updating the head first locks it: rows of other transactions come wholly before or after.
        let head = self
            .conn
            .fetch_one("UPDATE audit_head SET seq = seq + $1 WHERE id = 1 RETURNING seq, hash", args![count])
            .await?;
        let mut seq = head.get::<i64>("seq")? - count;
        let mut before: String = head.get("hash")?;
        let mut hashed = Vec::with_capacity(rows.len());
        for mut row in rows {
            seq += 1;
            row.seq = seq;
            before = row.hash(&before);
            hashed.push((row, before.clone()));
        }
        self.insert_audit(&hashed).await?;
        self.conn.execute("UPDATE audit_head SET hash = $1 WHERE id = 1", args![before]).await?;
        let at = self.cause.at;
        crate::matching::write_changes(&mut self.conn, &described_anew, at).await
    }

    /// A page that names many people writes many rows: they go in a few statements.
    async fn insert_audit(&mut self, mut rows: &[(log::Row, log::Hash)]) -> Result<()> {
        while !rows.is_empty() {
            let (many, sql) = INSERTS.iter().find(|(many, _)| *many <= rows.len()).expect("the last takes one row");
            let (now, later) = rows.split_at(*many);
            let args = now.iter().flat_map(|(row, hash)| audit_args(row, hash)).collect();
            self.conn.execute_text(sqlx::AssertSqlSafe(sql.as_str()), args).await?;
            rows = later;
        }
        Ok(())
    }
}

/// Columns of an audit row.
const AUDIT_COLUMNS: usize = 17;

/// Statements that insert so many audit rows at once. SQLite's driver looks each parameter's name up
/// from the first on, so that a statement of twice the rows takes four times as long to bind.
static INSERTS: LazyLock<[(usize, String); 2]> = LazyLock::new(|| {
    [8, 1].map(|many| {
        let row = |n| format!("({})", crate::sql::placeholders(n * AUDIT_COLUMNS + 1, AUDIT_COLUMNS));
        let rows: Vec<String> = (0..many).map(row).collect();
        let columns = "seq, at, actor, actor_name, role, organisation, relationship, purpose, verb, classes, person, \
                       episode, site, outcome, detail, request, hash";
        (many, format!("INSERT INTO audit_row ({columns}) VALUES {}", rows.join(", ")))
    })
});

fn audit_args(row: &log::Row, hash: &str) -> [Value; AUDIT_COLUMNS] {
    [
        row.seq.into(),
        row.at.into(),
        row.actor.into(),
        (&row.actor_name).into(),
        (&row.role).into(),
        row.organisation.into(),
        (&row.relationship).into(),
        (&row.purpose).into(),
        (&row.verb).into(),
        (&row.classes).into(),
        row.person.into(),
        row.episode.into(),
        row.site.into(),
        (&row.outcome).into(),
        (&row.detail).into(),
        (&row.request).into(),
        hash.into(),
    ]
}
