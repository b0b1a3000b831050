use std::{fmt, time::Duration};

use shared::model::FailureKind;

/// Why a call gave no whole answer, told by what its caller may do about it.
///
/// It holds enums and numbers alone, so it can be logged and stored as it is: a provider's text,
/// an address or a key has no place to be in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// No byte of the request left this machine. Nothing is spent.
    ///
    /// [`Transient`](FailureKind::Transient) is a connection that did not come about and may be
    /// tried again; anything else is ours, and stays wrong.
    #[error("the request was not sent ({kind})")]
    NotSent {
        /// What the person is told.
        kind: FailureKind,
    },
    /// The provider turned the request away before it did anything, and will take it later.
    /// Nothing is spent.
    #[error("the provider asks to wait ({kind})")]
    Throttled {
        /// What the person is told when waiting takes too long.
        kind: FailureKind,
        /// How long the provider asks to wait. Unsaid often enough; then the caller backs off.
        retry_after: Option<Duration>,
    },
    /// The provider refused the request before it did anything, and will refuse it again.
    /// Nothing is spent.
    ///
    /// [`InvalidKey`](FailureKind::InvalidKey) is to be confirmed by
    /// [`check_key`](super::ChatProvider::check_key) before the key is switched off.
    #[error("the provider refused the request ({kind})")]
    Rejected {
        /// What the person is told.
        kind: FailureKind,
        /// When it may be otherwise: a daily limit's reset. For the text, not for waiting.
        retry_after: Option<Duration>,
    },
    /// The request may have been worked on, and billed. Never repeated by itself; what arrived
    /// so far, text and usage, is the caller's.
    #[error("the answer did not arrive whole and may have been billed ({kind}, {cut})")]
    Ambiguous {
        /// What the person is told.
        kind: FailureKind,
        /// What happened, for the log.
        cut: Cut,
    },
}

impl CallError {
    /// The class of the failure, from which the bot words its message.
    #[must_use]
    pub const fn kind(&self) -> FailureKind {
        match self {
            Self::NotSent { kind }
            | Self::Throttled { kind, .. }
            | Self::Rejected { kind, .. }
            | Self::Ambiguous { kind, .. } => *kind,
        }
    }

    /// Whether the same call may be made again by itself, perhaps after a wait.
    #[must_use]
    pub const fn may_be_repeated(&self) -> bool {
        matches!(self, Self::NotSent { kind: FailureKind::Transient } | Self::Throttled { .. })
    }

    /// Whether the user may have paid for something.
    #[must_use]
    pub const fn may_have_cost(&self) -> bool {
        matches!(self, Self::Ambiguous { .. })
    }

    /// How long the provider asks to wait, where it said so.
    #[must_use]
    pub const fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Throttled { retry_after, .. } | Self::Rejected { retry_after, .. } => {
                *retry_after
            }
            Self::NotSent { .. } | Self::Ambiguous { .. } => None,
        }
    }
}

/// Where an answer was cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// An HTTP status that says nothing of what was done: 408, 500, 502, 504, 524, 529, …
    Status(u16),
    /// No response began in time.
    FirstByteTimeout,
    /// The response fell silent.
    IdleTimeout,
    /// The response went on and on.
    TotalTimeout,
    /// The connection broke.
    Connection,
    /// The response ended in the middle: no finish reason, or half a line left over.
    EndedEarly,
    /// The provider reported an error after it had accepted the request.
    ErrorReported,
    /// More than the caps allow.
    TooLarge,
    /// Neither an event stream nor JSON: a proxy's page, an empty body.
    NotAnAnswer,
}

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Status(status) => return write!(f, "status {status}"),
            Self::FirstByteTimeout => "no response in time",
            Self::IdleTimeout => "response fell silent",
            Self::TotalTimeout => "response took too long",
            Self::Connection => "connection broke",
            Self::EndedEarly => "response ended early",
            Self::ErrorReported => "provider reported an error",
            Self::TooLarge => "response too large",
            Self::NotAnAnswer => "not an answer",
        })
    }
}
