//! A running service forgets the keys of old forms and expired sessions by itself.

use chrono::{Duration, Utc};
use std::process::{Command, Stdio};
use throughline_domain::role::Role;
use throughline_store::{Cause, Value, idempotency, raw};
use throughline_testkit::{Kit, database_setting, on_both};

async fn count(kit: &Kit, sql: &'static str) -> i64 {
    let mut read = kit.store.read().await.expect("it answers");
    raw::fetch_all(&mut read, sql, vec![]).await.expect("it counts")[0].get("n").expect("it is a number")
}

async fn claim(kit: &Kit, key: &str, days_ago: i64) {
    let at = Utc::now() - Duration::days(days_ago);
    let mut tx = kit.store.begin(Cause { actor: None, at, request: "test".into() }).await.expect("it answers");
    idempotency::claim(&mut tx, kit.user(Role::Practitioner), key).await.expect("a key is claimed");
    tx.commit().await.expect("it commits");
}

on_both! {
    async fn old_keys_and_expired_sessions_are_forgotten(kit: Kit) {
        claim(&kit, "of last week", 7).await;
        claim(&kit, "of yesterday", 1).await;
        kit.session(kit.user(Role::Practitioner), Utc::now() - Duration::hours(1)).await;
        kit.session(kit.user(Role::Practitioner), Utc::now() + Duration::hours(9)).await;

        let folder = tempfile::tempdir().expect("a folder can be made");
        let config = folder.path().join("config.toml");
        let text = format!(
            "listen = \"127.0.0.1:{}\"\ndatabase = \"{}\"\n",
            throughline_testkit::free_port(),
            database_setting(&kit.location)
        );
        std::fs::write(&config, text).expect("it can be written");
        let mut server = Command::new(env!("CARGO_BIN_EXE_throughline"))
            .args(["serve", "--config"])
            .arg(&config)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        for _ in 0..400 {
            if count(&kit, "SELECT count(*) AS n FROM session").await == 1 {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        server.kill().expect("it can be ended");
        server.wait().expect("it ends");
        assert_eq!(count(&kit, "SELECT count(*) AS n FROM session").await, 1);
        let mut read = kit.store.read().await.expect("it answers");
        let rows = raw::fetch_all(&mut read, "SELECT key FROM idempotency WHERE created_at > $1", vec![Value::from(Utc::now() - Duration::days(30))])
            .await
            .expect("they are read");
        let keys: Vec<String> = rows.iter().map(|row| row.get("key").expect("it is text")).collect();
        assert_eq!(keys, ["of yesterday"]);
    }
}
