//! What a path means to the limiter: which requests wait for each other, and what may be logged.
//!
//! Buckets are Discord's to define, by a header. What we must know in advance is which requests may
//! be of one bucket: same method and shape, same channel, server or webhook. So the ids that don't
//! matter are left out of the key (else every edited message would begin without knowing its
//! bucket), and webhook tokens are hashed: twilight logs the key.

use std::hash::{BuildHasher, RandomState};

use http::Method;
use twilight_http_ratelimiting::{Endpoint, Method as BucketMethod};

/// Interaction tokens are base64 of `interaction:…`; webhook tokens are random.
const INTERACTION_TOKEN: &str = "aW50ZXJhY3Rpb24";

/// How a request is queued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Queue {
    /// Answered from memory.
    Gateway,
    /// Sent at once: an interaction waits three seconds for it.
    Callback,
    /// By bucket, outside the global limit; the token lives for 15 minutes.
    Interaction(Endpoint),
    /// By bucket and global limit.
    Bot(Endpoint),
}

/// A request's place in the limiter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Route {
    pub(super) queue: Queue,
    /// The path without ids and tokens.
    pub(super) template: String,
    /// The path itself proves who asks: a refusal says nothing about the bot's token.
    pub(super) has_own_token: bool,
}

impl Route {
    /// `None` for what isn't a request to Discord's API.
    pub(super) fn of(method: &Method, path: &str, hasher: &RandomState) -> Option<Self> {
        let bucket_method = bucket_method(method)?;
        let path = path.strip_prefix("/api/")?.trim_end_matches('/').replace("%40", "@");
        let mut segments: Vec<&str> = path.split('/').collect();
        if segments[0].starts_with('v') && segments[0][1..].bytes().all(|b| b.is_ascii_digit()) {
            segments.remove(0);
        }
        let template: Vec<_> = (0..segments.len()).map(|at| shape_of(&segments, at)).collect();
        let tail = |from: usize| match template.get(from..) {
            Some(rest) if !rest.is_empty() => format!("/{}", rest.join("/")),
            _ => String::new(),
        };
        let endpoint = |path| Endpoint { method: bucket_method, path };
        let queue = match segments.as_slice() {
            ["gateway"] if method == Method::GET => Queue::Gateway,
            ["interactions", _, _, "callback"] => Queue::Callback,
            ["webhooks", id, token, ..] if token.starts_with(INTERACTION_TOKEN) => {
                let token = hasher.hash_one(token);
                Queue::Interaction(endpoint(format!("webhooks/{id}/{token:x}{}", tail(3))))
            }
            // twilight takes everything under `webhooks` for interactions, which the global limit
            // spares; a webhook that we made is one of the bot's, so it goes by another name
            ["webhooks", id, token, ..] => {
                let token = hasher.hash_one(token);
                Queue::Bot(endpoint(format!("channels/webhook-{id}-{token:x}{}", tail(3))))
            }
            ["webhooks", id] => Queue::Bot(endpoint(format!("channels/webhook-{id}"))),
            [major @ ("channels" | "guilds"), id, ..] => {
                Queue::Bot(endpoint(format!("{major}/{id}{}", tail(2))))
            }
            _ => Queue::Bot(endpoint(template.join("/"))),
        };
        let has_own_token = matches!(
            segments.as_slice(),
            ["webhooks", _, _, ..] | ["interactions", _, _, "callback"]
        );
        Some(Self { queue, template: template.join("/"), has_own_token })
    }
}

fn bucket_method(method: &Method) -> Option<BucketMethod> {
    match *method {
        Method::DELETE => Some(BucketMethod::Delete),
        Method::GET => Some(BucketMethod::Get),
        Method::PATCH => Some(BucketMethod::Patch),
        Method::POST => Some(BucketMethod::Post),
        Method::PUT => Some(BucketMethod::Put),
        _ => None,
    }
}

/// A segment as it may be logged: words that Discord's paths are made of, and places for the rest.
fn shape_of<'a>(segments: &[&'a str], at: usize) -> &'a str {
    let segment = segments[at];
    match segment {
        _ if at == 2 && matches!(segments[0], "webhooks" | "interactions") => ":token",
        _ if !segment.is_empty() && segment.bytes().all(|b| b.is_ascii_digit()) => ":id",
        "@me" | "@original" | "applications" | "bot" | "bulk-delete" | "callback" | "channels"
        | "commands" | "crosspost" | "emojis" | "gateway" | "guilds" | "interactions"
        | "members" | "messages" | "oauth2" | "permissions" | "pins" | "reactions"
        | "recipients" | "roles" | "stickers" | "threads" | "typing" | "users" | "voice"
        | "webhooks" => segment,
        _ => ":other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(method: &Method, path: &str) -> Route {
        Route::of(method, path, &RandomState::new()).unwrap()
    }

    fn key(hasher: &RandomState, path: &str) -> Endpoint {
        match Route::of(&Method::PATCH, path, hasher).unwrap().queue {
            Queue::Bot(endpoint) | Queue::Interaction(endpoint) => endpoint,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn paths_are_queued_by_what_discord_counts() {
        let bot =
            |path: &str| Queue::Bot(Endpoint { method: BucketMethod::Get, path: path.to_owned() });
        for (path, queue, template) in [
            ("/api/v10/gateway", Queue::Gateway, "gateway"),
            ("/api/v10/gateway/bot", bot("gateway/bot"), "gateway/bot"),
            (
                "/api/v10/channels/7/messages/9",
                bot("channels/7/messages/:id"),
                "channels/:id/messages/:id",
            ),
            (
                "/api/v10/channels/7/messages/9/reactions/%F0/@me",
                bot("channels/7/messages/:id/reactions/:other/@me"),
                "channels/:id/messages/:id/reactions/:other/@me",
            ),
            ("/api/guilds/7/members/%40me", bot("guilds/7/members/@me"), "guilds/:id/members/@me"),
            ("/api/v10/users/@me/channels", bot("users/@me/channels"), "users/@me/channels"),
            (
                "/api/v10/interactions/7/tok/callback",
                Queue::Callback,
                "interactions/:id/:token/callback",
            ),
        ] {
            let route = route(&Method::GET, path);
            assert_eq!((route.queue, route.template.as_str()), (queue, template), "{path}");
        }
        assert_eq!(Route::of(&Method::GET, "/metrics", &RandomState::new()), None);
        assert_eq!(Route::of(&Method::OPTIONS, "/api/v10/gateway", &RandomState::new()), None);
    }

    #[test]
    fn edits_of_a_webhook_share_a_key_and_webhooks_do_not() {
        let hasher = RandomState::new();
        let of = |path: &str| key(&hasher, path);
        assert_eq!(
            of("/api/v10/webhooks/1/tok/messages/5"),
            of("/api/v10/webhooks/1/tok/messages/6")
        );
        assert_ne!(
            of("/api/v10/webhooks/1/tok/messages/5"),
            of("/api/v10/webhooks/1/tik/messages/5")
        );
        assert_ne!(
            of("/api/v10/webhooks/1/tok/messages/5"),
            of("/api/v10/webhooks/2/tok/messages/5")
        );
    }

    #[test]
    fn interaction_tokens_are_outside_the_global_limit_and_webhooks_inside() {
        let hasher = RandomState::new();
        let spared = |path: &str| key(&hasher, path).path.starts_with("webhooks/");
        assert!(spared("/api/v10/webhooks/1/aW50ZXJhY3Rpb246MTIz/messages/%40original"));
        assert!(!spared("/api/v10/webhooks/1/tok/messages/5"));
    }

    #[test]
    fn no_token_is_left_in_what_is_logged() {
        for path in [
            "/api/v10/webhooks/1/s3cr3t",
            "/api/v10/webhooks/1/12345/messages/6",
            "/api/v10/interactions/1/s3cr3t/callback",
            "/api/v10/webhooks/1/aW50ZXJhY3Rpb24s3cr3t/messages/@original",
        ] {
            let route = route(&Method::POST, path);
            let shown = format!("{route:?}");
            assert!(!shown.contains("s3cr3t") && !shown.contains("12345"), "{shown}");
            assert!(route.has_own_token);
        }
        assert!(!route(&Method::POST, "/api/v10/channels/1/webhooks").has_own_token);
    }
}
