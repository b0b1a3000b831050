use super::text_enum;

text_enum! {
    /// Why a request ended without a whole answer. Kept with the request; the bot words it.
    ///
    /// The classes are those of the error table in `docs/ARCHITECTURE.md`; a provider's own text is
    /// never kept.
    pub enum FailureKind {
        /// The provider refuses the key, and `GET /key` confirmed it.
        InvalidKey = "invalid_key",
        /// The personality was deleted, or made private by its owner, before the call.
        PersonalityGone = "personality_gone",
        /// The server that was to answer was taken out of the operator's settings.
        ProviderGone = "provider_gone",
        /// The key was removed or switched off before the call.
        KeyGone = "key_gone",
        /// The call could go past a limit that its payer set.
        OverBudget = "over_budget",
        /// The guest has used up what the operator gives for a day.
        GuestBudget = "guest_budget",
        /// The stored key does not open: the row was changed, or sealed for somebody else.
        KeyUnreadable = "key_unreadable",
        /// No credit, or the key's or account's spending limit is reached.
        Quota = "quota",
        /// Too many requests for now.
        RateLimited = "rate_limited",
        /// The model does not exist, is gone, or nobody serves it.
        ModelUnavailable = "model_unavailable",
        /// The conversation does not fit the model.
        TooLong = "too_long",
        /// The provider's moderation refused the text.
        Moderation = "moderation",
        /// A setting of the account forbids the call: privacy, guardrail, region.
        Policy = "policy",
        /// The provider did not understand the request.
        BadRequest = "bad_request",
        /// The provider, or the way to it, failed.
        Transient = "transient",
        /// The call may have reached the provider and its answer did not arrive whole.
        Interrupted = "interrupted",
        /// The provider answered without any text.
        EmptyAnswer = "empty_answer",
        /// Three workers took the request and none lived to call the model.
        Poison = "poison",
        /// It waited longer than an answer makes sense.
        Expired = "expired",
        /// A defect of ours.
        Internal = "internal",
    }
}

impl FailureKind {
    /// Whether the reply itself says all there is to say; else the payer is told in private what to do.
    #[must_use]
    pub const fn is_plain_from_the_reply(self) -> bool {
        matches!(self, Self::Interrupted | Self::EmptyAnswer)
    }
}
