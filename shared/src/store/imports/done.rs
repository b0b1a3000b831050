//! What became of a row of the older system.

/// What became of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Done {
    /// It is here now.
    Created,
    /// It was here and is as it is there now.
    Updated,
    /// It was here.
    Unchanged,
    /// It is not here, or not as it is there.
    Skipped(Skipped),
}

/// Why a row was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Skipped {
    /// Somebody edited it here since it came: that is kept.
    #[error(
        "it was changed here since it was imported, and was changed there too; what is here stays"
    )]
    ChangedHere,
    /// Somebody deleted it here since it came.
    #[error("it was deleted here since it was imported")]
    DeletedHere,
    /// It is here and not the same, and nobody knows which is newer.
    #[error("it is here already and is not the same; what is here stays")]
    Differs,
    /// Every name that it could speak under is somebody else's.
    #[error("all names that it could have are somebody else's")]
    NoName,
    /// The person has a key.
    #[error("the person has a key here already; it stays")]
    HasKey,
    /// The key does not open, or can't be sealed.
    #[error("{0}")]
    Key(&'static str),
    /// What it belongs to is not here.
    #[error("{0}")]
    Missing(&'static str),
    /// Something else, in words of ours.
    #[error("{0}")]
    Other(String),
}
