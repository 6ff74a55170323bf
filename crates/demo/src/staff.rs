//! The demo's users: one or more of every role. Their password is printed when the demo starts.

use crate::places::{Places, id};
use throughline_domain::ids::{SiteId, UserId};
use throughline_domain::role::Role;
use throughline_store::users::{self, NewUser};
use throughline_store::{Result, Tx};

/// The password of every demo account. Demo accounts exist only in a demo.
pub const PASSWORD: &str = "demonstration";

/// A demo account.
#[derive(Debug, Clone)]
pub struct Account {
    /// The user.
    pub id: UserId,
    /// Their name.
    pub name: &'static str,
    /// Their role.
    pub role: Role,
    /// What they sign in with.
    pub email: String,
}

const STAFF: &[(&str, Role, &str)] = &[
    ("Amara Bello", Role::Practitioner, "RMN 18B0421X"),
    ("Tom Hartley", Role::Practitioner, "Social worker SW99120"),
    ("Priya Nair", Role::Practitioner, "OT 0T55310"),
    ("Josie Quill", Role::TeamLeader, "RMN 09L7730W"),
    ("Daniel Osei", Role::LinkWorker, ""),
    ("Megan Rowe", Role::LinkWorker, ""),
    ("Farah Aziz", Role::LinkWorkerLead, ""),
    ("Colin Marsh", Role::Administrator, ""),
    ("Ruth Ekpo", Role::Manager, ""),
    ("Sam Tilley", Role::Student, ""),
    ("Nadia Kowal", Role::Bank, "RMN 21A1188S"),
    ("Leo Fenn", Role::Analyst, ""),
    ("Harriet Dunn", Role::Commissioner, ""),
    ("Grace Obi", Role::InformationGovernance, ""),
    ("Ivan Petrov", Role::SafetyOfficer, ""),
    ("Wendy Shah", Role::SystemAdministrator, ""),
];

/// The accounts, whether or not they are made yet.
pub fn accounts() -> Vec<Account> {
    let account = |(name, role, _): &(&'static str, Role, &str)| {
        let email = format!("{}@demo.invalid", name.to_lowercase().replace(' ', "."));
        Account { id: UserId::new(id(&email)), name, role: *role, email }
    };
    STAFF.iter().map(account).collect()
}

/// Makes the accounts. `password_hash` is of [`PASSWORD`].
///
/// # Errors
/// The store's.
pub async fn make(tx: &mut Tx, places: &Places, password_hash: &str) -> Result<Vec<Account>> {
    let accounts = accounts();
    for (account, (name, role, registration)) in accounts.iter().zip(STAFF) {
        let new = NewUser {
            id: account.id,
            organisation_id: match throughline_policy::employer(*role) {
                throughline_domain::role::OrganisationKind::Partner => places.partner,
                throughline_domain::role::OrganisationKind::Commissioner => places.commissioner,
                _ => places.trust,
            },
            email: account.email.clone(),
            name: (*name).into(),
            role: *role,
            registration: (*registration).into(),
            password_hash: password_hash.into(),
            totp_secret: Some(id(name).as_bytes().repeat(2)[..20].to_vec()),
            access_until: None,
            sites: sites_of(*role, places),
        };
        users::add(tx, &new).await?;
    }
    Ok(accounts)
}

fn sites_of(role: Role, places: &Places) -> Vec<SiteId> {
    let all = places.sites.iter().map(|site| site.id);
    match role {
        Role::Bank => all.take(1).collect(),
        role if role.is_clinical() || matches!(role, Role::Administrator | Role::Manager) => all.collect(),
        _ => Vec::new(),
    }
}
