//! Rate limits as Discord shows them: buckets by route and major parameter, and the headers.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use super::call::Call;
use crate::discord::{
    options::{Rate, RateLimits},
    snowflake::now,
    world::INTERACTION_TOKEN,
};

/// Once there are more buckets than this, those that are full again are forgotten.
const MANY_BUCKETS: usize = 4_096;

/// Whether a call may go on, with the headers of its answer.
pub(super) enum Verdict {
    Go(Vec<(String, String)>),
    Wait(Vec<(String, String)>, Value),
}

/// All buckets.
pub(crate) struct Buckets {
    limits: RateLimits,
    known: HashMap<String, Bucket>,
    global: Bucket,
}

struct Bucket {
    used: u32,
    resets: Instant,
}

/// The bucket that a route belongs to.
struct Route {
    /// Method and path with everything variable left out: what Discord's bucket hash stands for.
    shape: String,
    /// The channel, server or webhook: each has its own.
    major: String,
    rate: Rate,
    counts_globally: bool,
}

impl Buckets {
    pub(crate) fn new(limits: RateLimits) -> Self {
        Self { limits, known: HashMap::new(), global: Bucket::new(Instant::now()) }
    }

    /// Counts a call.
    pub(super) fn take(&mut self, call: &Call) -> Verdict {
        let Some(route) = self.route(call) else { return Verdict::Go(Vec::new()) };
        let now = Instant::now();
        if let Some(requests) = self.limits.global_per_second.filter(|_| route.counts_globally) {
            let left = self.global.take(now, Rate { requests, per: Duration::from_secs(1) });
            if left.is_none() && self.limits.enforced {
                return refuse(self.global.resets - now, true, Vec::new());
            }
        }
        if self.known.len() > MANY_BUCKETS {
            self.known.retain(|_, bucket| bucket.resets > now);
        }
        let key = format!("{} {}", route.shape, route.major);
        let bucket = self.known.entry(key).or_insert_with(|| Bucket::new(now));
        let left = bucket.take(now, route.rate);
        let wait = bucket.resets - now;
        let headers = headers(&route, left.unwrap_or(0), wait);
        if left.is_none() && self.limits.enforced {
            refuse(wait, false, headers)
        } else {
            Verdict::Go(headers)
        }
    }

    fn route(&self, call: &Call) -> Option<Route> {
        let segments = call.segments()?;
        let (major, kept) = match segments.as_slice() {
            ["webhooks" | "interactions", id, token, ..] => (format!("{id}/{token}"), 3),
            ["channels" | "guilds" | "webhooks", id, ..] => ((*id).to_owned(), 2),
            _ => (String::new(), 1),
        };
        let is_emoji = |at: usize| at > 0 && segments.get(at - 1) == Some(&"reactions");
        let variable = |(at, segment): (usize, &&str)| {
            let text: &str = segment;
            let stands_for_any =
                (1..kept).contains(&at) || text.parse::<u64>().is_ok() || is_emoji(at);
            if stands_for_any { ":".to_owned() } else { text.to_owned() }
        };
        let path: Vec<String> = segments.iter().enumerate().map(variable).collect();
        let shape = format!("{} {}", call.method, path.join("/"));
        let rate = match (call.method.as_str(), segments.as_slice()) {
            ("POST", ["webhooks", _, _]) => self.limits.webhook_posts,
            ("PATCH", ["webhooks", _, _, "messages", _]) => self.limits.webhook_edits,
            _ => self.limits.others,
        };
        // neither the first answer to an interaction nor the others count for the bot as a whole
        let answers_interaction = match segments.as_slice() {
            ["interactions", ..] => true,
            ["webhooks", _, token, ..] => token.starts_with(INTERACTION_TOKEN),
            _ => false,
        };
        Some(Route { shape, major, rate, counts_globally: !answers_interaction })
    }
}

impl Bucket {
    /// A bucket whose window begins with its first call.
    fn new(now: Instant) -> Self {
        Self { used: 0, resets: now }
    }

    /// Takes one place. `None` if there is none left.
    fn take(&mut self, now: Instant, rate: Rate) -> Option<u32> {
        if self.resets <= now {
            *self = Self { used: 0, resets: now + rate.per };
        }
        if self.used >= rate.requests {
            return None;
        }
        self.used += 1;
        Some(rate.requests - self.used)
    }
}

fn headers(route: &Route, left: u32, wait: Duration) -> Vec<(String, String)> {
    let mut hasher = DefaultHasher::new();
    route.shape.hash(&mut hasher);
    let wait = wait.as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 are far below 2^53")]
    let reset = now().timestamp_millis() as f64 / 1e3 + wait;
    [
        ("x-ratelimit-limit", route.rate.requests.to_string()),
        ("x-ratelimit-remaining", left.to_string()),
        ("x-ratelimit-reset", format!("{reset:.3}")),
        ("x-ratelimit-reset-after", format!("{wait:.3}")),
        ("x-ratelimit-bucket", format!("{:016x}", hasher.finish())),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .to_vec()
}

fn refuse(wait: Duration, global: bool, mut headers: Vec<(String, String)>) -> Verdict {
    let seconds = wait.as_secs_f64();
    let mut add = |name: &str, value: String| headers.push((name.to_owned(), value));
    add("retry-after", seconds.ceil().to_string());
    add("x-ratelimit-scope", if global { "global" } else { "user" }.to_owned());
    if global {
        add("x-ratelimit-global", "true".to_owned());
    }
    let body = json!({
        "message": "You are being rate limited.", "retry_after": seconds, "global": global, "code": 0,
    });
    Verdict::Wait(headers, body)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(method: &str, path: &str) -> Call {
        Call { method: method.to_owned(), path: format!("/api/v10/{path}"), ..Call::default() }
    }

    fn goes(buckets: &mut Buckets, call: &Call) -> bool {
        matches!(buckets.take(call), Verdict::Go(_))
    }

    #[test]
    fn each_webhook_has_its_own_five() {
        let mut buckets = Buckets::new(RateLimits::default());
        let (ours, other) = (call("POST", "webhooks/1/tok"), call("POST", "webhooks/2/tok"));
        assert!((0..5).all(|_| goes(&mut buckets, &ours)));
        assert!(!goes(&mut buckets, &ours));
        assert!(goes(&mut buckets, &other));
        assert!(
            goes(&mut buckets, &call("PATCH", "webhooks/1/tok/messages/9")),
            "edits have their own bucket"
        );
    }

    #[test]
    fn answers_to_interactions_pass_the_global_limit_by() {
        let limits = RateLimits { global_per_second: Some(1), ..RateLimits::default() };
        let mut buckets = Buckets::new(limits);
        assert!(goes(&mut buckets, &call("GET", "channels/1")));
        assert!(!goes(&mut buckets, &call("GET", "channels/2")));
        assert!(goes(&mut buckets, &call("POST", "interactions/1/tok/callback")));
    }

    #[test]
    fn the_bucket_is_the_routes_not_the_channels() {
        let name = |verdict| match verdict {
            Verdict::Go(headers) | Verdict::Wait(headers, _) => headers[4].1.clone(),
        };
        let mut buckets = Buckets::new(RateLimits::default());
        let one = name(buckets.take(&call("GET", "channels/1/messages/5")));
        assert_eq!(one, name(buckets.take(&call("GET", "channels/2/messages/6"))));
        assert_ne!(one, name(buckets.take(&call("GET", "channels/2/webhooks"))));
    }
}
