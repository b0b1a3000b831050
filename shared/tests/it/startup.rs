use std::sync::Arc;

use shared::{
    clock::SystemClock,
    startup::{StartupError, check_canary, open_store},
    store::{Engine, Store},
    vault::{MasterKey, MasterKeys, Vault},
};

fn key() -> String {
    MasterKey::generate().unwrap().to_string()
}

fn vault(current: &str, previous: &[&str]) -> Vault {
    let read = |text: &str| MasterKey::from_text(text).unwrap();
    Vault::new(MasterKeys {
        current: read(current),
        previous: previous.iter().map(|text| read(text)).collect(),
    })
}

async fn store(dir: &tempfile::TempDir) -> Store {
    let engine = Engine::Sqlite(dir.path().join("test.db"));
    let opened = open_store(&engine, Arc::new(SystemClock), std::future::pending()).await;
    opened.unwrap().unwrap()
}

#[tokio::test]
async fn another_master_key_is_refused_and_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(&dir).await;
    let (first, other) = (key(), key());
    check_canary(&store, &vault(&first, &[])).await.unwrap();
    let refused = check_canary(&store, &vault(&other, &[])).await.unwrap_err();
    assert!(matches!(refused, StartupError::Canary(_)));
    let text = refused.to_string();
    assert!(
        text.contains("APP_MASTER_KEY differs") && text.contains("nothing was started"),
        "{text}"
    );
    assert_eq!(store.canaries().await.unwrap().len(), 1);
    check_canary(&store, &vault(&first, &[])).await.unwrap();
}

#[tokio::test]
async fn a_key_that_is_being_changed_opens_with_both() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(&dir).await;
    let (old, new) = (key(), key());
    check_canary(&store, &vault(&old, &[])).await.unwrap();
    check_canary(&store, &vault(&new, &[&old])).await.unwrap();
    assert_eq!(store.canaries().await.unwrap().len(), 2);
    // whoever was not told of the new key yet must not seal with the old one
    assert!(check_canary(&store, &vault(&old, &[])).await.is_err());
}

#[tokio::test]
async fn waiting_for_a_database_ends_when_the_process_is_told_to_stop() {
    let nowhere = Engine::Postgres("postgres://nobody@127.0.0.1:1/nothing".into());
    let stopped = open_store(&nowhere, Arc::new(SystemClock), std::future::ready(())).await;
    assert!(matches!(stopped, Ok(None)));
}
