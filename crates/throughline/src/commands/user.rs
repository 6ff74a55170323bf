//! Users, from the command line: the first one, and help when nobody can sign in.

use crate::config::{Config, Installation};
use crate::passwords;
use crate::words::{read_text, say, wrong_use};
use anyhow::Context;
use std::path::{Path, PathBuf};
use throughline_domain::calendar::OpeningHours;
use throughline_domain::ids::{OrganisationId, ServiceId, SiteId, UserId};
use throughline_domain::place::SiteKind;
use throughline_domain::role::{OrganisationKind, Role};
use throughline_domain::time::{from_london, parse_date, parse_time};
use throughline_store::organisations::{self, Organisation, Service, Site};
use throughline_store::users::{self, NewUser, User};
use throughline_store::{Store, Tx, lists};
use uuid::Uuid;

/// Adds, locks and helps users
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Adds a user; the second factor is set up at the first sign-in
    ///
    /// The first user of an empty database needs `--service FILE`, which describes the
    /// organisations, the service and its sites (reference/service.example.toml).
    #[command(
        after_help = "Example:  throughline user add --email ada@trust.example --name 'Ada Marsh' --role team_leader --service service.toml"
    )]
    Add(Add),
    /// Locks a user out at once (or lets them in again)
    #[command(after_help = "Example:  throughline user lock ada@trust.example")]
    Lock {
        /// What they sign in with
        email: String,
        /// Lets them in again
        #[arg(long)]
        undo: bool,
        #[command(flatten)]
        installation: Installation,
    },
    /// Forgets a user's second factor: it is set up anew at the next sign-in
    ///
    /// Make sure that it is they who ask: see them, or ring them on a number you know.
    #[command(after_help = "Example:  throughline user reset-mfa ada@trust.example")]
    ResetMfa {
        /// What they sign in with
        email: String,
        #[command(flatten)]
        installation: Installation,
    },
}

/// A user to be added.
#[derive(Debug, clap::Args)]
pub struct Add {
    /// What they sign in with
    #[arg(long)]
    email: String,
    /// Their name, as it stands under what they sign
    #[arg(long)]
    name: String,
    /// Their role (code)
    #[arg(long, value_parser = role)]
    role: Role,
    /// Their employer, by name; without it, the only one that fits the role
    #[arg(long, value_name = "NAME")]
    organisation: Option<String>,
    /// A site they work at, by code or name; can be repeated; without it, every site for roles that work at sites
    #[arg(long = "site", value_name = "CODE")]
    sites: Vec<String>,
    /// Professional registration
    #[arg(long, default_value = "")]
    registration: String,
    /// The last day of their access (bank, agency, students)
    #[arg(long, value_name = "DATE")]
    until: Option<String>,
    /// A file that holds the password; without it, it is asked for, or read from standard input
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// What organisations, service and sites there are, for an empty database
    #[arg(long, value_name = "FILE")]
    service: Option<PathBuf>,
    #[command(flatten)]
    installation: Installation,
}

fn role(text: &str) -> Result<Role, String> {
    let all: Vec<&str> = Role::ALL.iter().map(|role| role.code()).collect();
    Role::from_code(text).ok_or_else(|| format!("the roles are {}", all.join(", ")))
}

/// Does a command.
pub async fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Add(add) => add_user(&add).await,
        Command::Lock { email, undo, installation } => {
            let (store, mut tx, user) = find(&installation.load()?, &email).await?;
            users::lock(&mut tx, user.id, None, !undo).await?;
            tx.commit().await?;
            store.close().await;
            say(format!("{} {}.", user.name, if undo { "may sign in again" } else { "is locked out, from now" }))
        }
        Command::ResetMfa { email, installation } => {
            let (store, mut tx, user) = find(&installation.load()?, &email).await?;
            users::set_totp(&mut tx, user.id, None).await?;
            tx.commit().await?;
            store.close().await;
            say(format!("{} sets up a second factor at the next sign-in.", user.name))
        }
    }
}

async fn find(config: &Config, email: &str) -> anyhow::Result<(Store, Tx, User)> {
    let store = super::open(config).await?;
    let mut tx = super::begin(&store).await?;
    let found = users::for_sign_in(&mut tx, email).await?;
    let (user, _) = found.with_context(|| format!("nobody signs in with {email}"))?;
    Ok((store, tx, user))
}

async fn add_user(add: &Add) -> anyhow::Result<()> {
    if !add.email.contains('@') || add.email.contains(char::is_whitespace) {
        return Err(wrong_use(format!("'{}' is not an e-mail address", add.email)));
    }
    let until = add.until.as_deref().map(last_instant).transpose()?;
    let service = add.service.as_deref().map(ServiceFile::read).transpose()?;
    let password = password(add)?;
    let store = super::open(&add.installation.load()?).await?;
    let mut tx = super::begin(&store).await?;
    match (organisations::service(&mut tx).await?, service) {
        (None, None) => {
            return Err(wrong_use(
                "this database has no service yet: describe it as in reference/service.example.toml and add --service FILE",
            ));
        }
        (Some(_), Some(_)) => {
            return Err(wrong_use("this database already has its service: leave out --service"));
        }
        (None, Some(service)) => service.make(&mut tx).await?,
        (Some(_), None) => (),
    }
    if users::for_sign_in(&mut tx, &add.email).await?.is_some() {
        anyhow::bail!("somebody already signs in with {}", add.email);
    }
    let employer = employer(&mut tx, add).await?;
    let sites = sites(&mut tx, add).await?;
    let user = NewUser {
        id: UserId::new(Uuid::now_v7()),
        organisation_id: employer.id,
        email: add.email.clone(),
        name: add.name.clone(),
        role: add.role,
        registration: add.registration.clone(),
        password_hash: throughline_web::account::hash_password(&password),
        totp_secret: None,
        access_until: until,
        sites: sites.iter().map(|site| site.id).collect(),
    };
    users::add(&mut tx, &user).await?;
    tx.commit().await?;
    store.close().await;
    let places: Vec<&str> = sites.iter().map(|site| site.name.as_str()).collect();
    let at = if places.is_empty() { String::new() } else { format!(", at {}", places.join(", ")) };
    say(format!("{} ({}, {}{at}) may sign in, and sets up a second factor then.", add.name, add.role, employer.name))
}

fn last_instant(text: &str) -> anyhow::Result<throughline_domain::time::Instant> {
    let today = throughline_domain::time::london_date(chrono::Utc::now());
    let date = parse_date(text, today).map_err(|error| wrong_use(format!("--until: {error}")))?;
    Ok(from_london((date + chrono::Days::new(1)).and_time(chrono::NaiveTime::MIN)))
}

fn password(add: &Add) -> anyhow::Result<String> {
    let terminal = console::Term::stderr();
    let is_asked =
        add.password_file.is_none() && terminal.is_term() && std::io::IsTerminal::is_terminal(&std::io::stdin());
    let typed = match &add.password_file {
        Some(file) => read_text(file)?,
        None if is_asked => {
            terminal.write_str(&format!(
                "Password for {} (at least {} characters, not shown): ",
                add.name,
                passwords::SHORTEST
            ))?;
            let first = terminal.read_secure_line()?;
            terminal.write_str("The same again: ")?;
            if terminal.read_secure_line()? != first {
                anyhow::bail!("the two passwords differ; nothing was changed");
            }
            first
        }
        None => {
            let mut line = String::new();
            std::io::stdin().read_line(&mut line)?;
            line
        }
    };
    let password = typed.trim_end_matches(['\r', '\n']).to_owned();
    match passwords::fault(&password, &add.name, &add.email) {
        Some(fault) => Err(wrong_use(fault)),
        None => Ok(password),
    }
}

async fn employer(tx: &mut Tx, add: &Add) -> anyhow::Result<Organisation> {
    let kind = throughline_policy::employer(add.role);
    let all = organisations::all(tx).await?;
    let fitting: Vec<&Organisation> = match &add.organisation {
        Some(name) => all.iter().filter(|one| one.name.eq_ignore_ascii_case(name)).collect(),
        None => all.iter().filter(|one| one.kind == kind).collect(),
    };
    let names: Vec<&str> = all.iter().map(|one| one.name.as_str()).collect();
    match fitting[..] {
        [one] if one.kind == kind => Ok(one.clone()),
        [one] => Err(wrong_use(format!(
            "{} is not a {}: that is who employs a {}",
            one.name,
            kind.label().to_lowercase(),
            add.role
        ))),
        _ => Err(wrong_use(format!("say which employer with --organisation: {}", names.join("; ")))),
    }
}

async fn sites(tx: &mut Tx, add: &Add) -> anyhow::Result<Vec<Site>> {
    let all = organisations::sites(tx).await?;
    if add.sites.is_empty() {
        let works_at_sites = add.role.is_clinical() || matches!(add.role, Role::Administrator | Role::Manager);
        return Ok(if works_at_sites { all } else { Vec::new() });
    }
    let find = |wanted: &String| {
        let found =
            all.iter().find(|site| site.code.eq_ignore_ascii_case(wanted) || site.name.eq_ignore_ascii_case(wanted));
        let known: Vec<String> = all.iter().map(|site| format!("{} ({})", site.code, site.name)).collect();
        found
            .cloned()
            .ok_or_else(|| wrong_use(format!("there is no site '{wanted}'. The sites are {}", known.join(", "))))
    };
    add.sites.iter().map(find).collect()
}

/// What `--service` describes.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct ServiceFile {
    name: String,
    help_phone: String,
    organisation: Vec<OrganisationEntry>,
    site: Vec<SiteEntry>,
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct OrganisationEntry {
    name: String,
    kind: OrganisationKind,
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct SiteEntry {
    name: String,
    code: String,
    kind: SiteKind,
    hours: Option<OpeningHours>,
    /// The London time by which its list for the day should be in.
    list_by: Option<String>,
}

impl ServiceFile {
    fn read(file: &Path) -> anyhow::Result<Self> {
        Self::parse(&read_text(file)?).map_err(|words| wrong_use(format!("{}: {words}", file.display())))
    }

    fn parse(text: &str) -> Result<Self, String> {
        let service: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        if service.help_phone.trim().is_empty() {
            return Err(
                "help_phone is empty: it is the number that every page shows for help, also when the system is down"
                    .into(),
            );
        }
        if !service.organisation.iter().any(|one| one.kind == OrganisationKind::Trust) {
            return Err("one organisation must be of kind \"trust\": it runs the service".into());
        }
        if service.site.is_empty() {
            return Err("there is no [[site]]: a service is present somewhere".into());
        }
        for one in &service.site {
            if let Some(Err(error)) = one.list_by.as_deref().map(parse_time) {
                return Err(format!("list_by of {}: {error}", one.name));
            }
        }
        Ok(service)
    }

    async fn make(self, tx: &mut Tx) -> anyhow::Result<()> {
        let mut trust = None;
        for one in &self.organisation {
            let new = Organisation { id: OrganisationId::new(Uuid::now_v7()), name: one.name.clone(), kind: one.kind };
            organisations::add(tx, &new).await?;
            trust = trust.or(Some(new.id).filter(|_| one.kind == OrganisationKind::Trust));
        }
        let service = Service {
            id: ServiceId::new(Uuid::now_v7()),
            organisation_id: trust.context("the file was checked for a trust")?,
            name: self.name,
            help_phone: self.help_phone,
        };
        organisations::add_service(tx, &service).await?;
        for (order, one) in (0..).zip(self.site) {
            let hours = one
                .hours
                .unwrap_or_else(|| if one.kind.is_court() { OpeningHours::court() } else { OpeningHours::custody() });
            let site = Site {
                id: SiteId::new(Uuid::now_v7()),
                service_id: service.id,
                name: one.name,
                kind: one.kind,
                code: one.code,
                hours: serde_json::to_string(&hours)?,
            };
            organisations::add_site(tx, &site, order).await?;
            let list_by = one.list_by.as_deref().map(parse_time).transpose()?;
            lists::expect_by(tx, site.id, list_by).await?;
        }
        tx.note_act("create", "sites", throughline_policy::Subject::default(), "service set up");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_a_service_can_be_used() {
        let service = ServiceFile::parse(include_str!("../../../../reference/service.example.toml")).unwrap();
        assert!(service.site.iter().any(|site| site.kind.is_court()));
        assert!(service.site.iter().any(|site| site.hours.is_some()));
        assert!(service.site.iter().any(|site| site.list_by.is_some()));
    }

    #[test]
    fn a_time_that_is_none_is_told() {
        let text = include_str!("../../../../reference/service.example.toml").replace("\"07:30\"", "\"half seven\"");
        assert!(ServiceFile::parse(&text).unwrap_err().contains("list_by of Example custody suite"));
    }

    #[test]
    fn a_service_without_a_number_for_help_is_refused() {
        let text = include_str!("../../../../reference/service.example.toml").replace("020 7946 0123", " ");
        assert!(ServiceFile::parse(&text).unwrap_err().contains("help_phone"));
    }
}
