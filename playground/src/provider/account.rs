use serde_json::{Value, json};

/// What a key may do. Amounts are nano-dollars.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyPlan {
    /// The key's own spending limit; `None` has none.
    pub limit: Option<i64>,
    /// What is left of it. Calls lower it. `None` never runs out.
    pub remaining: Option<i64>,
    /// What was spent so far.
    pub spent: i64,
    /// It makes keys, and calls no model.
    pub management: bool,
    /// It may call models and not list them, as OpenAI's restricted keys.
    pub restricted: bool,
    /// Nobody ever paid into the account.
    pub free_tier: bool,
    /// When it expires, in RFC 3339. Reported, not acted upon.
    pub expires_at: Option<String>,
}

impl KeyPlan {
    /// A key that never runs out.
    #[must_use]
    pub fn unlimited() -> Self {
        Self::default()
    }

    /// A key with so many nano-dollars on it.
    #[must_use]
    pub fn with_credit(nano_usd: i64) -> Self {
        Self { limit: Some(nano_usd), remaining: Some(nano_usd), ..Self::default() }
    }

    /// A key that makes keys.
    #[must_use]
    pub fn management() -> Self {
        Self { management: true, ..Self::default() }
    }

    /// A key that calls models and lists none.
    #[must_use]
    pub fn restricted() -> Self {
        Self { restricted: true, ..Self::default() }
    }

    pub(super) fn charge(&mut self, nano_usd: i64) {
        self.spent += nano_usd;
        if let Some(remaining) = &mut self.remaining {
            *remaining -= nano_usd;
        }
    }

    /// The `data` of `GET /key`, with every field that is documented.
    pub(super) fn describe(&self, key: &str) -> Value {
        let usage = dollars(self.spent);
        json!({
            "label": label(key),
            "limit": self.limit.map(dollars),
            "limit_remaining": self.remaining.map(dollars),
            "limit_reset": null,
            "include_byok_in_limit": false,
            "usage": usage, "usage_daily": usage, "usage_weekly": usage, "usage_monthly": usage,
            "byok_usage": 0, "byok_usage_daily": 0, "byok_usage_weekly": 0, "byok_usage_monthly": 0,
            "is_free_tier": self.free_tier,
            "is_management_key": self.management,
            "is_provisioning_key": self.management,
            "creator_user_id": null,
            "expires_at": self.expires_at,
            "rate_limit": {"requests": -1, "interval": "10s", "note": "This field is deprecated."},
        })
    }
}

/// Nano-dollars as the number of dollars that the wire carries.
#[expect(clippy::cast_precision_loss, reason = "below nine million dollars nothing is lost")]
pub(super) fn dollars(nano_usd: i64) -> f64 {
    nano_usd as f64 / 1e9
}

/// `sk-or-v1-au7...890`
fn label(key: &str) -> String {
    let head: String = key.chars().take(12).collect();
    let end: String = key.chars().skip(key.chars().count().saturating_sub(3)).collect();
    format!("{head}...{end}")
}
