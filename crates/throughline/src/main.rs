//! Throughline: the working record of a Liaison and Diversion service, in one program.

use anyhow::Context;
use std::net::SocketAddr;
use throughline_store::{Cause, Location, Store};
use throughline_web::{App, Settings};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt().with_env_filter("warn,throughline=info").init();
    let folder = tempfile::tempdir()?;
    let store = Store::open(&Location::Sqlite { path: folder.path().join("throughline.db"), key: None }).await?;
    let mut tx = store.begin(Cause { actor: None, at: chrono::Utc::now(), request: "demo".into() }).await?;
    let places = throughline_demo::places::make(&mut tx).await?;
    let hash = throughline_web::account::hash_password(throughline_demo::staff::PASSWORD);
    let accounts = throughline_demo::staff::make(&mut tx, &places, &hash).await?;
    tx.commit().await?;
    let sign_ins = accounts
        .iter()
        .map(|account| throughline_web::DemoSignIn {
            name: account.name.into(),
            role: account.role.label().into(),
            email: account.email.clone(),
            password: throughline_demo::staff::PASSWORD.into(),
        })
        .collect();
    let settings = Settings { demo: true, secure_cookies: false, demo_sign_ins: sign_ins, ..Settings::default() };
    let app = App::new(store, settings).await?;
    let listen = std::env::args().nth(2).unwrap_or_else(|| "127.0.0.1:8080".into());
    let listener = tokio::net::TcpListener::bind(&listen).await.with_context(|| format!("cannot listen on {listen}"))?;
    println!("http://{listen}");
    axum::serve(listener, throughline_web::router(app).into_make_service_with_connect_info::<SocketAddr>()).await?;
    Ok(())
}
