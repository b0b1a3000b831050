use super::text_enum;
use crate::money::NanoUsd;

text_enum! {
    /// Whose key paid.
    pub enum KeySource {
        /// The author's own.
        User = "user",
        /// The operator's, for guests.
        System = "system",
        /// Nobody's: the operator's own server asks for none.
        Keyless = "none",
    }
}

text_enum! {
    /// Where a cost comes from.
    pub enum CostSource {
        /// The provider said what it charged.
        Charged = "charged",
        /// Worked out from the catalogue's prices.
        Estimated = "estimated",
        /// Nobody said.
        Unknown = "unknown",
    }
}

text_enum! {
    /// Where a usage row's figures come from. A later, better source replaces `Unknown`.
    pub enum UsageSource {
        /// The provider's record at the end of the answer.
        Stream = "stream",
        /// Asked for afterwards, by generation id.
        Reconciled = "reconciled",
        /// The call may have cost something; nobody knows yet.
        Unknown = "unknown",
    }
}

text_enum! {
    /// Why a model stopped.
    pub enum FinishReason {
        /// It had said everything.
        Stop = "stop",
        /// It ran into `max_tokens`.
        Length = "length",
        /// The provider's filter cut it off.
        ContentFilter = "content_filter",
        /// It declined; the text is the refusal.
        Refusal = "refusal",
        /// The person who asked pressed Stop.
        Stopped = "stopped",
        /// Something newer than this list.
        Other = "other",
    }
}

/// Tokens as the provider counts and bills them. `None` is "not said", never zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TokenCounts {
    /// The whole prompt, cached parts included.
    pub input: Option<i64>,
    /// The whole answer, reasoning included.
    pub output: Option<i64>,
    /// The part of the prompt that came from the provider's cache.
    pub cached: Option<i64>,
    /// The part of the prompt that was put into the cache, which some providers charge more for. Used for
    /// estimates; not stored.
    pub cache_write: Option<i64>,
    /// The part of the answer that was reasoning.
    pub reasoning: Option<i64>,
}

/// What one call used, from the provider's own record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Token counts.
    pub tokens: TokenCounts,
    /// What the call cost the key's owner; `None` when the provider did not say.
    pub cost: Option<NanoUsd>,
}
