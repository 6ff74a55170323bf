//! People: who they are, how they may be reached, and the keys by which they are found.

mod as_of;
mod ledgers;

pub use as_of::{AlertThen, alerts_as_of, contact_details_as_of, get_as_of};
pub use ledgers::{DocumentLine, Finding, Statement, contact_notes, documents, findings};

use crate::sql::placeholders;
use crate::{Conn, Error, Result, Row, Tx, args};
use chrono::NaiveDate;
use std::collections::HashMap;
use throughline_domain::identifier::NhsNumber;
use throughline_domain::ids::{EpisodeId, PersonId};
use throughline_domain::name::Name;
use throughline_domain::person::{Ethnicity, Gender, IdentityState};
use throughline_matching::Description;
use throughline_policy::{
    ChangeContactDetails, ChangeIdentity, CreatePerson, Grant, Permit, Subject, ViewContactDetails, ViewIdentity,
};
use uuid::Uuid;

/// Who a person is.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Person {
    /// Their id.
    pub id: PersonId,
    /// Version of the row.
    pub version: i64,
    /// Their name.
    pub name: Name,
    /// What they like to be called.
    pub preferred_name: String,
    /// When they were born.
    pub date_of_birth: Option<NaiveDate>,
    /// Stated gender.
    pub gender: Gender,
    /// Ethnic category.
    pub ethnicity: Ethnicity,
    /// NHS number.
    pub nhs_number: Option<NhsNumber>,
    /// How sure the service is of all this.
    pub identity_state: IdentityState,
    /// Spoken language, when it is not English.
    pub language: String,
    /// Whether an interpreter is needed.
    pub interpreter: bool,
    /// Communication needs and reasonable adjustments.
    pub adjustments: String,
    /// When they died.
    pub deceased_on: Option<NaiveDate>,
    /// Other names they use or used.
    pub aliases: Vec<Name>,
    /// Other identifiers: kind (`pnc`, `cro`, `custody`, `local`) and value.
    pub identifiers: Vec<(String, String)>,
}

/// How and where a person may be reached.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct ContactDetails {
    /// Address, as given.
    pub address: String,
    /// Postcode, as given.
    pub postcode: String,
    /// Telephone.
    pub phone: String,
    /// Rules for contacting safely: times, wording, who must not know.
    pub safe_contact: String,
    /// General practitioner.
    pub gp: String,
}

/// Where a person lives, as far as the matching engine compares it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Home {
    /// Address, as given.
    pub address: String,
    /// Postcode, as given.
    pub postcode: String,
}

/// A person to be made known to the service.
#[derive(Debug, Clone, Default)]
pub struct NewPerson {
    /// Their name.
    pub name: Name,
    /// When they were born.
    pub date_of_birth: Option<NaiveDate>,
    /// Stated gender; not known when nobody said.
    pub gender: Option<Gender>,
    /// Ethnic category.
    pub ethnicity: Option<Ethnicity>,
    /// NHS number.
    pub nhs_number: Option<NhsNumber>,
    /// Other names.
    pub aliases: Vec<Name>,
    /// Other identifiers.
    pub identifiers: Vec<(String, String)>,
    /// Communication needs and reasonable adjustments.
    pub adjustments: String,
    /// Spoken language, when it is not English.
    pub language: String,
    /// Whether an interpreter is needed.
    pub interpreter: bool,
    /// How they may be reached.
    pub contact: ContactDetails,
}

impl Person {
    /// What the matching engine compares.
    pub fn description(&self, home: &Home) -> Description {
        let identifier =
            |kind: &str| self.identifiers.iter().find(|(known, _)| known == kind).map(|(_, value)| value.clone());
        Description {
            name: self.name.clone(),
            aliases: self.aliases.clone(),
            date_of_birth: self.date_of_birth,
            sex: sex(self.gender),
            address: home.address.clone(),
            postcodes: Some(home.postcode.clone()).filter(|postcode| !postcode.is_empty()).into_iter().collect(),
            pnc: identifier("pnc"),
            cro: identifier("cro"),
            nhs_number: self.nhs_number.as_ref().map(|number| number.digits().to_owned()),
            ..Description::default()
        }
    }
}

/// Sex as the matching engine compares it; not known says nothing.
pub(crate) fn sex(gender: Gender) -> Option<throughline_matching::Sex> {
    match gender {
        Gender::Male => Some(throughline_matching::Sex::Male),
        Gender::Female => Some(throughline_matching::Sex::Female),
        Gender::Indeterminate | Gender::NotKnown => None,
    }
}

const COLUMNS: &str = "id, version, forenames, surname, preferred_name, date_of_birth, gender, ethnicity, nhs_number,
    identity_state, language, interpreter, adjustments, deceased_on, address, postcode";

fn person(row: &Row, aliases: Vec<Name>, identifiers: Vec<(String, String)>) -> Result<Person> {
    let nhs: Option<String> = row.get("nhs_number")?;
    Ok(Person {
        id: row.get("id")?,
        version: row.get("version")?,
        name: Name { forenames: row.get("forenames")?, surname: row.get("surname")? },
        preferred_name: row.get("preferred_name")?,
        date_of_birth: row.get("date_of_birth")?,
        gender: row.get("gender")?,
        ethnicity: row.get("ethnicity")?,
        nhs_number: nhs.and_then(|text| NhsNumber::parse(&text).ok()),
        identity_state: row.get("identity_state")?,
        language: row.get("language")?,
        interpreter: row.get("interpreter")?,
        adjustments: row.get("adjustments")?,
        deceased_on: row.get("deceased_on")?,
        aliases,
        identifiers,
    })
}

/// The people of these ids, with where they live (for matching only), in no order.
pub(crate) async fn load(conn: &mut Conn, ids: &[PersonId]) -> Result<Vec<(Person, Home)>> {
    load_where(conn, ids, "id").await
}

/// As [`load`], without those who were joined into another record.
pub(crate) async fn load_kept(conn: &mut Conn, ids: &[PersonId]) -> Result<Vec<(Person, Home)>> {
    load_where(conn, ids, "merged_into IS NULL AND id").await
}

async fn load_where(conn: &mut Conn, ids: &[PersonId], of_person: &str) -> Result<Vec<(Person, Home)>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let list = placeholders(1, ids.len());
    let values = || ids.iter().map(|id| (*id).into()).collect();
    gather(conn, &format!("WHERE {of_person} IN ({list})"), &format!("WHERE person_id IN ({list})"), values).await
}

/// The next people by id, without those who were joined into another record: for the matching engine's
/// index.
pub(crate) async fn kept_after(conn: &mut Conn, after: PersonId, most: i64) -> Result<Vec<(Person, Home)>> {
    let rows = conn
        .fetch_all(
            "SELECT id FROM person WHERE id > $1 AND merged_into IS NULL ORDER BY id LIMIT $2",
            args![after, most],
        )
        .await?;
    let ids: Vec<PersonId> = rows.iter().map(|row| row.get("id")).collect::<Result<_>>()?;
    let mut people = load_where(conn, &ids, "id").await?;
    people.sort_by_key(|(person, _)| person.id);
    Ok(people)
}

async fn gather(
    conn: &mut Conn,
    which_people: &str,
    which_facts: &str,
    values: impl Fn() -> crate::Args,
) -> Result<Vec<(Person, Home)>> {
    let sql = |text: String| sqlx::AssertSqlSafe(text);
    let mut aliases: HashMap<PersonId, Vec<Name>> = HashMap::new();
    let names = format!("SELECT person_id, forenames, surname FROM person_alias {which_facts} ORDER BY id");
    for row in &conn.fetch_text(sql(names), values()).await? {
        let alias = Name { forenames: row.get("forenames")?, surname: row.get("surname")? };
        aliases.entry(row.get("person_id")?).or_default().push(alias);
    }
    let mut identifiers: HashMap<PersonId, Vec<(String, String)>> = HashMap::new();
    let numbers = format!("SELECT person_id, kind, value FROM person_identifier {which_facts} ORDER BY id");
    for row in &conn.fetch_text(sql(numbers), values()).await? {
        identifiers.entry(row.get("person_id")?).or_default().push((row.get("kind")?, row.get("value")?));
    }
    let rows = conn.fetch_text(sql(format!("SELECT {COLUMNS} FROM person {which_people}")), values()).await?;
    rows.iter()
        .map(|row| {
            let id: PersonId = row.get("id")?;
            let found =
                person(row, aliases.remove(&id).unwrap_or_default(), identifiers.remove(&id).unwrap_or_default())?;
            Ok((found, Home { address: row.get("address")?, postcode: row.get("postcode")? }))
        })
        .collect()
}

/// Who a person is.
///
/// # Errors
/// The store's.
pub async fn get(conn: &mut Conn, grant: &Grant<ViewIdentity>) -> Result<Option<Person>> {
    Ok(load(conn, &[grant.person()]).await?.pop().map(|(person, _)| person))
}

/// How and where a person may be reached.
///
/// # Errors
/// The store's.
pub async fn contact_details(conn: &mut Conn, grant: &Grant<ViewContactDetails>) -> Result<Option<ContactDetails>> {
    let row = conn
        .fetch_optional(
            "SELECT address, postcode, phone, safe_contact, gp FROM person WHERE id = $1",
            args![grant.person()],
        )
        .await?;
    row.map(|row| {
        Ok(ContactDetails {
            address: row.get("address")?,
            postcode: row.get("postcode")?,
            phone: row.get("phone")?,
            safe_contact: row.get("safe_contact")?,
            gp: row.get("gp")?,
        })
    })
    .transpose()
}

/// Makes a person known to the service.
///
/// # Errors
/// The store's.
pub async fn create(tx: &mut Tx, grant: &Grant<CreatePerson>, id: PersonId, new: &NewPerson) -> Result<()> {
    let (now, created_by) = (tx.now(), grant.actor().user);
    let gender = new.gender.unwrap_or(Gender::NotKnown);
    let ethnicity = new.ethnicity.unwrap_or(Ethnicity::NotKnown);
    tx.execute(
        "INSERT INTO person (id, forenames, surname, date_of_birth, gender, ethnicity, nhs_number, address, postcode, phone,
                             safe_contact, language, interpreter, adjustments, gp, created_at, created_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
        args![
            id,
            &new.name.forenames,
            &new.name.surname,
            new.date_of_birth,
            gender,
            ethnicity,
            new.nhs_number.as_ref().map(NhsNumber::digits),
            &new.contact.address,
            &new.contact.postcode,
            &new.contact.phone,
            &new.contact.safe_contact,
            &new.language,
            new.interpreter,
            &new.adjustments,
            &new.contact.gp,
            now,
            created_by
        ],
    )
    .await?;
    for alias in &new.aliases {
        add_alias(tx, id, alias).await?;
    }
    for (kind, value) in &new.identifiers {
        add_identifier(tx, id, kind, value).await?;
    }
    tx.describes_anew(id);
    tx.note_act("create", "identity", id.into(), "");
    Ok(())
}

/// Adds another name.
async fn add_alias(tx: &mut Tx, person: PersonId, alias: &Name) -> Result<()> {
    tx.execute(
        "INSERT INTO person_alias (id, person_id, forenames, surname) VALUES ($1, $2, $3, $4)",
        args![Uuid::now_v7(), person, &alias.forenames, &alias.surname],
    )
    .await?;
    Ok(())
}

async fn add_identifier(tx: &mut Tx, person: PersonId, kind: &str, value: &str) -> Result<()> {
    let known = tx
        .fetch_optional(
            "SELECT id FROM person_identifier WHERE person_id = $1 AND kind = $2 AND value = $3",
            args![person, kind, value],
        )
        .await?;
    if known.is_some() || value.trim().is_empty() {
        return Ok(());
    }
    tx.execute(
        "INSERT INTO person_identifier (id, person_id, kind, value) VALUES ($1, $2, $3, $4)",
        args![Uuid::now_v7(), person, kind, value],
    )
    .await?;
    Ok(())
}

/// Adds what a list or a conversation brought to light: another name, another identifier. Nothing
/// known before is replaced.
///
/// # Errors
/// The store's.
pub async fn learn(
    tx: &mut Tx,
    grant: &Grant<ChangeIdentity>,
    alias: Option<&Name>,
    identifiers: &[(String, String)],
) -> Result<()> {
    let person = grant.person();
    if let Some(alias) = alias.filter(|alias| !alias.is_unknown()) {
        let known = load(tx, &[person]).await?;
        let is_known = known.iter().any(|(known, _)| known.name == *alias || known.aliases.contains(alias));
        if !is_known {
            add_alias(tx, person, alias).await?;
        }
    }
    for (kind, value) in identifiers {
        add_identifier(tx, person, kind, value).await?;
    }
    tx.describes_anew(person);
    Ok(())
}

/// Corrects who a person is; the former state is kept.
///
/// # Errors
/// [`Error::Stale`] when somebody else corrected it first.
pub async fn change(tx: &mut Tx, grant: &Grant<ChangeIdentity>, corrected: &Person) -> Result<()> {
    keep_version(tx, grant).await?;
    tx.execute_versioned(
        "UPDATE person SET forenames = $3, surname = $4, preferred_name = $5, date_of_birth = $6, gender = $7, ethnicity = $8,
                nhs_number = $9, identity_state = $10, language = $11, interpreter = $12, adjustments = $13,
                deceased_on = $14, version = version + 1
          WHERE id = $1 AND version = $2",
        args![
            grant.person(),
            corrected.version,
            &corrected.name.forenames,
            &corrected.name.surname,
            &corrected.preferred_name,
            corrected.date_of_birth,
            corrected.gender,
            corrected.ethnicity,
            corrected.nhs_number.as_ref().map(NhsNumber::digits),
            corrected.identity_state,
            &corrected.language,
            corrected.interpreter,
            &corrected.adjustments,
            corrected.deceased_on
        ],
    )
    .await?;
    tx.describes_anew(grant.person());
    Ok(())
}

/// Corrects how and where a person may be reached; the former state is kept.
///
/// # Errors
/// [`Error::Stale`] when somebody else corrected it first.
pub async fn change_contact_details(
    tx: &mut Tx,
    grant: &Grant<ChangeContactDetails>,
    version: i64,
    details: &ContactDetails,
) -> Result<()> {
    keep_version(tx, grant).await?;
    tx.execute_versioned(
        "UPDATE person SET address = $3, postcode = $4, phone = $5, safe_contact = $6, gp = $7, version = version + 1
          WHERE id = $1 AND version = $2",
        args![
            grant.person(),
            version,
            &details.address,
            &details.postcode,
            &details.phone,
            &details.safe_contact,
            &details.gp
        ],
    )
    .await?;
    tx.describes_anew(grant.person());
    Ok(())
}

pub(crate) async fn keep_version<P: Permit>(tx: &mut Tx, grant: &Grant<P>) -> Result<()> {
    let id = grant.person();
    let row = tx
        .fetch_one(
            "SELECT id, version, forenames, surname, preferred_name, date_of_birth, gender, ethnicity, nhs_number,
                    identity_state, language, interpreter, adjustments, deceased_on, address, postcode, phone, safe_contact, gp
               FROM person WHERE id = $1",
            args![id],
        )
        .await?;
    let text = |column: &str| row.get::<String>(column);
    let content = serde_json::json!({
        "person": person(&row, Vec::new(), Vec::new())?,
        "contact": ContactDetails {
            address: text("address")?,
            postcode: text("postcode")?,
            phone: text("phone")?,
            safe_contact: text("safe_contact")?,
            gp: text("gp")?,
        },
    });
    let now = tx.now();
    tx.execute(
        "INSERT INTO person_version (person_id, version, content, replaced_at, replaced_by) VALUES ($1, $2, $3, $4, $5)",
        args![id, row.get::<i64>("version")?, content.to_string(), now, grant.actor().user],
    )
    .await?;
    Ok(())
}

/// The person an episode is about, as a subject for the policy.
///
/// # Errors
/// The store's. `None` when there is no such episode.
pub async fn subject_of_episode(conn: &mut Conn, episode: EpisodeId) -> Result<Option<Subject>> {
    let row = conn.fetch_optional("SELECT person_id, site_id FROM episode WHERE id = $1", args![episode]).await?;
    row.map(|row| {
        Ok(Subject { person: Some(row.get("person_id")?), episode: Some(episode), site: Some(row.get("site_id")?) })
    })
    .transpose()
}

/// Claims access to a person for an hour, with a reason that information governance reviews.
/// Returns the claim's reference: all that leaves this record of it.
///
/// # Errors
/// The store's.
pub async fn claim_access(tx: &mut Tx, grant: &Grant<throughline_policy::ClaimAccess>, reason: &str) -> Result<Uuid> {
    let (id, now) = (Uuid::now_v7(), tx.now());
    let ends_at = now + chrono::Duration::minutes(throughline_domain::claim::CLAIM_MINUTES);
    tx.execute(
        "INSERT INTO relationship (id, user_id, person_id, reason, starts_at, ends_at) VALUES ($1, $2, $3, $4, $5, $6)",
        args![id, grant.actor().user, grant.person(), reason, now, ends_at],
    )
    .await?;
    tx.relationships_changed();
    Ok(id)
}

/// How many people there are.
///
/// # Errors
/// The store's.
pub async fn count(conn: &mut Conn) -> Result<i64> {
    conn.fetch_one("SELECT count(*) AS people FROM person", args![]).await?.get("people")
}

/// Whether a person exists: for the search-before-create rule's own check.
///
/// # Errors
/// [`Error::Corrupt`] never; the store's otherwise.
pub async fn exists(conn: &mut Conn, id: PersonId) -> Result<bool, Error> {
    Ok(conn.fetch_optional("SELECT id FROM person WHERE id = $1", args![id]).await?.is_some())
}
