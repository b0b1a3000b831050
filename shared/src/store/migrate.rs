//! Every binary brings the database up to date at its start, one at a time, and refuses one that a
//! newer binary has upgraded.

use std::{
    fs::{self, File},
    io::ErrorKind,
    path::{Path, PathBuf},
};

use nix::fcntl::{Flock, FlockArg};
use sqlx::{
    Connection, SqlitePool,
    migrate::{MigrateError, Migrator},
};

use super::{
    Engine, Result, StoreError,
    db::{Db, postgres_options},
};

pub(super) static SQLITE: Migrator = sqlx::migrate!("../migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("../migrations/postgres");

/// Connects, and applies what is missing.
pub(super) async fn connect(engine: &Engine) -> Result<Db> {
    match engine {
        Engine::Sqlite(path) => {
            // before the first connection: even the change to WAL fails when two make it at once
            let _lock = lock_beside(path.clone()).await?;
            let db = Db::connect_sqlite(path).await?;
            if let Db::Sqlite(sqlite) = &db {
                copy_before_upgrade(sqlite.writer(), path).await?;
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

/// Copies a database that is about to be upgraded to `FILE.before-NNNN`, the number of the first
/// migration that it lacks: whoever has to go back to the version before has what that one wrote.
async fn copy_before_upgrade(writer: &SqlitePool, path: &Path) -> Result<()> {
    const EXISTS: &str =
        "SELECT COUNT(*) FROM sqlite_schema WHERE type = 'table' AND name = '_sqlx_migrations'";
    const APPLIED: &str = "SELECT version FROM _sqlx_migrations";
    let (exists,): (i64,) = sqlx::query_as(EXISTS).fetch_one(writer).await?;
    if exists == 0 {
        return Ok(());
    }
    let applied: Vec<(i64,)> = sqlx::query_as(APPLIED).fetch_all(writer).await?;
    let is_known = |version: i64| applied.iter().any(|(known,)| *known == version);
    let is_newer =
        applied.iter().any(|(version,)| SQLITE.iter().all(|known| known.version != *version));
    let first = SQLITE.iter().map(|migration| migration.version).find(|number| !is_known(*number));
    // what a newer program wrote is refused below; an empty database has nothing to lose
    let Some(first) = first.filter(|_| !is_newer && !applied.is_empty()) else { return Ok(()) };
    let copy = with_ending(path, &format!(".before-{first:04}"));
    let unfinished = with_ending(path, ".copying");
    let text = unfinished.to_str().ok_or(StoreError::Misconfigured(
        "the path of the SQLite database is not UTF-8, so it can't be copied before an upgrade",
    ))?;
    let failed = StoreError::Misconfigured(
        "the SQLite database can't be copied beside itself before an upgrade: is the disk full?",
    );
    // one that broke off
    match fs::remove_file(&unfinished) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(failed),
        Err(_) | Ok(()) => {}
    }
    if sqlx::query("VACUUM INTO $1").bind(text).execute(writer).await.is_err() {
        return Err(failed);
    }
    let finished = fs::metadata(path)
        .and_then(|of_database| fs::set_permissions(&unfinished, of_database.permissions()))
        .and_then(|()| File::open(&unfinished)?.sync_all())
        .and_then(|()| fs::rename(&unfinished, &copy));
    finished.map_err(|_| failed)
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
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
    let name = with_ending(&database, ".lock");
    tokio::task::spawn_blocking(move || {
        let file = File::create(name).map_err(|error| match error.kind() {
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
