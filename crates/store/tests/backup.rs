//! Backups: a copy that can be trusted, or none.

use chrono::Utc;
use std::path::Path;
use throughline_audit::Broken;
use throughline_domain::ids::PersonId;
use throughline_domain::name::Name;
use throughline_store::backup::{self, BackupError, DATABASE};
use throughline_store::people::{self, NewPerson};
use throughline_store::{Cause, Location, Store};
use uuid::Uuid;

const KEY: &str = "a passphrase's invented words";

async fn open(path: &Path) -> Store {
    Store::open(&Location::Sqlite { path: path.to_owned(), key: Some(KEY.into()) }).await.unwrap()
}

async fn add_somebody(store: &Store) {
    let mut tx = store.begin(Cause { actor: None, at: Utc::now(), request: "test".into() }).await.unwrap();
    let person = NewPerson { name: Name::new("Ada", "Marsh"), ..NewPerson::default() };
    people::import(&mut tx, PersonId::new(Uuid::now_v7()), &person).await.unwrap();
    tx.commit().await.unwrap();
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
    assert_eq!(people::count(&mut store.read().await.unwrap()).await.unwrap(), 1);
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
