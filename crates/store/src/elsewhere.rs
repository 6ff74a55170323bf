//! People as other registers know them: a hospital's patient index, taken over whole each time it comes.
//!
//! Nothing here is a person of ours. A record elsewhere is found beside our people; somebody who decides
//! that it is of the person in front of them makes one of ours from it.

use crate::people::{ContactDetails, NewPerson};
use crate::sql::placeholders;
use crate::{Conn, Error, Result, Row, Tx, args, described, matching};
use chrono::NaiveDate;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use throughline_audit::hex;
use throughline_domain::identifier::{self, NhsNumber};
use throughline_domain::ids::{ElsewhereId, EntryId, PersonId};
use throughline_domain::list::MatchDecision;
use throughline_domain::name::Name;
use throughline_domain::person::{Ethnicity, Gender};
use throughline_domain::time::Instant;
use throughline_matching::{Description, Scored};
use throughline_policy::{ChangeIdentity, ChangeList, Grant, ViewList};
use uuid::Uuid;

/// What another register says of somebody. Nothing is refused for what it looks like.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Record {
    /// Their number there.
    pub number: String,
    /// The name in use.
    pub name: Name,
    /// Other names, former ones among them.
    pub aliases: Vec<Name>,
    /// When they were born.
    pub date_of_birth: Option<NaiveDate>,
    /// First and last year of birth that fit, when only the year is known.
    pub born_between: Option<(i32, i32)>,
    /// Stated gender.
    pub gender: Gender,
    /// Ethnic category.
    pub ethnicity: Ethnicity,
    /// The present address in one line.
    pub address: String,
    /// Postcodes, the present one first (empty when it is not known), then earlier ones.
    pub postcodes: Vec<String>,
    /// NHS number as given there.
    pub nhs_number: Option<String>,
    /// PNC id as given there.
    pub pnc: Option<String>,
    /// CRO number as given there.
    pub cro: Option<String>,
    /// Telephone.
    pub phone: String,
    /// General practitioner.
    pub gp: String,
    /// Whether the register says that they have died.
    pub is_deceased: bool,
    /// When, where it says.
    pub deceased_on: Option<NaiveDate>,
    /// Whether the register still uses the record.
    pub in_use: bool,
}

impl Default for Record {
    fn default() -> Self {
        Self {
            number: String::new(),
            name: Name::default(),
            aliases: Vec::new(),
            date_of_birth: None,
            born_between: None,
            gender: Gender::NotKnown,
            ethnicity: Ethnicity::NotKnown,
            address: String::new(),
            postcodes: Vec::new(),
            nhs_number: None,
            pnc: None,
            cro: None,
            phone: String::new(),
            gp: String::new(),
            is_deceased: false,
            deceased_on: None,
            in_use: true,
        }
    }
}

impl Record {
    /// The NHS number when its check digit is right.
    pub fn sound_nhs_number(&self) -> Option<NhsNumber> {
        self.nhs_number.as_deref().and_then(|text| NhsNumber::parse(text).ok())
    }

    /// What the matching engine compares.
    pub fn description(&self) -> Description {
        Description {
            name: self.name.clone(),
            aliases: self.aliases.clone(),
            date_of_birth: self.date_of_birth,
            born_between: self.born_between,
            sex: crate::people::sex(self.gender),
            address: self.address.clone(),
            postcodes: self.postcodes.clone(),
            pnc: self.pnc.clone(),
            nhs_number: self.nhs_number.clone(),
            cro: self.cro.clone(),
            local_id: None,
        }
    }

    /// A hash of all of it: the same again changes nothing.
    fn sha256(&self) -> Result<String> {
        let text = serde_json::to_vec(self).map_err(|error| Error::Corrupt(error.to_string()))?;
        Ok(hex(&Sha256::digest(text)))
    }

    /// As it is kept: two writings of one NHS number are one.
    fn kept_nhs_number(&self) -> Option<String> {
        self.sound_nhs_number().map(|number| number.digits().to_owned()).or_else(|| self.nhs_number.clone())
    }
}

/// A record of another register, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elsewhere {
    /// Its id with us.
    pub id: ElsewhereId,
    /// The name of the system.
    pub source: String,
    /// What it says.
    pub record: Record,
    /// When it first came.
    pub first_seen_at: Instant,
    /// When it last came.
    pub last_seen_at: Instant,
    /// When the newest index no longer had it.
    pub gone_at: Option<Instant>,
    /// The person of ours it is of, once somebody decided.
    pub person_id: Option<PersonId>,
}

impl Elsewhere {
    /// The identifier by which a person of ours keeps it: `PAS: 00123`.
    fn identifier(&self) -> (String, String) {
        ("local".to_owned(), format!("{}: {}", self.source, self.record.number))
    }

    /// Identifiers that a person of ours is given from it, its own number among them.
    pub fn identifiers(&self) -> Vec<(String, String)> {
        let police = |kind: &str, text: &Option<String>, read: fn(&str) -> Option<identifier::PoliceId>| {
            let text = text.as_deref()?;
            Some((kind.to_owned(), read(text).map_or_else(|| text.to_owned(), |id| id.canonical)))
        };
        let record = &self.record;
        let known = [police("pnc", &record.pnc, identifier::pnc), police("cro", &record.cro, identifier::cro)];
        known.into_iter().flatten().chain([self.identifier()]).collect()
    }

    /// The person of ours who is made from it: nothing is typed again.
    pub fn new_person(&self) -> NewPerson {
        let record = &self.record;
        NewPerson {
            name: record.name.clone(),
            date_of_birth: record.date_of_birth,
            gender: Some(record.gender),
            ethnicity: Some(record.ethnicity),
            nhs_number: record.sound_nhs_number(),
            aliases: record.aliases.clone(),
            identifiers: self.identifiers(),
            contact: ContactDetails {
                address: record.address.clone(),
                postcode: record.postcodes.first().cloned().unwrap_or_default(),
                phone: record.phone.clone(),
                gp: record.gp.clone(),
                ..ContactDetails::default()
            },
            ..NewPerson::default()
        }
    }
}

/// What became of records that came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Taken {
    /// Not known before, or gone and back again.
    pub new: usize,
    /// Another content than before.
    pub changed: usize,
    /// As before.
    pub unchanged: usize,
}

/// A record as it was when it came before.
struct Before {
    id: ElsewhereId,
    sha256: String,
    is_gone: bool,
}

/// Takes over records of a source, each number once. From the command line, which stands outside the
/// policy: whoever runs it owns the database's key.
///
/// # Errors
/// The store's.
pub async fn take_in(tx: &mut Tx, source: &str, records: &[Record]) -> Result<Taken> {
    let before = before(tx, source, records).await?;
    let mut taken = Taken::default();
    let mut unchanged = Vec::new();
    for record in records {
        let sha256 = record.sha256()?;
        match before.get(&record.number) {
            Some(known) if known.sha256 == sha256 && !known.is_gone => unchanged.push(known.id),
            Some(known) => {
                change(tx, known.id, record, &sha256).await?;
                if known.is_gone { taken.new += 1 } else { taken.changed += 1 }
            }
            None => {
                add(tx, source, record, &sha256).await?;
                taken.new += 1;
            }
        }
    }
    taken.unchanged = unchanged.len();
    seen_again(tx, &unchanged).await?;
    if taken.new + taken.changed > 0 {
        let detail = format!("{source}: {} new, {} changed", taken.new, taken.changed);
        tx.note_act("import", "elsewhere", throughline_policy::Subject::default(), &detail);
    }
    Ok(taken)
}

async fn before(conn: &mut Conn, source: &str, records: &[Record]) -> Result<HashMap<String, Before>> {
    let mut all = HashMap::new();
    for some in records.chunks(AT_ONCE) {
        let sql = format!(
            "SELECT id, number, sha256, gone_at FROM elsewhere WHERE source = $1 AND number IN ({})",
            placeholders(2, some.len())
        );
        let mut args = args![source];
        args.extend(some.iter().map(|record| (&record.number).into()));
        for row in &conn.fetch_text(sqlx::AssertSqlSafe(sql), args).await? {
            let is_gone = row.get::<Option<Instant>>("gone_at")?.is_some();
            all.insert(row.get("number")?, Before { id: row.get("id")?, sha256: row.get("sha256")?, is_gone });
        }
    }
    Ok(all)
}

/// Values named in one statement: SQLite's driver looks each parameter's name up from the first on.
const AT_ONCE: usize = 200;

async fn add(tx: &mut Tx, source: &str, record: &Record, sha256: &str) -> Result<()> {
    let (id, now) = (ElsewhereId::new(Uuid::now_v7()), tx.now());
    let mut values = said(record, sha256)?;
    values.extend(args![now, id, source, &record.number]);
    tx.execute(
        "INSERT INTO elsewhere (forenames, surname, aliases, date_of_birth, born_from, born_to, gender, ethnicity, address,
                                postcodes, nhs_number, pnc, cro, phone, gp, is_deceased, deceased_on, in_use, sha256,
                                first_seen_at, last_seen_at, id, source, number)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $20, $21, $22, $23)",
        values,
    )
    .await?;
    tx.describes_anew(id);
    Ok(())
}

async fn change(tx: &mut Tx, id: ElsewhereId, record: &Record, sha256: &str) -> Result<()> {
    let now = tx.now();
    let mut values = said(record, sha256)?;
    values.extend(args![now, id]);
    tx.execute(
        "UPDATE elsewhere SET forenames = $1, surname = $2, aliases = $3, date_of_birth = $4, born_from = $5, born_to = $6,
                gender = $7, ethnicity = $8, address = $9, postcodes = $10, nhs_number = $11, pnc = $12, cro = $13, phone = $14,
                gp = $15, is_deceased = $16, deceased_on = $17, in_use = $18, sha256 = $19, last_seen_at = $20, gone_at = NULL
          WHERE id = $21",
        values,
    )
    .await?;
    tx.describes_anew(id);
    Ok(())
}

/// What a record says, as the first nineteen values of a statement.
fn said(record: &Record, sha256: &str) -> Result<crate::Args> {
    let json = |error: serde_json::Error| Error::Corrupt(error.to_string());
    Ok(args![
        &record.name.forenames,
        &record.name.surname,
        serde_json::to_string(&record.aliases).map_err(json)?,
        record.date_of_birth,
        record.born_between.map(|(from, _)| from),
        record.born_between.map(|(_, to)| to),
        record.gender,
        record.ethnicity,
        &record.address,
        serde_json::to_string(&record.postcodes).map_err(json)?,
        record.kept_nhs_number(),
        record.pnc.clone(),
        record.cro.clone(),
        &record.phone,
        &record.gp,
        record.is_deceased,
        record.deceased_on,
        record.in_use,
        sha256
    ])
}

async fn seen_again(tx: &mut Tx, ids: &[ElsewhereId]) -> Result<()> {
    let now = tx.now();
    for some in ids.chunks(AT_ONCE) {
        let sql = format!("UPDATE elsewhere SET last_seen_at = $1 WHERE id IN ({})", placeholders(2, some.len()));
        let mut args = args![now];
        args.extend(some.iter().map(|id| (*id).into()));
        tx.execute_text(sqlx::AssertSqlSafe(sql), args).await?;
    }
    Ok(())
}

/// The next records of a source that its newest index had, by id: who they are with us and their number there.
///
/// # Errors
/// The store's.
pub async fn numbers_after(
    conn: &mut Conn,
    source: &str,
    after: ElsewhereId,
    most: i64,
) -> Result<Vec<(ElsewhereId, String)>> {
    let rows = conn
        .fetch_all(
            "SELECT id, number FROM elsewhere WHERE source = $1 AND id > $2 AND gone_at IS NULL ORDER BY id LIMIT $3",
            args![source, after, most],
        )
        .await?;
    rows.iter().map(|row| Ok((row.get("id")?, row.get("number")?))).collect()
}

/// Notes that these records are no longer in their source's index: they are not found any more.
///
/// # Errors
/// The store's.
pub async fn mark_gone(tx: &mut Tx, source: &str, ids: &[ElsewhereId]) -> Result<()> {
    let now = tx.now();
    for some in ids.chunks(AT_ONCE) {
        let sql = format!("UPDATE elsewhere SET gone_at = $1 WHERE id IN ({})", placeholders(2, some.len()));
        let mut args = args![now];
        args.extend(some.iter().map(|id| (*id).into()));
        tx.execute_text(sqlx::AssertSqlSafe(sql), args).await?;
    }
    for id in ids {
        tx.describes_anew(*id);
    }
    if !ids.is_empty() {
        let detail = format!("{source}: {} gone", ids.len());
        tx.note_act("import", "elsewhere", throughline_policy::Subject::default(), &detail);
    }
    Ok(())
}

const COLUMNS: &str =
    "id, source, number, forenames, surname, aliases, date_of_birth, born_from, born_to, gender, ethnicity,
    address, postcodes, nhs_number, pnc, cro, phone, gp, is_deceased, deceased_on, in_use, first_seen_at, last_seen_at,
    gone_at, person_id";

fn elsewhere(row: &Row) -> Result<Elsewhere> {
    let json = |error: serde_json::Error| Error::Corrupt(error.to_string());
    let year = |column: &str| Ok::<_, Error>(row.get::<Option<i64>>(column)?.and_then(|year| i32::try_from(year).ok()));
    Ok(Elsewhere {
        id: row.get("id")?,
        source: row.get("source")?,
        record: Record {
            number: row.get("number")?,
            name: Name { forenames: row.get("forenames")?, surname: row.get("surname")? },
            aliases: serde_json::from_str(&row.get::<String>("aliases")?).map_err(json)?,
            date_of_birth: row.get("date_of_birth")?,
            born_between: year("born_from")?.zip(year("born_to")?),
            gender: row.get("gender")?,
            ethnicity: row.get("ethnicity")?,
            address: row.get("address")?,
            postcodes: serde_json::from_str(&row.get::<String>("postcodes")?).map_err(json)?,
            nhs_number: row.get("nhs_number")?,
            pnc: row.get("pnc")?,
            cro: row.get("cro")?,
            phone: row.get("phone")?,
            gp: row.get("gp")?,
            is_deceased: row.get("is_deceased")?,
            deceased_on: row.get("deceased_on")?,
            in_use: row.get("in_use")?,
        },
        first_seen_at: row.get("first_seen_at")?,
        last_seen_at: row.get("last_seen_at")?,
        gone_at: row.get("gone_at")?,
        person_id: row.get("person_id")?,
    })
}

/// The records of these ids that their source still has, in no order.
pub(crate) async fn load(conn: &mut Conn, ids: &[ElsewhereId]) -> Result<Vec<Elsewhere>> {
    let mut all = Vec::with_capacity(ids.len());
    for some in ids.chunks(AT_ONCE) {
        let sql = format!(
            "SELECT {COLUMNS} FROM elsewhere WHERE gone_at IS NULL AND id IN ({})",
            placeholders(1, some.len())
        );
        let args = some.iter().map(|id| (*id).into()).collect();
        for row in &conn.fetch_text(sqlx::AssertSqlSafe(sql), args).await? {
            all.push(elsewhere(row)?);
        }
    }
    Ok(all)
}

/// The next records by id that their sources still have: for the matching engine's index.
pub(crate) async fn kept_after(conn: &mut Conn, after: ElsewhereId, most: i64) -> Result<Vec<Elsewhere>> {
    let sql = format!("SELECT {COLUMNS} FROM elsewhere WHERE id > $1 AND gone_at IS NULL ORDER BY id LIMIT $2");
    conn.fetch_text(sqlx::AssertSqlSafe(sql), args![after, most]).await?.iter().map(elsewhere).collect()
}

/// Where else these people are known: records that were decided to be of them, and those with their
/// NHS number. A record of both a person and another's number goes to the person it was decided to be of.
pub(crate) async fn of_people(
    conn: &mut Conn,
    people: &[(PersonId, Option<NhsNumber>)],
) -> Result<Vec<(PersonId, Elsewhere)>> {
    let mut all = Vec::new();
    for some in people.chunks(AT_ONCE / 2) {
        let numbers: HashMap<&str, PersonId> =
            some.iter().filter_map(|(person, number)| Some((number.as_ref()?.digits(), *person))).collect();
        let sql = format!(
            "SELECT {COLUMNS} FROM elsewhere WHERE gone_at IS NULL AND (person_id IN ({}){})",
            placeholders(1, some.len()),
            if numbers.is_empty() {
                String::new()
            } else {
                format!(" OR (person_id IS NULL AND nhs_number IN ({}))", placeholders(1 + some.len(), numbers.len()))
            }
        );
        let mut args: crate::Args = some.iter().map(|(person, _)| (*person).into()).collect();
        args.extend(numbers.keys().map(|digits| (*digits).into()));
        for row in &conn.fetch_text(sqlx::AssertSqlSafe(sql), args).await? {
            let found = elsewhere(row)?;
            let by_number = || found.record.nhs_number.as_deref().and_then(|digits| numbers.get(digits)).copied();
            if let Some(person) = found.person_id.or_else(by_number) {
                all.push((person, found));
            }
        }
    }
    all.sort_by(|(_, one), (_, other)| (&one.source, &one.record.number).cmp(&(&other.source, &other.record.number)));
    Ok(all)
}

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

/// Keeps a decision about a record elsewhere. Earlier decisions stay as they were.
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
    let now = tx.now();
    let evidence = described::evidence(looked_for, scored, &matching::version(tx.store()));
    tx.execute(
        "INSERT INTO elsewhere_decision (id, entry_id, elsewhere_id, decision, probability, evidence, decided_by, decided_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        args![Uuid::now_v7(), entry, elsewhere, decision, scored.probability, evidence, grant.actor().user, now],
    )
    .await?;
    let detail = format!("record elsewhere {elsewhere}: {}", decision.label().to_lowercase());
    tx.note_act("change", "list", grant.site().into(), &detail);
    Ok(())
}

/// Notes that a record is of the grant's person, once somebody decided.
///
/// # Errors
/// [`Error::Stale`] when it went, or was taken into somebody else, first.
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

/// The person of ours who has this NHS number, if there is one.
///
/// # Errors
/// The store's.
pub async fn holder_of(conn: &mut Conn, number: &NhsNumber) -> Result<Option<PersonId>> {
    Ok(holders_of(conn, std::slice::from_ref(number)).await?.remove(number))
}
