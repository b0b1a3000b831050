//! The directory of what this installation keeps.

use std::{fs, path::Path};

use anyhow::Context;
use shared::config::DatabaseUrl;

/// Makes `DATA_DIR` where something is to be kept in it. A database that was put elsewhere finds its
/// own directory there or is refused: a volume that is not mounted must not become an empty database.
pub(crate) fn prepare(data_dir: &Path, database: &DatabaseUrl) -> anyhow::Result<()> {
    match database {
        DatabaseUrl::Sqlite(path) if path.starts_with(data_dir) => fs::create_dir_all(data_dir)
            .with_context(|| format!("DATA_DIR can't be made: {}", data_dir.display())),
        DatabaseUrl::Sqlite(_) | DatabaseUrl::Postgres(_) => Ok(()),
    }
}
