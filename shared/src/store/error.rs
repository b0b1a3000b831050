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
                // Postgres: lock or statement time-out, deadlock, serialisation, shutting down, too many
                // connections, insufficient resources, read-only. SQLite: busy, locked, I/O error, full.
                Some(
                    "55P03" | "57014" | "40P01" | "40001" | "57P01" | "57P02" | "57P03" | "53300"
                    | "53100" | "53200" | "25006" | "25P03" | "5" | "6" | "10" | "13" | "261"
                    | "517" | "773",
                ) => Self::Unavailable,
                Some("08000" | "08003" | "08006") => Self::Unavailable,
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

/// What a store method gives.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;
