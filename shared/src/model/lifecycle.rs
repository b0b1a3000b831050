use super::text_enum;

text_enum! {
    /// Where a request stands. The transitions: docs/ARCHITECTURE.md, and [`crate::store`].
    pub enum RequestState {
        /// The bot still fetches context; no worker may take it.
        Gathering = "gathering",
        /// Accepted, and waiting for a worker.
        Queued = "queued",
        /// A worker prepares the call. Nothing is spent.
        Claimed = "claimed",
        /// The call may have reached the provider. Never repeated by itself.
        Calling = "calling",
        /// The answer is whole, or was stopped by its author.
        Answered = "answered",
        /// It failed in a way that is explained.
        Failed = "failed",
        /// The call was cut off; what arrived is kept.
        Interrupted = "interrupted",
        /// Stopped before the call.
        Cancelled = "cancelled",
        /// Too old before the call.
        Expired = "expired",
    }
}

text_enum! {
    /// How an answer becomes visible.
    pub enum DeliveryKind {
        /// Through the channel's webhook, with the personality's name and avatar.
        Webhook = "webhook",
        /// As a plain message, in direct messages.
        Direct = "direct",
        /// By editing the deferred answer to a command.
        Interaction = "interaction",
    }
}

text_enum! {
    /// How a delivery ended.
    pub enum DeliveryOutcome {
        /// The final text stands.
        Delivered = "delivered",
        /// Discord takes it nowhere; the payer was told.
        Undeliverable = "undeliverable",
    }
}
