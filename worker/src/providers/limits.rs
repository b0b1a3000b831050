use std::time::Duration;

/// How long a provider may take and how much it may send.
///
/// A reasoning model may be quiet for most of a minute, which is why the defaults are as wide as they
/// are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// From the first packet to an open, encrypted connection.
    pub connect: Duration,
    /// From sending the request to the response's headers.
    pub first_byte: Duration,
    /// Between two pieces of the response. A comment (`: OPENROUTER PROCESSING`) counts as life.
    pub idle: Duration,
    /// The whole call. Comments don't extend it.
    pub total: Duration,
    /// A whole question beside the chat: a key check, a look-up.
    pub aside: Duration,
    /// All that the model writes in one answer, reasoning included, in bytes.
    pub answer_bytes: usize,
    /// The whole list of models, in bytes; a longer one is not taken.
    pub list_bytes: usize,
    /// An error's body; what lies beyond is not read.
    pub error_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            first_byte: Duration::from_mins(1),
            idle: Duration::from_mins(1),
            total: Duration::from_mins(10),
            aside: Duration::from_secs(20),
            answer_bytes: 4 * 1024 * 1024,
            list_bytes: 4 * 1024 * 1024,
            error_bytes: 64 * 1024,
        }
    }
}
