//! An invented service to look at.

use crate::commands::serve::{listen_on, logs, serve_until_told};
use crate::config::Log;
use crate::progress::Progress;
use crate::words::say;
use anyhow::Context;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Instant;
use throughline_demo::staff;
use throughline_inbox::{Inbox, Kind};
use throughline_store::{Cause, Location, Store};
use throughline_web::{App, DemoSignIn, Settings};

/// Opens an invented service to look at
///
/// Everybody in it is made up. The address, the sign-ins and their password are printed. The page
/// that asks for a code shows the code.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:  throughline demo --listen 127.0.0.1:8090 --seed 7")]
pub struct Args {
    /// Where to serve it
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// A folder to keep it in; without it, everything is gone at the end
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// Another number makes other people
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,
    /// A folder to put lists for Bromley custody into, as a watched folder of a service
    #[arg(long, value_name = "FOLDER")]
    inbox: Option<PathBuf>,
    /// Only the places and the sign-ins: no people, no history
    #[arg(long)]
    empty: bool,
}

/// Makes the service, if it is not there yet, and serves it until told to stop.
pub async fn run(args: Args, started: Instant) -> anyhow::Result<()> {
    logs(Log::Text, "warn");
    let listener = listen_on(args.listen).await?;
    let temporary = tempfile::tempdir()?;
    let folder = args.data.clone().unwrap_or_else(|| temporary.path().to_owned());
    std::fs::create_dir_all(&folder).with_context(|| format!("the folder {} cannot be made", folder.display()))?;
    let store = Store::open(&Location::Sqlite { path: folder.join("throughline-demo.db"), key: None }).await?;
    if is_empty(&store).await? {
        fill(&store, (!args.empty).then_some(args.seed)).await?;
    }
    let settings = Settings { demo: true, secure_cookies: false, demo_sign_ins: sign_ins(), ..Settings::default() };
    let app = App::new(store.clone(), settings).await?;
    let watch = tokio::spawn(throughline_inbox::watch(store.clone(), inboxes(args.inbox)?));
    say(welcome(args.listen, started))?;
    let served = serve_until_told(listener, throughline_web::router(app), None, &store).await;
    watch.abort();
    served
}

fn inboxes(folder: Option<PathBuf>) -> anyhow::Result<Vec<Inbox>> {
    let Some(path) = folder else { return Ok(Vec::new()) };
    if let Some(fault) = throughline_inbox::fault(Kind::Folder, &path) {
        anyhow::bail!(fault);
    }
    let site = throughline_demo::places::known().sites.first().map(|site| site.id).context("the demo has sites")?;
    Ok(vec![Inbox { site, kind: Kind::Folder, path }])
}

async fn is_empty(store: &Store) -> throughline_store::Result<bool> {
    Ok(throughline_store::organisations::service(&mut *store.read().await?).await?.is_none())
}

async fn fill(store: &Store, seed: Option<u64>) -> anyhow::Result<()> {
    let now = chrono::Utc::now();
    let mut tx =
        store.begin(Cause { actor: None, at: now - chrono::Duration::days(400), request: "demo".into() }).await?;
    let places = throughline_demo::places::make(&mut tx).await?;
    staff::make(&mut tx, &places, &throughline_web::account::hash_password(staff::PASSWORD)).await?;
    tx.commit().await?;
    let Some(seed) = seed else { return Ok(()) };
    let mut progress = Progress::new("Inventing the service", 100);
    throughline_demo::fill(store, seed, now, &mut |percent| progress.at(percent))
        .await
        .context("the invented service could not be made")
}

fn sign_ins() -> Vec<DemoSignIn> {
    let of = |account: staff::Account| DemoSignIn {
        name: account.name.into(),
        role: account.role.label().into(),
        email: account.email,
        password: staff::PASSWORD.into(),
    };
    staff::accounts().into_iter().map(of).collect()
}

fn welcome(listen: SocketAddr, started: Instant) -> String {
    let mut text = format!(
        "\nThroughline is open at  http://{listen}   (made in {:.1} s; Ctrl-C ends it)\n\n\
         Everybody in it is invented. Sign in as anybody, with the password  {}\n\n",
        started.elapsed().as_secs_f64(),
        staff::PASSWORD
    );
    for account in staff::accounts() {
        use std::fmt::Write;
        writeln!(text, "  {:<34} {}", account.email, account.role.label()).expect("a string takes everything");
    }
    text
}
