//! What went wrong, by what may be done about it.
//!
//! Discord's messages, its `errors` tree and all URLs stay out: they repeat what was sent, and a
//! webhook's URL is its key.

use std::time::Duration;

use http::StatusCode;
use serde::Deserialize;

/// A call that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RestError {
    /// What the call was about doesn't exist any more. Forget it; for a webhook look again, once.
    #[error("{0} is gone")]
    Gone(Gone),
    /// The bot may not do that there. Tell somebody who can change it; trying again changes nothing.
    #[error("Discord forbids it (code {0})")]
    Forbidden(u32),
    /// Nothing more fits: 15 webhooks in a channel, 1000 in a server. Somebody has to make room.
    #[error("there is no room for more (code {0})")]
    Full(u32),
    /// Discord doesn't understand the request: a defect of ours. Don't repeat it.
    #[error("Discord refused the request as malformed (code {0})")]
    Invalid(u32),
    /// The interaction was answered before: by us, if this is a repetition. Go on.
    #[error("the interaction was already answered")]
    AlreadyAcknowledged,
    /// Not carried out. Repeat it after this time, if it's still wanted then.
    #[error("limited for {0:?}")]
    Limited(Duration),
    /// No answer, or none that can be read. **Whether it was carried out is unknown**: repeat what
    /// does no harm twice (an edit, a nonce), look before repeating the rest.
    #[error("Discord is unavailable")]
    Unavailable,
    /// The bot's token is no longer good. The process has to stop.
    #[error("Discord refused the bot's token")]
    TokenRejected,
}

/// What is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gone {
    /// Deleted, or no longer visible.
    Channel,
    /// Deleted.
    Message,
    /// Deleted, or its token replaced.
    Webhook,
    /// Older than three seconds unanswered, or than 15 minutes.
    Interaction,
    /// Something else.
    Other,
}

impl std::fmt::Display for Gone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Channel => "the channel",
            Self::Message => "the message",
            Self::Webhook => "the webhook",
            Self::Interaction => "the interaction",
            Self::Other => "what it was about",
        })
    }
}

/// Whose token a call proves itself with: the same code means different things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum About {
    Bot,
    Webhook,
    Interaction,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Body {
    code: u32,
    retry_after: f64,
}

pub(super) fn read(about: About, status: StatusCode, body: &[u8]) -> RestError {
    let Body { code, retry_after } = serde_json::from_slice(body).unwrap_or_default();
    let token = match about {
        About::Interaction => Gone::Interaction,
        About::Bot | About::Webhook => Gone::Webhook,
    };
    match (code, status) {
        (_, StatusCode::TOO_MANY_REQUESTS) | (20_028 | 30_046, _) => {
            let after = Duration::try_from_secs_f64(retry_after.clamp(0.0, 3_600.0));
            RestError::Limited(after.unwrap_or_default().max(Duration::from_millis(100)))
        }
        (10_003, _) => RestError::Gone(Gone::Channel),
        (10_008, _) => RestError::Gone(Gone::Message),
        (10_015 | 50_027, _) => RestError::Gone(token),
        (10_062, _) => RestError::Gone(Gone::Interaction),
        (30_007 | 30_058, _) => RestError::Full(code),
        (40_060, _) => RestError::AlreadyAcknowledged,
        (_, StatusCode::UNAUTHORIZED) if about == About::Bot => RestError::TokenRejected,
        (_, StatusCode::UNAUTHORIZED) => RestError::Gone(token),
        (_, StatusCode::FORBIDDEN) | (50_001 | 50_007 | 50_013, _) => RestError::Forbidden(code),
        (_, StatusCode::NOT_FOUND) => RestError::Gone(Gone::Other),
        (_, StatusCode::REQUEST_TIMEOUT) => RestError::Unavailable,
        _ if status.is_client_error() => RestError::Invalid(code),
        _ => RestError::Unavailable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_say_what_may_be_done() {
        let bot = |status, body: &str| {
            read(About::Bot, StatusCode::from_u16(status).unwrap(), body.as_bytes())
        };
        for (status, code, error) in [
            (404, 10_003, RestError::Gone(Gone::Channel)),
            (404, 10_008, RestError::Gone(Gone::Message)),
            (404, 10_015, RestError::Gone(Gone::Webhook)),
            (404, 10_062, RestError::Gone(Gone::Interaction)),
            (401, 50_027, RestError::Gone(Gone::Webhook)),
            (404, 10_099, RestError::Gone(Gone::Other)),
            (403, 50_001, RestError::Forbidden(50_001)),
            (403, 50_007, RestError::Forbidden(50_007)),
            (403, 50_013, RestError::Forbidden(50_013)),
            (403, 7, RestError::Forbidden(7)),
            (400, 50_035, RestError::Invalid(50_035)),
            (400, 50_006, RestError::Invalid(50_006)),
            (400, 40_060, RestError::AlreadyAcknowledged),
            (400, 30_007, RestError::Full(30_007)),
            (401, 0, RestError::TokenRejected),
            (429, 0, RestError::Limited(Duration::from_millis(100))),
            (500, 0, RestError::Unavailable),
            (302, 0, RestError::Unavailable),
        ] {
            let body = format!(r#"{{"message":"secret","code":{code},"errors":{{}}}}"#);
            assert_eq!(bot(status, &body), error, "{status} {code}");
        }
        let limited = bot(429, r#"{"message":"","retry_after":1.5,"global":false}"#);
        assert_eq!(limited, RestError::Limited(Duration::from_millis(1_500)));
        assert_eq!(bot(502, "<html>"), RestError::Unavailable);
        assert_eq!(bot(400, "<html>"), RestError::Invalid(0));
    }

    #[test]
    fn an_interactions_token_is_no_webhook_to_its_caller() {
        for (status, code) in [(404, 10_015), (401, 50_027), (401, 0)] {
            let body = format!(r#"{{"code":{code}}}"#);
            let status = StatusCode::from_u16(status).unwrap();
            let error = read(About::Interaction, status, body.as_bytes());
            assert_eq!(error, RestError::Gone(Gone::Interaction), "{code}");
        }
    }
}
