use serde::Serialize;
use serde_json::{Map, Value};

use super::content::Content;
use crate::providers::{ChatMessage, ChatRequest};

/// What is sent: only what is set, since a parameter that is left out keeps the model's own
/// default.
#[derive(Serialize)]
pub struct RequestBody<'a> {
    model: &'a str,
    messages: Vec<Message<'a>>,
    max_tokens: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_p: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_id: Option<&'a str>,
    stream: bool,
    /// `OpenRouter` takes all of them as they are. None has the name of a field above: those are
    /// refused when parameters are set.
    #[serde(flatten)]
    advanced: &'a Map<String, Value>,
}

#[derive(Serialize)]
struct Message<'a> {
    role: &'static str,
    content: Content<'a>,
}

impl<'a> RequestBody<'a> {
    /// The body of `request`, to be answered as a stream.
    #[must_use]
    pub fn new(request: &'a ChatRequest) -> Self {
        Self {
            model: &request.model,
            messages: request.messages.iter().map(Message::new).collect(),
            max_tokens: request.max_tokens,
            temperature: request.temperature,
            top_p: request.top_p,
            user: request.user.as_deref(),
            session_id: request.session.as_deref(),
            stream: true,
            advanced: &request.advanced,
        }
    }
}

impl<'a> Message<'a> {
    fn new(message: &'a ChatMessage) -> Self {
        Self { role: message.role.as_str(), content: Content::of(message) }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::providers::Role;

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
        let least = json!({
            "model": "openai/gpt-4o-mini",
            "messages": [
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": "ping"},
            ],
            "max_tokens": 16,
            "stream": true,
        });
        assert_eq!(serde_json::to_value(RequestBody::new(&request)).unwrap(), least);

        request.temperature = Some(0.5);
        request.top_p = Some(0.9);
        request.user = Some("u-1".to_owned());
        request.session = Some("s-1".to_owned());
        request.advanced.insert("reasoning".to_owned(), json!({"effort": "low"}));
        let body = serde_json::to_value(RequestBody::new(&request)).unwrap();
        assert_eq!(body["temperature"], 0.5);
        assert_eq!(body["top_p"], 0.9);
        assert_eq!(body["user"], "u-1");
        assert_eq!(body["session_id"], "s-1");
        assert_eq!(body["reasoning"], json!({"effort": "low"}));
    }
}
