//! Errors in logs: which kind, never which words.

use std::io;

/// Tells what kind an error is, in a word that is fixed in the code.
///
/// The text of an error may quote what it stumbled over: a URL with its key, a row, a message. So
/// an event carries `kind = error.kind()`, and never `%error` or `?error` of somebody else's type.
pub trait Kind {
    /// The kind: lower case, words with underscores.
    fn kind(&self) -> &'static str;
}

impl Kind for io::Error {
    fn kind(&self) -> &'static str {
        io::Error::kind(self).kind()
    }
}

impl Kind for io::ErrorKind {
    fn kind(&self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::PermissionDenied => "permission_denied",
            Self::AlreadyExists => "already_exists",
            Self::AddrInUse => "address_in_use",
            Self::ConnectionRefused => "connection_refused",
            Self::ConnectionReset => "connection_reset",
            Self::BrokenPipe => "broken_pipe",
            Self::TimedOut => "timed_out",
            Self::UnexpectedEof => "unexpected_end",
            Self::StorageFull => "storage_full",
            _ => "other_io",
        }
    }
}

impl Kind for serde_json::Error {
    fn kind(&self) -> &'static str {
        match self.classify() {
            serde_json::error::Category::Io => "json_io",
            serde_json::error::Category::Syntax => "json_syntax",
            serde_json::error::Category::Data => "json_data",
            serde_json::error::Category::Eof => "json_end",
        }
    }
}

impl Kind for sqlx::Error {
    fn kind(&self) -> &'static str {
        match self {
            Self::Configuration(_) => "database_configuration",
            Self::Database(_) => "database_statement",
            Self::Io(_) => "database_io",
            Self::Tls(_) => "database_tls",
            Self::Protocol(_) => "database_protocol",
            Self::RowNotFound => "database_row_missing",
            Self::ColumnDecode { .. } | Self::Decode(_) => "database_decode",
            Self::PoolTimedOut => "database_pool_timeout",
            Self::PoolClosed => "database_pool_closed",
            _ => "database_other",
        }
    }
}
