//! Every binary brings the database up to date at its start, one at a time, and refuses one that a
//! newer binary has upgraded.

use std::{fs::File, path::PathBuf};

use nix::fcntl::{Flock, FlockArg};
use sqlx::migrate::{MigrateError, Migrator};

use super::{Engine, Result, StoreError, db::Db};

static SQLITE: Migrator = sqlx::migrate!("../migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("../migrations/postgres");

/// Applies what is missing. Postgres has an advisory lock for it, which the migrator takes; SQLite
/// gets a file lock beside the database.
pub(super) async fn migrate(db: &Db, engine: &Engine) -> Result<()> {
    match (db, engine) {
        (Db::Postgres(pool), _) => POSTGRES.run(pool).await,
        (Db::Sqlite(sqlite), Engine::Sqlite(path)) => {
            let _lock = lock_beside(path.clone()).await?;
            SQLITE.run(sqlite.writer()).await
        }
        (Db::Sqlite(sqlite), Engine::Postgres(_)) => SQLITE.run(sqlite.writer()).await,
    }
    .map_err(|error| match error {
        MigrateError::VersionMissing(_) | MigrateError::VersionTooNew(..) => {
            StoreError::NewerSchema
        }
        MigrateError::Execute(error) => match StoreError::from(error) {
            StoreError::Unavailable => StoreError::Unavailable,
            _ => StoreError::UpgradeFailed,
        },
        _ => StoreError::UpgradeFailed,
    })
}

async fn lock_beside(database: PathBuf) -> Result<Flock<File>> {
    let mut name = database.into_os_string();
    name.push(".lock");
    tokio::task::spawn_blocking(move || {
        let file = File::create(PathBuf::from(name)).map_err(|_| StoreError::Unavailable)?;
        Flock::lock(file, FlockArg::LockExclusive).map_err(|_| StoreError::Unavailable)
    })
    .await
    .map_err(|_| StoreError::Unavailable)?
}
