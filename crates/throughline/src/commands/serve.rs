//! The real thing.

use crate::config::{Config, Installation, Log};
use crate::inboxes;
use crate::upkeep;
use crate::words::wrong_use;
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use throughline_domain::alert::AnswerWithin;
use throughline_store::{Store, health, organisations};
use throughline_web::{App, Settings};
use tokio::net::TcpListener;

/// How long open requests may take to end once the program is told to stop. Live boards never end
/// by themselves.
const GRACE: Duration = Duration::from_secs(5);

/// Runs the service
///
/// Serves pages until it is told to stop (SIGTERM or Ctrl-C). Refuses settings that are not safe:
/// an address that others can reach without TLS in front, demo accounts in a real database.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:  throughline serve --config /etc/throughline/config.toml")]
pub struct Args {
    #[command(flatten)]
    installation: Installation,
}

/// Serves until told to stop.
pub async fn run(args: &Args, started: Instant) -> anyhow::Result<()> {
    let config = args.installation.load()?;
    logs(config.log, "info");
    must_be_safe(&config)?;
    let listener = listen_on(config.listen).await?;
    let store = super::open(&config).await?;
    must_be_ready(&store).await?;
    let inboxes = inboxes::with_sites(&mut *store.read().await?, &config.inboxes).await?;
    for fault in config.inboxes.iter().filter_map(inboxes::fault_of) {
        // A share may come back: pages are served meanwhile, and lists can be brought in by hand.
        tracing::warn!("{fault}");
    }
    if !config.is_postgres() && config.key()?.is_none() {
        tracing::warn!("the database is not encrypted: set database_key_file unless the disk is");
    }
    let settings = Settings {
        lock_after_seconds: config.lock_after_minutes * 60,
        secure_cookies: config.behind_tls,
        alert_answer: AnswerWithin {
            held: chrono::Duration::minutes(config.alert_minutes_held.into()),
            otherwise: chrono::Duration::hours(config.alert_hours.into()),
        },
        ..Settings::default()
    };
    let operations = match config.operations_listen {
        Some(address) => Some((listen_on(address).await?, operations(store.clone())?)),
        None => None,
    };
    let pages = throughline_web::router(App::new(store.clone(), settings).await?);
    tracing::info!(listen = %config.listen, database = store.kind(), ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX), "ready");
    let watch = tokio::spawn(throughline_inbox::watch(store.clone(), inboxes));
    let served = serve_until_told(listener, pages, operations, &store).await;
    watch.abort();
    served
}

fn must_be_safe(config: &Config) -> anyhow::Result<()> {
    if !config.listen.ip().is_loopback() && !config.behind_tls {
        return Err(wrong_use(format!(
            "listen = \"{}\" can be reached from other machines, and passwords would travel in the clear. Put a proxy that ends TLS in front and set behind_tls = true, or listen on 127.0.0.1",
            config.listen
        )));
    }
    Ok(())
}

async fn must_be_ready(store: &Store) -> anyhow::Result<()> {
    let mut read = store.read().await?;
    if organisations::service(&mut read).await?.is_none() {
        anyhow::bail!(
            "this database has no service yet. Describe it as in reference/service.example.toml, then run `throughline user add --service FILE` with the first user's details"
        );
    }
    if health::demo_accounts(&mut read).await? > 0 {
        anyhow::bail!(
            "this database holds demo accounts, whose password everybody knows. Start with an empty database; `throughline demo` is for looking around"
        );
    }
    Ok(())
}

/// Writes log lines to standard error. `RUST_LOG` overrules the level.
pub fn logs(log: Log, level: &str) {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| format!("warn,throughline={level}").into());
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match log {
        Log::Json => lines.json().flatten_event(true).init(),
        Log::Text => lines.init(),
    }
}

/// Takes an address.
///
/// # Errors
/// In plain words, when somebody else has it.
pub async fn listen_on(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => anyhow::anyhow!("another program already uses {address}. End it, or choose another address with --listen (demo) or listen (settings)"),
        std::io::ErrorKind::PermissionDenied => anyhow::anyhow!("this user may not use {address}: ports below 1024 are for the system"),
        _ => anyhow::anyhow!("{address} cannot be used: {error}"),
    })
}

/// Serves pages, and operations when there are any, until SIGTERM or Ctrl-C; then lets open
/// requests end and closes the database.
///
/// # Errors
/// When a listener fails.
pub async fn serve_until_told(
    listener: TcpListener,
    pages: Router,
    operations: Option<(TcpListener, Router)>,
    store: &Store,
) -> anyhow::Result<()> {
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let told = |mut stopped: tokio::sync::watch::Receiver<bool>| async move {
        let _ = stopped.wait_for(|stopped| *stopped).await;
    };
    let pages = axum::serve(listener, pages.into_make_service_with_connect_info::<SocketAddr>())
        .with_graceful_shutdown(told(stopped.clone()));
    let mut pages = tokio::spawn(pages.into_future());
    let upkeep = tokio::spawn(upkeep::for_ever(store.clone()));
    if let Some((listener, router)) = operations {
        tokio::spawn(axum::serve(listener, router).with_graceful_shutdown(told(stopped)).into_future());
    }
    tokio::select! {
        ended = &mut pages => ended??,
        () = told_to_stop() => {
            tracing::info!("stopping: open requests may end");
            let _ = stop.send(true);
            let _ = tokio::time::timeout(GRACE, &mut pages).await;
            pages.abort();
        }
    }
    upkeep.abort();
    store.close().await;
    tracing::info!("stopped");
    Ok(())
}

async fn told_to_stop() {
    let interrupt = tokio::signal::ctrl_c();
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut terminate) => tokio::select! {
            _ = interrupt => (),
            _ = terminate.recv() => (),
        },
        Err(_) => {
            let _ = interrupt.await;
        }
    }
}

#[derive(Clone)]
struct Operations {
    store: Store,
    metrics: PrometheusHandle,
}

/// Probes and metrics: their own door.
fn operations(store: Store) -> anyhow::Result<Router> {
    const SECONDS: &[f64] = &[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
    let metrics = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".into()), SECONDS)?
        .install_recorder()?;
    metrics::gauge!("throughline_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
    let upkeep = metrics.clone();
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(Duration::from_secs(5)).await;
            upkeep.run_upkeep();
        }
    });
    Ok(Router::new()
        .route("/livez", get(|| async { "alive\n" }))
        .route("/readyz", get(ready))
        .route(
            "/metrics",
            get(|State(operations): State<Operations>| async move {
                ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], operations.metrics.render())
            }),
        )
        .with_state(Operations { store, metrics }))
}

async fn ready(State(operations): State<Operations>) -> impl IntoResponse {
    match tokio::time::timeout(Duration::from_secs(2), health::may_save(&operations.store)).await {
        Ok(Ok(())) => (StatusCode::OK, "ready\n".to_owned()),
        Ok(Err(error)) => (StatusCode::SERVICE_UNAVAILABLE, format!("not ready: {error}\n")),
        Err(_) => {
            (StatusCode::SERVICE_UNAVAILABLE, "not ready: the database does not answer within 2 seconds\n".to_owned())
        }
    }
}
