//! How each API says what the stand-in has to say.

use serde_json::Value;

use super::{Api, Message, answer::tokens, world::Charge};

mod anthropic;
mod chat;
mod chat_errors;
mod gemini;
mod words;

pub(super) use words::Words;

/// A request that was understood.
pub(super) struct Asked {
    pub(super) model: String,
    pub(super) messages: Vec<Message>,
    pub(super) body: Value,
    /// The longest answer that it wants, if it says so.
    pub(super) max_tokens: Option<i64>,
    pub(super) wants_stream: bool,
    /// A stream is to tell what was used.
    pub(super) wants_usage: bool,
    /// It wants nothing of what the model thinks.
    pub(super) hides_reasoning: bool,
}

impl Asked {
    /// How much the model has to read.
    pub(super) fn prompt_tokens(&self) -> i64 {
        self.messages.iter().map(|message| tokens(&message.content)).sum()
    }
}

/// What the frames of one answer have in common.
pub(super) struct Framing<'a> {
    pub(super) id: &'a str,
    pub(super) model: &'a str,
    /// What was used, as far as that is to be told.
    pub(super) charge: Option<Charge>,
}

/// The whole of an answer that nobody wanted streamed.
pub(super) struct Whole<'a> {
    pub(super) text: &'a str,
    pub(super) thought: &'a str,
    pub(super) refusal: Option<&'a str>,
    pub(super) reason: &'a str,
}

/// An API's way of speaking: pure.
pub(super) trait Speech: Sync {
    /// Reads a request, or says what is wrong with it. `model` and `stream` are what the path said of
    /// them.
    fn read(&self, body: Value, path: Option<(String, bool)>) -> Result<Asked, String>;

    /// A sign of life.
    fn keep_alive(&self) -> &'static str;

    /// What comes before everything else.
    fn opening(&self, _framing: &Framing<'_>, _thinks: bool) -> String {
        String::new()
    }

    /// A piece of what is thought.
    fn thought(&self, framing: &Framing<'_>, text: &str) -> String;

    /// What comes between thoughts and text.
    fn before_text(&self, _thinks: bool) -> String {
        String::new()
    }

    /// A piece of text.
    fn text(&self, framing: &Framing<'_>, text: &str) -> String;

    /// A refusal of the model's.
    fn refusal(&self, framing: &Framing<'_>, text: &str) -> String;

    /// What ends the answer, with its reason.
    fn closing(&self, framing: &Framing<'_>, reason: &str) -> String;

    /// The last word, if there is one.
    fn goodbye(&self) -> &'static str;

    /// An error in the midst of an answer.
    fn failure(&self, framing: &Framing<'_>, code: u16) -> String;

    /// A chunk with a line of more than so many bytes and nothing said in it.
    fn padding(&self, framing: &Framing<'_>, bytes: usize) -> String;

    /// An answer in one piece.
    fn whole(&self, framing: &Framing<'_>, whole: &Whole<'_>) -> Value;

    /// The body of a refusal.
    fn error(&self, status: u16, words: &Words) -> Value;
}

impl Api {
    /// How it speaks.
    pub(super) fn speech(self) -> &'static dyn Speech {
        match self {
            Self::OpenRouter => &chat::Chat::OPENROUTER,
            Self::OpenAi => &chat::Chat::OPENAI,
            Self::DeepSeek => &chat::Chat::DEEPSEEK,
            Self::Server => &chat::Chat::SERVER,
            Self::Anthropic => &anthropic::Anthropic,
            Self::Gemini => &gemini::Gemini,
        }
    }
}

/// A frame of a stream, with a data line alone.
fn frame(chunk: &Value) -> String {
    format!("data: {chunk}\n\n")
}

/// A parameter that an API does not know, among the fields of an object.
fn unknown<'a>(fields: &'a Value, known: &[&str]) -> Option<&'a str> {
    let mut names = fields.as_object().into_iter().flatten().map(|(name, _)| name.as_str());
    names.find(|name| !known.contains(name))
}
