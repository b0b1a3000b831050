use std::{collections::BTreeSet, fs, path::Path};

use shared::{
    clock::{SharedClock, SystemClock},
    store::{Engine, Store, StoreError},
    testing::{TestDb, TestEngine, run},
};

shared::each_engine!(
    a_newer_schema_is_refused,
    opening_again_changes_nothing,
    a_changed_migration_is_not_taken_for_a_newer_one,
);

fn clock() -> SharedClock {
    std::sync::Arc::new(SystemClock)
}

async fn opening_again_changes_nothing(db: TestDb) {
    let applied = "SELECT COUNT(*) FROM _sqlx_migrations";
    let before: Vec<(i64,)> = db.rows(applied).await;
    db.another_store().await.close().await;
    assert_eq!(db.rows::<(i64,)>(applied).await, before);
    assert!(before[0].0 >= 2);
}

async fn a_newer_schema_is_refused(db: TestDb) {
    let sql = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
               SELECT 9999, 'from the future', success, checksum, 0 FROM _sqlx_migrations WHERE version = 1";
    assert_eq!(db.execute(sql, &[], &[]).await, 1);
    let refused = Store::open(&db.engine(), clock()).await.err();
    assert!(matches!(refused, Some(StoreError::NewerSchema)), "{refused:?}");
}

async fn a_changed_migration_is_not_taken_for_a_newer_one(db: TestDb) {
    let other = match db.kind() {
        TestEngine::Sqlite => "UPDATE _sqlx_migrations SET checksum = X'00' WHERE version = 1",
        TestEngine::Postgres => r"UPDATE _sqlx_migrations SET checksum = '\x00' WHERE version = 1",
    };
    assert_eq!(db.execute(other, &[], &[]).await, 1);
    let refused = Store::open(&db.engine(), clock()).await.err();
    assert!(matches!(refused, Some(StoreError::UpgradeFailed)), "{refused:?}");
}

/// Several processes start at once on a file that is not there yet.
#[test]
fn the_first_starts_of_several_processes_meet_on_sqlite() {
    let dir = tempfile::tempdir().unwrap();
    for round in 0..10 {
        together(&Engine::Sqlite(dir.path().join(format!("{round}.db"))));
    }
}

#[test]
fn the_first_starts_of_several_processes_meet_on_postgres() {
    run(TestEngine::Postgres, async |db| {
        // as it was before the first start
        db.execute("DROP SCHEMA public CASCADE", &[], &[]).await;
        db.execute("CREATE SCHEMA public", &[], &[]).await;
        let engine = db.engine();
        tokio::task::spawn_blocking(move || together(&engine)).await.unwrap();
    });
}

fn together(engine: &Engine) {
    std::thread::scope(|scope| {
        let starts: Vec<_> = (0..4).map(|_| scope.spawn(|| open_and_use(engine))).collect();
        for start in starts {
            start.join().unwrap();
        }
    });
}

fn open_and_use(engine: &Engine) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = Store::open(engine, clock()).await.unwrap();
        store.ensure_user(1.into(), "ada").await.unwrap();
        store.close().await;
    });
}

#[test]
fn both_trees_have_the_same_files() {
    let names = |tree: &str| -> BTreeSet<String> {
        let tree = Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations").join(tree);
        let files = fs::read_dir(tree).unwrap();
        files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect()
    };
    assert_eq!(names("sqlite"), names("postgres"));
    assert!(names("sqlite").iter().all(|name| {
        let (number, rest) = name.split_once('_').unwrap();
        number.len() == 4 && number.parse::<u32>().is_ok() && rest.strip_suffix(".sql").is_some()
    }));
}

type Columns = BTreeSet<(String, String, bool)>;

/// Table, column, and whether it may be NULL.
async fn columns(db: &TestDb) -> Columns {
    let sql = match db.kind() {
        TestEngine::Sqlite => {
            "SELECT m.name, c.name, c.\"notnull\" = 0 FROM sqlite_schema m JOIN pragma_table_info(m.name) c
              WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name <> '_sqlx_migrations'"
        }
        TestEngine::Postgres => {
            "SELECT table_name::text, column_name::text, is_nullable = 'YES' FROM information_schema.columns
              WHERE table_schema = 'public' AND table_name <> '_sqlx_migrations'"
        }
    };
    db.rows::<(String, String, bool)>(sql).await.into_iter().collect()
}

/// What stands in a row, and what may be missing from it, does not depend on the engine.
#[test]
fn both_trees_make_the_same_tables() {
    run(TestEngine::Postgres, async |postgres| {
        let sqlite = TestDb::create(TestEngine::Sqlite).await.unwrap();
        let (of_sqlite, of_postgres) = (columns(&sqlite).await, columns(&postgres).await);
        let only_here: Vec<_> = of_sqlite.symmetric_difference(&of_postgres).collect();
        assert!(only_here.is_empty(), "{only_here:?}");
        assert!(of_sqlite.len() > 100);
    });
}

/// SQLite guesses an affinity for what it does not know, unless the table is STRICT.
#[test]
fn every_sqlite_table_is_strict() {
    run(TestEngine::Sqlite, async |db| {
        let sql = "SELECT name FROM pragma_table_list
                    WHERE schema = 'main' AND type = 'table' AND NOT strict
                      AND name NOT LIKE 'sqlite_%' AND name <> '_sqlx_migrations'";
        assert!(db.rows::<(String,)>(sql).await.is_empty());
    });
}
