//! What somebody decided about a record elsewhere, and whose it became.

use super::{AT_ONCE, Elsewhere};
use crate::sql::placeholders;
use crate::{Conn, Result, Tx, args, described, matching};
use std::collections::{HashMap, HashSet};
use throughline_domain::elsewhere::Standing;
use throughline_domain::identifier::NhsNumber;
use throughline_domain::ids::{ElsewhereId, EntryId, PersonId, UserId};
use throughline_domain::list::MatchDecision;
use throughline_domain::name::Name;
use throughline_domain::time::Instant;
use throughline_matching::{Description, Scored};
use throughline_policy::{ChangeIdentity, ChangeList, CreatePerson, Grant, ViewList};
use uuid::Uuid;

/// A decision about a record elsewhere that looked like a line of a list.
#[derive(Debug, Clone)]
pub struct Decision {
    /// The record.
    pub elsewhere: ElsewhereId,
    /// The name of the system it is of.
    pub source: String,
    /// The name in it.
    pub name: Name,
    /// What was decided.
    pub decision: MatchDecision,
    /// The probability that was shown.
    pub probability: f64,
    /// By whom.
    pub decided_by: String,
    /// When.
    pub decided_at: Instant,
}

/// Everything decided about the records elsewhere that looked like a line, newest first.
///
/// # Errors
/// The store's.
pub async fn decisions(conn: &mut Conn, _grant: &Grant<ViewList>, entry: EntryId) -> Result<Vec<Decision>> {
    let rows = conn
        .fetch_all(
            "SELECT d.elsewhere_id, e.source, e.forenames, e.surname, d.decision, d.probability, d.decided_at, u.name AS decided_by_name
               FROM elsewhere_decision d JOIN elsewhere e ON e.id = d.elsewhere_id JOIN app_user u ON u.id = d.decided_by
              WHERE d.entry_id = $1 ORDER BY d.decided_at DESC, d.id DESC",
            args![entry],
        )
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Decision {
                elsewhere: row.get("elsewhere_id")?,
                source: row.get("source")?,
                name: Name { forenames: row.get("forenames")?, surname: row.get("surname")? },
                decision: row.get("decision")?,
                probability: row.get("probability")?,
                decided_by: row.get("decided_by_name")?,
                decided_at: row.get("decided_at")?,
            })
        })
        .collect()
}

/// Records that were said not to be of the person on a line: the newest decision about each speaks.
///
/// # Errors
/// The store's.
pub async fn ruled_out(conn: &mut Conn, _grant: &Grant<ViewList>, entry: EntryId) -> Result<HashSet<ElsewhereId>> {
    ruled_out_on(conn, entry).await
}

/// As [`ruled_out`].
pub(crate) async fn ruled_out_on(conn: &mut Conn, entry: EntryId) -> Result<HashSet<ElsewhereId>> {
    let rows = conn
        .fetch_all(
            "SELECT elsewhere_id, decision FROM elsewhere_decision WHERE entry_id = $1 ORDER BY decided_at DESC, id DESC",
            args![entry],
        )
        .await?;
    let (mut told, mut out) = (HashSet::new(), HashSet::new());
    for row in &rows {
        let id: ElsewhereId = row.get("elsewhere_id")?;
        if told.insert(id) && row.get::<MatchDecision>("decision")? == MatchDecision::Different {
            out.insert(id);
        }
    }
    Ok(out)
}

/// Keeps a decision about a record elsewhere that looked like a line. Earlier decisions stay as they were.
///
/// # Errors
/// The store's.
pub async fn decide(
    tx: &mut Tx,
    grant: &Grant<ChangeList>,
    entry: EntryId,
    elsewhere: ElsewhereId,
    decision: MatchDecision,
    looked_for: &Description,
    scored: &Scored,
) -> Result<()> {
    let about = About { entry: Some(entry), person: None, elsewhere, by: grant.actor().user };
    keep(tx, about, decision, looked_for, scored).await?;
    let detail = format!("record elsewhere {elsewhere}: {}", decision.label().to_lowercase());
    tx.note_act("change", "list", grant.site().into(), &detail);
    Ok(())
}

/// Keeps a decision about a record elsewhere that a search found: whether it is of this person of ours.
///
/// # Errors
/// The store's.
pub async fn decide_found(
    tx: &mut Tx,
    grant: &Grant<CreatePerson>,
    elsewhere: ElsewhereId,
    person: PersonId,
    decision: MatchDecision,
    looked_for: &Description,
    scored: &Scored,
) -> Result<()> {
    let about = About { entry: None, person: Some(person), elsewhere, by: grant.actor().user };
    keep(tx, about, decision, looked_for, scored).await?;
    let detail = format!("record elsewhere {elsewhere}: {}", decision.label().to_lowercase());
    tx.note_act("change", "identity", person.into(), &detail);
    Ok(())
}

/// What a decision is about, and whose it is.
struct About {
    entry: Option<EntryId>,
    person: Option<PersonId>,
    elsewhere: ElsewhereId,
    by: UserId,
}

async fn keep(
    tx: &mut Tx,
    about: About,
    decision: MatchDecision,
    looked_for: &Description,
    scored: &Scored,
) -> Result<()> {
    let (now, evidence) = (tx.now(), described::evidence(looked_for, scored, &matching::version(tx.store())));
    let About { entry, person, elsewhere, by } = about;
    tx.execute(
        "INSERT INTO elsewhere_decision (id, entry_id, person_id, elsewhere_id, decision, probability, evidence, decided_by, decided_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        args![Uuid::now_v7(), entry, person, elsewhere, decision, scored.probability, evidence, by, now],
    )
    .await?;
    Ok(())
}

/// Notes that a record is of the grant's person, once somebody decided.
///
/// # Errors
/// [`crate::Error::Stale`] when it went, or was taken into somebody else, first.
pub async fn take(tx: &mut Tx, grant: &Grant<ChangeIdentity>, id: ElsewhereId) -> Result<()> {
    let now = tx.now();
    tx.execute_versioned(
        "UPDATE elsewhere SET person_id = $2, taken_at = $3
          WHERE id = $1 AND gone_at IS NULL AND (person_id IS NULL OR person_id = $2)",
        args![id, grant.person(), now],
    )
    .await?;
    tx.note_act("change", "identity", grant.person().into(), &format!("record elsewhere {id} is of this person"));
    Ok(())
}

/// The people of ours who have these NHS numbers; of several with one, whoever was known first.
pub(crate) async fn holders_of(conn: &mut Conn, numbers: &[NhsNumber]) -> Result<HashMap<NhsNumber, PersonId>> {
    let mut holders = HashMap::new();
    for some in numbers.chunks(AT_ONCE) {
        let sql = format!(
            "SELECT id, nhs_number FROM person WHERE merged_into IS NULL AND nhs_number IN ({}) ORDER BY created_at DESC, id DESC",
            placeholders(1, some.len())
        );
        let args = some.iter().map(|number| number.digits().into()).collect();
        for row in &conn.fetch_text(sqlx::AssertSqlSafe(sql), args).await? {
            if let Ok(number) = NhsNumber::parse(&row.get::<String>("nhs_number")?) {
                holders.insert(number, row.get("id")?);
            }
        }
    }
    Ok(holders)
}

/// What is known when somebody says whose a record is: this person of ours, or somebody new. `undecided` are
/// people of ours who are very likely the one, and of whom nobody has said anything.
///
/// # Errors
/// The store's.
pub async fn standing(
    conn: &mut Conn,
    known: &Elsewhere,
    said_to_be: Option<PersonId>,
    undecided: Vec<PersonId>,
) -> Result<Standing> {
    let nhs_number = known.record.sound_nhs_number();
    let holder = match &nhs_number {
        Some(number) => holders_of(conn, std::slice::from_ref(number)).await?.remove(number),
        None => None,
    };
    let said_to_be = match said_to_be {
        Some(person) => Some((person, number_of(conn, person).await?)),
        None => None,
    };
    Ok(Standing { taken_into: known.person_id, nhs_number, holder, said_to_be, undecided })
}

async fn number_of(conn: &mut Conn, person: PersonId) -> Result<Option<NhsNumber>> {
    let row = conn.fetch_optional("SELECT nhs_number FROM person WHERE id = $1", args![person]).await?;
    let text: Option<String> = row.map(|row| row.get("nhs_number")).transpose()?.flatten();
    Ok(text.and_then(|text| NhsNumber::parse(&text).ok()))
}
