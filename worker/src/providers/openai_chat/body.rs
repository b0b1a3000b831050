use serde::Serialize;
use serde_json::{Map, json};

use super::{Dialect, content::Content};
use crate::providers::{
    ChatMessage, ChatRequest, Delivery, Role,
    parameters::{self, Written},
};

#[derive(Serialize)]
struct Message<'a> {
    role: &'static str,
    content: Content<'a>,
}

/// The body of `request`: only what is set, since a parameter that is left out keeps the model's own
/// default.
#[must_use]
pub fn body(request: &ChatRequest, dialect: &Dialect, delivery: Delivery) -> Written {
    let messages: Vec<_> = request.messages.iter().map(|it| Message::new(it, dialect)).collect();
    let mut body = Map::new();
    body.insert("model".to_owned(), request.model.as_str().into());
    body.insert("messages".to_owned(), json!(messages));
    body.insert(dialect.token_limit.to_owned(), request.max_tokens.into());
    let pseudonyms = [(dialect.user, &request.user), (dialect.session, &request.session)];
    for (field, pseudonym) in pseudonyms {
        if let (Some(field), Some(pseudonym)) = (field, pseudonym) {
            let pseudonym = tail(pseudonym, dialect.longest_pseudonym);
            body.insert(field.to_owned(), pseudonym.into());
        }
    }
    let is_streamed = delivery == Delivery::Streamed;
    body.insert("stream".to_owned(), is_streamed.into());
    if is_streamed && dialect.asks_for_usage {
        body.insert("stream_options".to_owned(), json!({"include_usage": true}));
    }
    let left_out = parameters::write(
        request,
        dialect.wire,
        &mut body,
        |name| !dialect.not_by_model.contains(&name),
        |name, value| (dialect.translate)(request, name, value),
    );
    Written { json: body.into(), left_out }
}

/// The end of a pseudonym: what tells conversations of one person apart stands there.
fn tail(pseudonym: &str, longest: usize) -> &str {
    let start = pseudonym.len().saturating_sub(longest);
    pseudonym.get(start..).unwrap_or(pseudonym)
}

impl<'a> Message<'a> {
    fn new(message: &'a ChatMessage, dialect: &Dialect) -> Self {
        let role = match message.role {
            Role::System => dialect.instructions,
            other => other.as_str(),
        };
        Self { role, content: Content::of(message) }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_is_set_is_sent_and_a_token_limit_always_is() {
        let mut request = ChatRequest {
            model: "openai/gpt-4o-mini".to_owned(),
            messages: vec![
                ChatMessage::text(Role::System, "Be brief.".to_owned()),
                ChatMessage::text(Role::User, "ping".to_owned()),
            ],
            max_tokens: 16,
            temperature: None,
            top_p: None,
            advanced: Map::new(),
            user: None,
            session: None,
        };
        let write = |request: &_, delivery| body(request, &Dialect::OPENROUTER, delivery).json;
        let least = json!({
            "model": "openai/gpt-4o-mini",
            "messages": [
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": "ping"},
            ],
            "max_tokens": 16,
            "stream": true,
        });
        assert_eq!(write(&request, Delivery::Streamed), least);
        assert_eq!(write(&request, Delivery::Whole)["stream"], false);

        request.temperature = Some(0.5);
        request.top_p = Some(0.9);
        request.user = Some("u-1".to_owned());
        request.session = Some("s-1".to_owned());
        request.advanced.insert("reasoning".to_owned(), json!({"effort": "low"}));
        let body = write(&request, Delivery::Streamed);
        assert_eq!(body["temperature"], 0.5);
        assert_eq!(body["top_p"], 0.9);
        assert_eq!(body["user"], "u-1");
        assert_eq!(body["session_id"], "s-1");
        assert_eq!(body["reasoning"], json!({"effort": "low"}));
    }

    #[test]
    fn a_pseudonym_keeps_its_end() {
        assert_eq!(tail("abcdef", 4), "cdef");
        assert_eq!(tail("abc", 4), "abc");
    }
}
