//! Tokens of programs that hand in lists, from the command line.

use crate::config::Installation;
use crate::inboxes::no_such_site;
use crate::words::{say, wrong_use};
use throughline_domain::ids::TokenId;
use throughline_domain::time::{Instant, date_long, date_time_long, london_date};
use throughline_inbox::token;
use throughline_store::organisations;
use throughline_store::tokens::{self, NewToken, Token};

/// Issues, lists and revokes the tokens of programs that hand in lists
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Issues a token and shows it once
    #[command(after_help = "Example:  throughline token add --site EX01 --name 'Custody system' --until 31/12/2027")]
    Add {
        /// The site whose lists it hands in, by code or name
        #[arg(long, value_name = "CODE")]
        site: String,
        /// What the program is: the name stands beside its lists
        #[arg(long)]
        name: String,
        /// The last day it works, two years from today at the latest; without it, a year from today
        #[arg(long, value_name = "DATE")]
        until: Option<String>,
        #[command(flatten)]
        installation: Installation,
    },
    /// Lists the tokens, without their secrets
    #[command(after_help = "Example:  throughline token list")]
    List {
        #[command(flatten)]
        installation: Installation,
    },
    /// Revokes a token: it opens nothing any more, from now
    #[command(after_help = "Example:  throughline token revoke 019a2b3c-4d5e-7f60-8192-a3b4c5d6e7f8")]
    Revoke {
        /// Its id, as `token list` shows it
        id: TokenId,
        #[command(flatten)]
        installation: Installation,
    },
}

/// Does a command.
pub async fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Add { site, name, until, installation } => add(&installation, &site, &name, until.as_deref()).await,
        Command::List { installation } => list(&installation).await,
        Command::Revoke { id, installation } => revoke(&installation, id).await,
    }
}

async fn add(installation: &Installation, site: &str, name: &str, until: Option<&str>) -> anyhow::Result<()> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > token::LONGEST_NAME {
        let longest = token::LONGEST_NAME;
        return Err(wrong_use(format!("--name says what the program is, in 1 to {longest} characters")));
    }
    let last_day = token::last_day(until, london_date(chrono::Utc::now()));
    let last_day = last_day.map_err(|words| wrong_use(format!("--until: {words}")))?;
    let store = super::open(&installation.load()?).await?;
    let mut tx = super::begin(&store).await?;
    let sites = organisations::sites(&mut tx).await?;
    let is_meant =
        |known: &&organisations::Site| known.code.eq_ignore_ascii_case(site) || known.name.eq_ignore_ascii_case(site);
    let found = sites.iter().find(is_meant).ok_or_else(|| no_such_site(site, &sites))?;
    let made = token::make();
    let new = NewToken {
        id: made.id,
        site_id: found.id,
        name: name.to_owned(),
        secret_sha256: made.secret_sha256,
        expires_at: token::ends(last_day),
    };
    tokens::issue_by_command(&mut tx, &new).await?;
    tx.commit().await?;
    store.close().await;
    eprintln!(
        "{name} may hand in lists for {} until {}. The token is shown this once: keep it as you keep a password.",
        found.name,
        date_long(last_day)
    );
    say(made.text)
}

async fn list(installation: &Installation) -> anyhow::Result<()> {
    let store = super::open(&installation.load()?).await?;
    let all = tokens::every(&mut *store.read().await?).await?;
    store.close().await;
    if all.is_empty() {
        return say("No token has been issued.");
    }
    let now = chrono::Utc::now();
    all.iter().try_for_each(|token| say(line(token, now)))
}

fn line(token: &Token, now: Instant) -> String {
    let state = match token.revoked_at {
        Some(at) => format!("revoked {}", date_time_long(at)),
        None if token.is_good(now) => format!("in use until {}", date_time_long(token.expires_at)),
        None => format!("ended {}", date_time_long(token.expires_at)),
    };
    let used =
        token.last_used_at.map_or_else(|| "never used".to_owned(), |at| format!("last used {}", date_time_long(at)));
    format!("{}  {}, {}: {state}, {used}", token.id, token.site_name, token.name)
}

async fn revoke(installation: &Installation, id: TokenId) -> anyhow::Result<()> {
    let store = super::open(&installation.load()?).await?;
    let mut tx = super::begin(&store).await?;
    let Some((token, _)) = tokens::find(&mut tx, id).await? else {
        return Err(wrong_use(format!("there is no token {id}: `throughline token list` shows them")));
    };
    if token.revoked_at.is_some() {
        return say(format!("The token of {} was revoked before.", token.name));
    }
    tokens::revoke_by_command(&mut tx, id).await?;
    tx.commit().await?;
    store.close().await;
    say(format!("The token of {} for {} opens nothing any more.", token.name, token.site_name))
}
