use shared::{budget::GuestBudget, config::RequestConfig, secret::UserApiKey};

/// A worker's limits and defaults.
#[derive(Debug)]
pub struct WorkerSettings {
    /// Calls under way at once.
    pub slots: usize,
    /// Conversations of one user that are answered at once.
    pub max_active_per_user: i64,
    /// The longest answer, in tokens, where a personality sets none.
    pub default_max_tokens: u32,
    /// What a guest may use in a day, where the operator limits it.
    pub guest_budget: Option<GuestBudget>,
    /// The operator's key, for guests; the bot decides who is one.
    pub operator_key: Option<UserApiKey>,
}

impl WorkerSettings {
    /// What holds for every request, as the settings say.
    #[must_use]
    pub fn new(requests: &RequestConfig, slots: usize, operator_key: Option<UserApiKey>) -> Self {
        Self {
            slots,
            max_active_per_user: i64::from(requests.max_active_per_user),
            default_max_tokens: requests.default_max_tokens,
            guest_budget: requests.guest_budget,
            operator_key,
        }
    }
}
