/// What went wrong in the store, and so what the caller may do.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Such a row is there already.
    #[error("already exists")]
    Conflict,
    /// The database did not answer, or not in time. Try again; after a commit, look first.
    #[error("the database is not available")]
    Unavailable,
    /// The database was written by a newer Troupe. Start that one.
    #[error("the database is newer than this program: start the version that upgraded it")]
    NewerSchema,
    /// The database could not be brought up to date. Nothing was changed.
    #[error("the database could not be upgraded")]
    UpgradeFailed,
    /// A setting is wrong.
    #[error("{0}")]
    Misconfigured(&'static str),
    /// A row does not hold what it should, or a statement is wrong: a defect of ours.
    #[error("the database holds something unexpected ({0})")]
    Inconsistent(&'static str),
}

impl StoreError {
    /// Whether the same call may succeed a moment later.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable)
    }
}

/// Foreign text stops here: Postgres quotes rows in its errors, and options hold passwords.
impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::Error as E;
        match error {
            E::Database(e) if e.is_unique_violation() => Self::Conflict,
            E::Database(e) => match e.code().as_deref() {
                Some(code) if says_try_again(code) => Self::Unavailable,
                Some("28000" | "28P01") => {
                    Self::Misconfigured("the server refuses the user or password of DATABASE_URL")
                }
                Some("3D000") => Self::Misconfigured("the server has no database of that name"),
                _ => {
                    tracing::error!(
                        db.code = e.code().as_deref().unwrap_or("none"),
                        "a statement failed"
                    );
                    Self::Inconsistent("statement")
                }
            },
            E::Io(_)
            | E::Tls(_)
            | E::PoolTimedOut
            | E::PoolClosed
            | E::WorkerCrashed
            | E::Protocol(_) => Self::Unavailable,
            E::ColumnDecode { index, .. } => {
                tracing::error!(db.column = index, "a column could not be read");
                Self::Inconsistent("column")
            }
            E::RowNotFound => Self::Inconsistent("missing row"),
            _ => Self::Inconsistent("driver"),
        }
    }
}

/// Whether an engine's code speaks of the moment and not of the statement.
fn says_try_again(code: &str) -> bool {
    // Postgres has five characters: connection lost, deadlock or serialisation, insufficient
    // resources, lock or statement time-out, shutting down, read-only, idle for too long
    if code.len() == 5 {
        return ["08", "40", "53", "57"].iter().any(|class| code.starts_with(class))
            || matches!(code, "55P03" | "25006" | "25P03");
    }
    // SQLite has a number whose low byte is the kind: busy, locked, out of memory, I/O error, full
    code.parse::<u32>().is_ok_and(|code| matches!(code & 0xff, 5 | 6 | 7 | 10 | 13))
}

/// What a store method gives.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

#[cfg(test)]
mod tests {
    use super::says_try_again;

    #[test]
    fn codes_of_the_moment_are_told_from_defects() {
        // SQLITE_BUSY_SNAPSHOT, SQLITE_IOERR_FSYNC, SQLITE_FULL; a lost connection, a deadlock
        for code in ["5", "517", "1034", "13", "08006", "40P01", "57P01", "53300", "55P03"] {
            assert!(says_try_again(code), "{code}");
        }
        // SQLITE_ERROR, SQLITE_CONSTRAINT_FOREIGNKEY; a wrong statement, text that is too long
        for code in ["1", "787", "42601", "22001", "23503", ""] {
            assert!(!says_try_again(code), "{code}");
        }
    }
}
