use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Map, Value};
use tokio::sync::watch;

use super::Api;

/// Who asked what, and how it went. Written by the server, read and waited on by tests.
#[derive(Debug, Default)]
pub struct Ledger {
    book: watch::Sender<Book>,
}

/// All that was asked so far.
#[derive(Clone, Debug, Default)]
pub struct Book {
    /// Every call to a model, in the order of arrival.
    pub calls: Vec<Call>,
    /// Everything, counted.
    pub counters: Counters,
}

/// One call to a model.
#[derive(Clone, Debug)]
pub struct Call {
    /// Whose API was asked.
    pub api: Api,
    /// The key that it came with.
    pub bearer: Option<String>,
    /// The model that was asked for.
    pub model: String,
    /// The conversation.
    pub messages: Vec<Message>,
    /// The whole request, as it was sent.
    pub body: Value,
    /// The id under which its cost can be looked up.
    pub generation_id: String,
    /// Where it stands.
    pub stage: Stage,
    /// Chunks of text that were sent.
    pub chunks: usize,
    /// What it was charged, in nano-dollars.
    pub cost: i64,
}

/// A message of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// `system`, `user` or `assistant`.
    pub role: String,
    /// Its text.
    pub content: String,
    /// Its pictures.
    pub images: Vec<Image>,
}

/// A picture in a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// Its media type, if it came along; one that is only named has none.
    pub content_type: Option<String>,
    /// How many bytes came along.
    pub size: usize,
    /// Where it is, if it was only named.
    pub url: Option<String>,
}

impl Image {
    /// From the address in a message's part, which may be the picture itself.
    pub(super) fn read(url: &str) -> Self {
        let inside = url.strip_prefix("data:").and_then(|data| data.split_once(";base64,"));
        match inside.and_then(|(kind, base64)| Some((kind, STANDARD.decode(base64).ok()?))) {
            Some((kind, bytes)) => {
                Self { content_type: Some(kind.to_owned()), size: bytes.len(), url: None }
            }
            None => Self { content_type: None, size: 0, url: Some(url.to_owned()) },
        }
    }
}

impl Call {
    /// What was asked for beside the conversation: temperature, ceilings, routing.
    #[must_use]
    pub fn parameters(&self) -> Map<String, Value> {
        let mut parameters = self.body.as_object().cloned().unwrap_or_default();
        for known in ["model", "messages", "contents", "system", "systemInstruction"] {
            parameters.remove(known);
        }
        parameters
    }
}

/// Where a call stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The request came in.
    Started,
    /// A first piece of the answer went out.
    FirstByte,
    /// All that was to be sent was sent.
    Completed,
    /// It was refused with this status, before anything was done.
    Refused(u16),
    /// It failed after it had begun, as its script said.
    Failed,
    /// The client went away before the end.
    Aborted,
}

impl Stage {
    /// Nothing more will happen.
    #[must_use]
    pub const fn is_over(self) -> bool {
        !matches!(self, Self::Started | Self::FirstByte)
    }
}

/// How often what happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Calls to a model.
    pub calls: usize,
    /// Of these, answered to the end.
    pub completed: usize,
    /// Of these, refused.
    pub refused: usize,
    /// Of these, made to fail after they had begun.
    pub failed: usize,
    /// Of these, left by the client.
    pub aborted: usize,
    /// Calls under way.
    pub open: usize,
    /// The most calls that were under way at a time.
    pub most_open: usize,
    /// Questions about a key: `GET /key`, and what the other APIs have for it.
    pub key_checks: usize,
    /// `GET /generation`.
    pub look_ups: usize,
    /// `GET /models`.
    pub model_lists: usize,
    /// Codes that were brought to `POST /auth/keys`.
    pub exchanges: usize,
    /// Paths that don't exist.
    pub lost: usize,
}

impl Ledger {
    /// Everything so far.
    #[must_use]
    pub fn book(&self) -> Book {
        self.book.borrow().clone()
    }

    /// Every call so far.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        self.book.borrow().calls.clone()
    }

    /// The newest calls, the newest first.
    #[must_use]
    pub fn newest(&self, count: usize) -> Vec<Call> {
        self.book.borrow().calls.iter().rev().take(count).cloned().collect()
    }

    /// The counters.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.book.borrow().counters
    }

    /// Waits until `find` finds something in the book: looks at once, and then whenever something
    /// happens. It waits as long as it takes; a test puts a timeout around it.
    pub async fn wait_for<T>(&self, mut find: impl FnMut(&Book) -> Option<T>) -> T {
        let mut reader = self.book.subscribe();
        loop {
            if let Some(found) = find(&reader.borrow_and_update()) {
                return found;
            }
            // fails when the sender is gone, and we hold it
            let _held = reader.changed().await;
        }
    }

    pub(super) fn count(&self, count: impl FnOnce(&mut Counters)) {
        self.book.send_modify(|book| count(&mut book.counters));
    }

    /// Opens a line for a call and gives its number.
    pub(super) fn open(&self, api: Api, bearer: Option<String>, generation_id: &str) -> usize {
        let mut number = 0;
        self.book.send_modify(|book| {
            number = book.calls.len();
            book.calls.push(Call {
                api,
                bearer,
                model: String::new(),
                messages: Vec::new(),
                body: Value::Null,
                generation_id: generation_id.to_owned(),
                stage: Stage::Started,
                chunks: 0,
                cost: 0,
            });
            book.counters.calls += 1;
            book.counters.open += 1;
            book.counters.most_open = book.counters.most_open.max(book.counters.open);
        });
        number
    }

    pub(super) fn write(&self, number: usize, write: impl FnOnce(&mut Call)) {
        self.book.send_modify(|book| {
            if let Some(call) = book.calls.get_mut(number) {
                write(call);
            }
        });
    }

    /// Ends a call; only its first end counts.
    pub(super) fn close(&self, number: usize, stage: Stage) {
        self.book.send_modify(|book| {
            let Some(call) = book.calls.get_mut(number).filter(|call| !call.stage.is_over()) else {
                return;
            };
            call.stage = stage;
            book.counters.open -= 1;
            match stage {
                Stage::Completed => book.counters.completed += 1,
                Stage::Refused(_) => book.counters.refused += 1,
                Stage::Failed => book.counters.failed += 1,
                Stage::Aborted => book.counters.aborted += 1,
                Stage::Started | Stage::FirstByte => {}
            }
        });
    }
}
