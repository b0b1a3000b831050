use std::{fmt, sync::Arc};

use shared::personality::PictureKind;

use serde_json::{Map, Value};

/// One question to a model, as this room knows it. Each wire writes it in its own words.
///
/// `Debug` tells sizes, not text: what people write to a model is in no log.
#[derive(Clone, PartialEq)]
pub struct ChatRequest {
    /// The model's id as the provider writes it: `author/slug`.
    pub model: String,
    /// The conversation, system prompt first.
    pub messages: Vec<ChatMessage>,
    /// The most tokens that the answer may have. Always sent: without it `OpenRouter` reserves the
    /// model's whole output and turns small balances away.
    pub max_tokens: u32,
    /// 0 to 2; `None` is the model's own default.
    pub temperature: Option<f64>,
    /// 0 to 1; `None` is the model's own default.
    pub top_p: Option<f64>,
    /// Everything else that the personality asks for: on the allow-list, named as `OpenRouter` does,
    /// and fitted to the model. Each wire sends, translates or leaves out what the table
    /// [`TABLE`](shared::params::TABLE) says.
    pub advanced: Map<String, Value>,
    /// A pseudonym of the person who asks, never an id of Discord's or ours.
    pub user: Option<String>,
    /// A pseudonym of the conversation, at most 256 characters: keeps it on one provider, whose
    /// cache then knows the beginning.
    pub session: Option<String>,
}

/// How an answer is asked for. What comes is told in the same items either way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// Piece by piece, as the model writes it.
    Streamed,
    /// In one piece, when the model has written all of it.
    Whole,
}

/// One turn of the conversation.
#[derive(Clone, PartialEq, Eq)]
pub struct ChatMessage {
    /// Who speaks.
    pub role: Role,
    /// What they say.
    pub content: String,
    /// What they show with it.
    pub images: Vec<Image>,
}

impl ChatMessage {
    /// Words alone.
    #[must_use]
    pub const fn text(role: Role, content: String) -> Self {
        Self { role, content, images: Vec::new() }
    }
}

/// A picture, all of it: no provider fetches one from Discord.
#[derive(Clone, PartialEq, Eq)]
pub struct Image {
    /// What it is.
    pub kind: PictureKind,
    /// Its bytes, as they travel in JSON.
    pub base64: Arc<str>,
}

/// Who speaks in a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The instructions.
    System,
    /// People.
    User,
    /// The model.
    Assistant,
}

impl Role {
    /// The role as all wires write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::User => "user",
            Self::Assistant => "assistant",
        }
    }
}

impl fmt::Debug for ChatRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChatRequest")
            .field("model", &self.model)
            .field("messages", &self.messages)
            .field("max_tokens", &self.max_tokens)
            .field("temperature", &self.temperature)
            .field("top_p", &self.top_p)
            .field("advanced", &self.advanced.keys())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for ChatMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (role, bytes, images) = (self.role.as_str(), self.content.len(), self.images.len());
        write!(f, "{role}({bytes} bytes, {images} images)")
    }
}

impl fmt::Debug for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({} bytes)", self.kind, self.base64.len())
    }
}
