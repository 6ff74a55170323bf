//! What decides whether an offer may be made, as the list and the record tell it now.

use crate::{Conn, Result, Row, args};
use chrono::NaiveDate;
use throughline_domain::consent::{ConsentFor, ConsentState};
use throughline_domain::ids::{EntryId, OutreachId, PersonId, SiteId};
use throughline_domain::name::Name;
use throughline_domain::outreach::{Age, Contact, Facts, OfferChannel, ways_in};
use throughline_domain::time::age_on;

/// What the offer needs, and no more.
#[derive(Debug, Clone, Default)]
pub(super) struct Details {
    pub site: Option<SiteId>,
    pub list_date: NaiveDate,
    pub person: Option<PersonId>,
    pub name: Name,
    pub address: String,
    pub postcode: String,
    pub phone: String,
    pub language: String,
    pub safe_contact: String,
    born: Option<NaiveDate>,
    listed_age: Option<u32>,
    is_youth: bool,
    deceased: bool,
}

/// What an entry of a list says, as far as the offer needs it.
#[derive(Debug, Default, serde::Deserialize)]
struct Listed {
    #[serde(default)]
    age: Option<u32>,
    #[serde(default)]
    youth: bool,
    #[serde(default)]
    address: Option<String>,
    #[serde(default)]
    postcode: Option<String>,
    #[serde(default)]
    interpreter: Option<String>,
    #[serde(default)]
    notices: Vec<serde_json::Value>,
}

/// The details of a line, from the list and, where they are known, from the record first.
pub(super) async fn details(conn: &mut Conn, entry: EntryId) -> Result<Option<Details>> {
    let row = conn
        .fetch_optional(
            "SELECT l.site_id, l.list_date, l.forenames, l.surname, l.date_of_birth, l.source, l.person_id,
                    COALESCE(p.address, '') AS address, COALESCE(p.postcode, '') AS postcode, COALESCE(p.phone, '') AS phone,
                    COALESCE(p.language, '') AS language, COALESCE(p.safe_contact, '') AS safe_contact,
                    p.date_of_birth AS born, p.deceased_on
               FROM list_entry l LEFT JOIN person p ON p.id = l.person_id WHERE l.id = $1",
            args![entry],
        )
        .await?;
    row.as_ref().map(of_row).transpose()
}

fn of_row(row: &Row) -> Result<Details> {
    let listed: Listed = serde_json::from_str(&row.get::<String>("source")?).unwrap_or_default();
    let (address, postcode): (String, String) = (row.get("address")?, row.get("postcode")?);
    let has_home = !address.trim().is_empty();
    // A name that the court withholds is nobody's to write on an envelope.
    let withheld = listed.notices.iter().any(|notice| notice == "name_withheld");
    let name = Name { forenames: row.get("forenames")?, surname: row.get("surname")? };
    let language: String = row.get("language")?;
    Ok(Details {
        site: row.get("site_id")?,
        list_date: row.get("list_date")?,
        person: row.get("person_id")?,
        name: if withheld { Name::default() } else { name },
        address: if has_home { address } else { listed.address.unwrap_or_default() },
        postcode: if has_home { postcode } else { listed.postcode.unwrap_or_default() },
        phone: row.get("phone")?,
        language: if language.is_empty() { spoken(listed.interpreter.unwrap_or_default()) } else { language },
        safe_contact: row.get("safe_contact")?,
        born: row.get::<Option<NaiveDate>>("born")?.or(row.get("date_of_birth")?),
        listed_age: listed.age,
        is_youth: listed.youth,
        deceased: row.get::<Option<NaiveDate>>("deceased_on")?.is_some(),
    })
}

/// A language where the list names one; "yes" and "no" name none.
fn spoken(interpreter: String) -> String {
    let says_none = ["", "no", "n", "none", "yes", "y", "required", "not required"];
    if says_none.contains(&interpreter.trim().to_lowercase().as_str()) { String::new() } else { interpreter }
}

/// The facts of an offer as they are now.
pub(super) async fn of(conn: &mut Conn, offer: OutreachId) -> Result<Facts> {
    let row =
        conn.fetch_one("SELECT entry_id, safe_ways, adult_checked FROM outreach WHERE id = $1", args![offer]).await?;
    let details = match row.get::<Option<EntryId>>("entry_id")? {
        Some(entry) => details(conn, entry).await?.unwrap_or_default(),
        None => Details::default(),
    };
    let checked = ways_in(&row.get::<String>("safe_ways")?);
    let ledger = match details.person {
        Some(person) => Ledger::read(conn, person, offer).await?,
        None => Ledger::default(),
    };
    let years = details.born.and_then(|born| age_on(born, details.list_date)).or(details.listed_age);
    Ok(Facts {
        age: Age::of(years, details.is_youth, row.get("adult_checked")?),
        deceased: details.deceased,
        refused_before: ledger.refused,
        contact: contact(&ledger, &details, checked),
        ways: ways(&details),
    })
}

/// For which channels there is something to write to or to ring, and a name to ask for.
fn ways(details: &Details) -> Vec<OfferChannel> {
    if details.name.is_unknown() {
        return Vec::new();
    }
    let has_address = !details.address.trim().is_empty();
    let has_phone = !details.phone.trim().is_empty();
    let has = |channel: &OfferChannel| match channel {
        OfferChannel::Letter => has_address,
        OfferChannel::Phone | OfferChannel::Text => has_phone,
    };
    OfferChannel::ALL.iter().copied().filter(has).collect()
}

/// The person's own word comes first. Consent with limits, and rules of safe contact in the record, have to be read
/// by somebody, who then says which ways are safe.
fn contact(ledger: &Ledger, details: &Details, checked: Vec<OfferChannel>) -> Contact {
    match ledger.contact {
        Some(ConsentState::Refused | ConsentState::Withdrawn) => Contact::Refused,
        Some(ConsentState::Given) if details.safe_contact.trim().is_empty() => {
            Contact::Safe(OfferChannel::ALL.to_vec())
        }
        _ if checked.is_empty() => Contact::Unknown,
        _ => Contact::Safe(checked),
    }
}

/// What a known person said before.
#[derive(Debug, Default)]
struct Ledger {
    contact: Option<ConsentState>,
    refused: bool,
}

impl Ledger {
    async fn read(conn: &mut Conn, person: PersonId, offer: OutreachId) -> Result<Self> {
        let rows = conn
            .fetch_all(
                "SELECT consent_for, state FROM consent WHERE person_id = $1 AND consent_for IN ('contact_by', 'engagement')
                  ORDER BY recorded_at, id",
                args![person],
            )
            .await?;
        let (mut contact, mut engagement) = (None, None);
        for row in &rows {
            let state: ConsentState = row.get("state")?;
            match row.get::<ConsentFor>("consent_for")? {
                ConsentFor::ContactBy => contact = Some(state),
                _ => engagement = Some(state),
            }
        }
        let declined = conn
            .fetch_optional(
                "SELECT id FROM outreach WHERE person_id = $1 AND id <> $2 AND state = 'declined' LIMIT 1",
                args![person, offer],
            )
            .await?;
        let refused = matches!(engagement, Some(ConsentState::Refused | ConsentState::Withdrawn)) || declined.is_some();
        Ok(Self { contact, refused })
    }
}
