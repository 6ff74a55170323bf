//! Backups: a copy that can be trusted, or none.

use chrono::Utc;
use std::path::Path;
use throughline_audit::Broken;
use throughline_domain::ids::ElsewhereId;
use throughline_domain::name::Name;
use throughline_store::backup::{self, BackupError, DATABASE};
use throughline_store::elsewhere::{self, Record};
use throughline_store::{Cause, Location, Store, raw};
use uuid::Uuid;

const KEY: &str = "a passphrase's invented words";

async fn open(path: &Path) -> Store {
    Store::open(&Location::Sqlite { path: path.to_owned(), key: Some(KEY.into()) }).await.unwrap()
}

async fn add_somebody(store: &Store) {
    let mut tx = store.begin(Cause { actor: None, at: Utc::now(), request: "test".into() }).await.unwrap();
    let record = Record { number: Uuid::now_v7().to_string(), name: Name::new("Ada", "Marsh"), ..Record::default() };
    elsewhere::take_in(&mut tx, "PAS", &[record]).await.unwrap();
    tx.commit().await.unwrap();
}

async fn how_many(store: &Store) -> usize {
    let first = ElsewhereId::new(Uuid::nil());
    elsewhere::numbers_after(&mut store.read().await.unwrap(), "PAS", first, 100).await.unwrap().len()
}

#[tokio::test]
async fn a_backup_made_while_the_service_runs_is_put_back_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("live.db");
    let store = open(&path).await;
    add_somebody(&store).await;
    let to = folder.path().join("backup");
    std::fs::create_dir(&to).unwrap();
    let manifest = backup::make(&path, Some(KEY), &to, Utc::now()).await.unwrap();
    assert!(manifest.is_encrypted && manifest.audit_head.seq > 0);
    let bytes = std::fs::read(to.join(DATABASE)).unwrap();
    assert!(
        !bytes.windows(5).any(|part| part == b"Marsh" || part == b"SQLit"),
        "the copy is encrypted as the original is"
    );

    add_somebody(&store).await;
    store.close().await;
    let restored = backup::restore(&to, Some(KEY), &path, true, Utc::now()).await.unwrap();
    assert!(restored.kept.unwrap().exists(), "the newer database is kept beside it");
    let store = open(&path).await;
    assert_eq!(how_many(&store).await, 1);
    store.close().await;
}

#[tokio::test]
async fn a_copy_that_was_changed_is_not_put_in_place() {
    let folder = tempfile::tempdir().unwrap();
    let (path, target) = (folder.path().join("live.db"), folder.path().join("target.db"));
    let store = open(&path).await;
    add_somebody(&store).await;
    backup::make(&path, Some(KEY), folder.path(), Utc::now()).await.unwrap();
    let copy = folder.path().join(DATABASE);
    let mut bytes = std::fs::read(&copy).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&copy, bytes).unwrap();
    let error = backup::restore(folder.path(), Some(KEY), &target, false, Utc::now()).await.unwrap_err();
    assert!(matches!(error, BackupError::Changed), "{error}");
    assert!(!target.exists());
    store.close().await;
}

#[tokio::test]
async fn a_copy_with_another_audit_log_than_its_manifest_says_is_not_put_in_place() {
    let folder = tempfile::tempdir().unwrap();
    let (path, target) = (folder.path().join("live.db"), folder.path().join("target.db"));
    let store = open(&path).await;
    add_somebody(&store).await;
    let mut manifest = backup::make(&path, Some(KEY), folder.path(), Utc::now()).await.unwrap();
    manifest.audit_head.hash = "0".repeat(64);
    std::fs::write(folder.path().join(backup::MANIFEST), serde_json::to_string(&manifest).unwrap()).unwrap();
    let error = backup::restore(folder.path(), Some(KEY), &target, true, Utc::now()).await.unwrap_err();
    assert!(matches!(error, BackupError::Audit(Broken::Replaced(_))), "{error}");
    store.close().await;
}

/// A PostgreSQL database with somebody in it, and its backup in a folder.
async fn dumped() -> (Store, String, tempfile::TempDir) {
    let location = throughline_testkit::postgres_location().await;
    let store = Store::open(&location).await.unwrap();
    add_somebody(&store).await;
    let Location::Postgres(url) = location else { unreachable!("it is PostgreSQL") };
    (store, url, tempfile::tempdir().unwrap())
}

async fn empty() -> String {
    let Location::Postgres(url) = throughline_testkit::postgres_location().await else {
        unreachable!("it is PostgreSQL")
    };
    url
}

#[tokio::test]
async fn a_postgresql_backup_is_restored_whole_and_only_into_an_empty_database() {
    let (store, url, folder) = dumped().await;
    let manifest = backup::postgres::make(&url, folder.path(), Utc::now()).await.unwrap();
    assert!(manifest.audit_head.seq > 0 && manifest.bytes > 0);
    add_somebody(&store).await;
    let target = empty().await;
    let restored = backup::postgres::restore(folder.path(), &target, true).await.unwrap();
    assert_eq!(restored, manifest);
    let copy = Store::open(&Location::Postgres(target.clone())).await.unwrap();
    assert_eq!(how_many(&copy).await, 1);
    let error = backup::postgres::restore(folder.path(), &target, true).await.unwrap_err();
    assert!(matches!(error, BackupError::NotEmpty), "{error}");
    let error = backup::postgres::restore(folder.path(), &url, true).await.unwrap_err();
    assert!(matches!(error, BackupError::NotEmpty), "{error}");
    assert_eq!(how_many(&store).await, 2, "nothing is written over");
    copy.close().await;
    store.close().await;
}

#[tokio::test]
async fn a_postgresql_dump_that_was_changed_or_whose_audit_log_is_broken_is_refused() {
    let (store, url, folder) = dumped().await;
    let mut tx = store.begin(Cause { actor: None, at: Utc::now(), request: "test".into() }).await.unwrap();
    raw::execute(&mut tx, "UPDATE audit_row SET actor_name = 'Somebody else' WHERE seq = 1", vec![]).await.unwrap();
    tx.commit().await.unwrap();
    backup::postgres::make(&url, folder.path(), Utc::now()).await.unwrap();
    let error = backup::postgres::restore(folder.path(), &empty().await, true).await.unwrap_err();
    assert!(matches!(error, BackupError::Audit(Broken::Changed(1))), "{error}");

    let file = folder.path().join(backup::postgres::DUMP);
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    let error = backup::postgres::restore(folder.path(), &empty().await, false).await.unwrap_err();
    assert!(matches!(error, BackupError::Changed), "{error}");
    store.close().await;
}

#[tokio::test]
async fn a_backup_of_a_database_that_is_not_there_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let url = empty().await;
    let error = backup::postgres::make(&url, folder.path(), Utc::now()).await.unwrap_err();
    assert!(matches!(error, BackupError::Store(_)), "{error}");
    assert!(std::fs::read_dir(folder.path()).unwrap().next().is_none());
}
