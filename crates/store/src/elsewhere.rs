//! People as other registers know them: a hospital's patient index, taken over whole each time it comes.
//!
//! Nothing here is a person of ours. A record elsewhere is found beside our people; somebody who decides
//! that it is of the person in front of them makes one of ours from it.

mod decided;
mod gone;
mod taking_over;

pub use decided::{Decision, decide, decide_found, decisions, ruled_out, standing, take};
pub(crate) use decided::{holders_of, ruled_out_on};
pub use gone::{mark_gone, remove_gone};
pub use taking_over::{Taken, numbers_after, take_in};

use crate::people::{ContactDetails, NewPerson};
use crate::sql::placeholders;
use crate::{Conn, Error, Result, Row, args};
use chrono::NaiveDate;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use throughline_audit::hex;
use throughline_domain::identifier::{self, NhsNumber};
use throughline_domain::ids::{ElsewhereId, PersonId};
use throughline_domain::name::Name;
use throughline_domain::person::{Ethnicity, Gender};
use throughline_domain::time::Instant;
use throughline_matching::Description;
use throughline_policy::{Grant, ViewIdentity};

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

/// Values named in one statement: SQLite's driver looks each parameter's name up from the first on.
const AT_ONCE: usize = 200;

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

/// Where else the grant's person is known: records that were decided to be of them, gone or not, and those
/// with their NHS number.
///
/// # Errors
/// The store's.
pub async fn of_person(
    conn: &mut Conn,
    grant: &Grant<ViewIdentity>,
    number: Option<&NhsNumber>,
) -> Result<Vec<Elsewhere>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM elsewhere
          WHERE person_id = $1 OR (person_id IS NULL AND gone_at IS NULL AND nhs_number = $2) ORDER BY source, number"
    );
    let args = args![grant.person(), number.map(NhsNumber::digits)];
    conn.fetch_text(sqlx::AssertSqlSafe(sql), args).await?.iter().map(elsewhere).collect()
}
