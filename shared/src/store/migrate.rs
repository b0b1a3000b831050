//! Every binary brings the database up to date at its start, one at a time, and refuses one that a
//! newer binary has upgraded.

use std::{fs::File, io::ErrorKind, path::PathBuf};

use nix::fcntl::{Flock, FlockArg};
use sqlx::{
    Connection,
    migrate::{MigrateError, Migrator},
};

use super::{
    Engine, Result, StoreError,
    db::{Db, postgres_options},
};

static SQLITE: Migrator = sqlx::migrate!("../migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("../migrations/postgres");

/// Connects, and applies what is missing.
pub(super) async fn connect(engine: &Engine) -> Result<Db> {
    match engine {
        Engine::Sqlite(path) => {
            // before the first connection: even the change to WAL fails when two make it at once
            let _lock = lock_beside(path.clone()).await?;
            let db = Db::connect_sqlite(path).await?;
            if let Db::Sqlite(sqlite) = &db {
                SQLITE.run(sqlite.writer()).await.map_err(told)?;
            }
            Ok(db)
        }
        Engine::Postgres(url) => {
            // the migrator waits its turn on an advisory lock, and an upgrade may take long: on a
            // connection of its own, without the time-outs of the others
            let options = postgres_options(url)?;
            let mut connection = sqlx::PgConnection::connect_with(&options).await?;
            POSTGRES.run(&mut connection).await.map_err(told)?;
            connection.close().await?;
            Db::connect_postgres(options).await
        }
    }
}

fn told(error: MigrateError) -> StoreError {
    match error {
        MigrateError::VersionMissing(_) | MigrateError::VersionTooNew(..) => {
            StoreError::NewerSchema
        }
        MigrateError::Execute(error) => match StoreError::from(error) {
            StoreError::Unavailable => StoreError::Unavailable,
            _ => StoreError::UpgradeFailed,
        },
        _ => StoreError::UpgradeFailed,
    }
}

async fn lock_beside(database: PathBuf) -> Result<Flock<File>> {
    let mut name = database.into_os_string();
    name.push(".lock");
    tokio::task::spawn_blocking(move || {
        let file = File::create(PathBuf::from(name)).map_err(|error| match error.kind() {
            ErrorKind::NotFound | ErrorKind::PermissionDenied => StoreError::Misconfigured(
                "the directory of the SQLite database is not there, or may not be written",
            ),
            _ => StoreError::Unavailable,
        })?;
        Flock::lock(file, FlockArg::LockExclusive).map_err(|_| StoreError::Unavailable)
    })
    .await
    .map_err(|_| StoreError::Unavailable)?
}
