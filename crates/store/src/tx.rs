//! Transactions: one act of one person, its audit rows and its events, committed together.

mod held;
mod refusals;
mod rows;

pub use rows::PRINTED;

use crate::matching::Known;
use crate::sql::Conn;
use crate::{Error, Inner, Result, Store, args};
use held::first_allowed;
use refusals::Refusals;
use std::collections::BTreeSet;
use std::ops::{Deref, DerefMut};
use throughline_audit as log;
use throughline_domain::ids::{PersonId, UserId};
use throughline_domain::time::{Instant, stored};
use throughline_policy::{Actor, Context, Denied, Grant, Permit, Relationship, Subject, Verb};

/// Who acts, when, and in which request.
#[derive(Debug, Clone)]
pub struct Cause {
    /// The actor; `None` for the system itself (jobs, the command line).
    pub actor: Option<Actor>,
    /// When.
    pub at: Instant,
    /// The request's reference.
    pub request: String,
}

impl Cause {
    /// The service itself, at work without anybody's asking.
    pub(crate) fn upkeep(at: Instant) -> Self {
        Self { actor: None, at, request: "upkeep".into() }
    }
}

/// A snapshot for reading what concerns no person.
#[derive(Debug)]
pub struct Read(Conn);

impl Read {
    pub(crate) async fn begin(store: &Store) -> Result<Self> {
        Ok(Self(match &*store.inner {
            Inner::Sqlite { readers, .. } => Conn::SqliteReader(readers.acquire().await?),
            Inner::Postgres(pool) => Conn::Postgres(pool.begin().await?),
        }))
    }
}

impl Deref for Read {
    type Target = Conn;
    fn deref(&self) -> &Conn {
        &self.0
    }
}

impl DerefMut for Read {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.0
    }
}

/// Why an authorisation failed.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// The policy denies it, or there is no such thing: the two answer alike.
    #[error("not found")]
    Denied(Denied),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] Error),
}

/// A transaction of one act.
///
/// Audit rows are queued by [`Tx::authorise`] and written by [`Tx::commit`]: the chain's head is
/// locked only for the last moment of the transaction.
#[derive(Debug)]
pub struct Tx {
    conn: Conn,
    cause: Cause,
    audit: Vec<log::Row>,
    /// Whose names, numbers or homes changed: the matching engine's index follows.
    described_anew: BTreeSet<Known>,
    refusals: Refusals,
    /// The context of the person last asked about: a page asks for several classes of one person.
    known: Option<(PersonId, Vec<Context>)>,
}

impl Deref for Tx {
    type Target = Conn;
    fn deref(&self) -> &Conn {
        &self.conn
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.conn
    }
}

impl Tx {
    pub(crate) async fn begin(store: &Store, cause: Cause) -> Result<Self> {
        let conn = match &*store.inner {
            Inner::Sqlite { writer, .. } => Conn::SqliteWriter(writer.turn().await?),
            Inner::Postgres(pool) => Conn::Postgres(pool.begin().await?),
        };
        Ok(Self {
            conn,
            cause: Cause { at: stored(cause.at), ..cause },
            audit: Vec::new(),
            described_anew: BTreeSet::new(),
            refusals: Refusals::of(store),
            known: None,
        })
    }

    /// The instant of the act.
    pub fn now(&self) -> Instant {
        self.cause.at
    }

    /// Who acts.
    pub fn actor(&self) -> Option<&Actor> {
        self.cause.actor.as_ref()
    }

    /// The actor's name as it is written beside what they do.
    pub fn actor_name(&self) -> String {
        self.cause.actor.as_ref().map_or_else(|| "Throughline".to_owned(), |actor| actor.name.clone())
    }

    /// Asks the policy whether the actor may, and queues the audit row of the answer.
    ///
    /// # Errors
    /// [`Refused::Denied`] when they may not or there is no such person, episode or site. The
    /// refusal's own audit row is written whether the caller commits or gives up.
    pub async fn authorise<P: Permit>(&mut self, subject: impl Into<Subject>) -> Result<Grant<P>, Refused> {
        let actor = self.cause.actor.clone().ok_or(Refused::Denied(Denied::Role))?;
        let subject = subject.into();
        self.hold(P::VERB, subject).await?;
        let contexts = self.contexts(&actor, subject).await?;
        self.authorise_among(&actor, subject, &contexts)
    }

    /// As [`Tx::authorise`], in contexts that the caller knows: of what is given to somebody by name, and is of no
    /// person yet.
    pub(crate) fn authorise_among<P: Permit>(
        &mut self,
        actor: &Actor,
        subject: Subject,
        contexts: &[Context],
    ) -> Result<Grant<P>, Refused> {
        let (answer, relationship) = first_allowed::<P>(actor, subject, contexts);
        match &answer {
            Ok(_) => self.note(P::VERB.code(), P::CLASS.code(), subject, relationship, "allowed", ""),
            Err(denied) => {
                let row = self.row(P::VERB.code(), P::CLASS.code(), subject, relationship, denied.code(), "");
                self.refusals.rows.push(row);
            }
        }
        answer.map_err(Refused::Denied)
    }

    /// As [`Tx::authorise`], to a part of a record that `author` began: what somebody wrote is theirs to read.
    pub(crate) async fn authorise_part<P: Permit>(
        &mut self,
        subject: Subject,
        author: UserId,
    ) -> Result<Grant<P>, Refused> {
        let actor = self.cause.actor.clone().ok_or(Refused::Denied(Denied::Role))?;
        let contexts = self.contexts_of_part(&actor, subject, author).await?;
        self.authorise_among(&actor, subject, &contexts)
    }

    /// As [`Tx::may`], of a part of a record that `author` began.
    pub(crate) async fn may_part<P: Permit>(&mut self, subject: Subject, author: UserId) -> Result<bool> {
        let Some(actor) = self.cause.actor.clone() else { return Ok(false) };
        let contexts = self.contexts_of_part(&actor, subject, author).await?;
        Ok(first_allowed::<P>(&actor, subject, &contexts).0.is_ok())
    }

    /// Keeps a person from being joined to another until this act has ended, so that nothing is added
    /// to a record that has just gone; whoever joins waits for all others. SQLite has one writer and
    /// needs no word for it.
    async fn hold(&mut self, verb: Verb, subject: Subject) -> Result<()> {
        let Some(person) = subject.person.filter(|_| self.conn.is_postgres()) else { return Ok(()) };
        let sql = match verb {
            Verb::View => return Ok(()),
            Verb::Merge | Verb::Unmerge => "SELECT id FROM person WHERE id = $1 FOR UPDATE",
            _ => "SELECT id FROM person WHERE id = $1 FOR KEY SHARE",
        };
        self.conn.fetch_optional(sql, args![person]).await?;
        Ok(())
    }

    /// Asks the policy without an audit row: to decide whether a part of a page is shown at all.
    /// Opens nothing: a store function still asks for a grant.
    ///
    /// # Errors
    /// The store's.
    pub async fn may<P: Permit>(&mut self, subject: impl Into<Subject>) -> Result<bool> {
        let Some(actor) = self.cause.actor.clone() else {
            return Ok(false);
        };
        let subject = subject.into();
        let contexts = self.contexts(&actor, subject).await?;
        Ok(first_allowed::<P>(&actor, subject, &contexts).0.is_ok())
    }

    /// Asks the policy about many people at once, as [`Tx::may`] does about one: who of them the
    /// actor may. Opens nothing.
    ///
    /// # Errors
    /// The store's.
    pub async fn may_each<P: Permit>(&mut self, people: &BTreeSet<PersonId>) -> Result<BTreeSet<PersonId>> {
        let Some(actor) = self.cause.actor.clone() else {
            return Ok(BTreeSet::new());
        };
        let people: Vec<PersonId> = people.iter().copied().collect();
        let held = self.held(&actor, &people).await?;
        let may = |(person, contexts): (PersonId, Vec<Context>)| {
            first_allowed::<P>(&actor, person.into(), &contexts).0.is_ok().then_some(person)
        };
        Ok(held.into_iter().filter_map(may).collect())
    }

    /// Whether the actor may look at a class of this subject, without an audit row: for lines of
    /// many classes, such as a timeline's. Opens nothing.
    ///
    /// # Errors
    /// The store's.
    pub async fn may_view(&mut self, class: throughline_policy::Class, subject: impl Into<Subject>) -> Result<bool> {
        let Some(actor) = self.cause.actor.clone() else {
            return Ok(false);
        };
        let contexts = self.contexts(&actor, subject.into()).await?;
        let allowed = |context: &Context| {
            let verb = throughline_policy::Verb::View;
            let decision = throughline_policy::decide(&actor, verb, class, *context);
            matches!(decision, throughline_policy::Decision::Allow(_))
        };
        Ok(contexts.iter().any(allowed))
    }

    /// Why the actor may see who this person is, or else the strongest relationship there is: for
    /// words on a page. Opens nothing.
    ///
    /// # Errors
    /// The store's.
    pub async fn relationship(&mut self, person: PersonId) -> Result<Relationship> {
        let Some(actor) = self.cause.actor.clone() else {
            return Ok(Relationship::None);
        };
        let subject = Subject::from(person);
        let contexts = self.contexts(&actor, subject).await?;
        Ok(first_allowed::<throughline_policy::ViewIdentity>(&actor, subject, &contexts).1)
    }

    /// Forgets what was known of relationships, after an act that changes them (an episode opened,
    /// consent recorded), so that the next question is answered anew.
    pub fn relationships_changed(&mut self) {
        self.known = None;
    }

    /// Notes that what somebody is known by changed, so that the matching engine compares with that.
    pub(crate) fn describes_anew(&mut self, known: impl Into<Known>) {
        self.described_anew.insert(known.into());
    }

    /// Whether this act has changed what somebody is known by, which nobody else may see yet.
    pub(crate) fn has_described_anew(&self) -> bool {
        !self.described_anew.is_empty()
    }

    pub(crate) fn store(&self) -> &Store {
        &self.refusals.store
    }

    pub(crate) fn is_postgres(&self) -> bool {
        matches!(self.conn, Conn::Postgres(_))
    }

    /// Writes the audit rows and makes everything durable. Only after this returns may "Saved" be said.
    ///
    /// # Errors
    /// When it could not be made durable: then nothing was saved.
    pub async fn commit(mut self) -> Result<()> {
        let mut rows = std::mem::take(&mut self.audit);
        rows.append(&mut self.refusals.rows);
        self.write_audit(rows).await?;
        match self.conn {
            Conn::SqliteReader(_) => Ok(()),
            Conn::SqliteWriter(turn) => turn.commit().await,
            Conn::Postgres(tx) => commit_postgres(tx).await,
        }
    }
}

async fn commit_postgres(tx: sqlx::Transaction<'static, sqlx::Postgres>) -> Result<()> {
    #[cfg(debug_assertions)]
    if crate::plant::acknowledges_before_commit() {
        tokio::spawn(async move {
            crate::plant::delay_commit().await;
            let _ = tx.commit().await;
        });
        return Ok(());
    }
    tx.commit().await?;
    Ok(())
}
