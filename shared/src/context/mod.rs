//! What is stored with a request for its prompt: who speaks, where, and what they refer to.
//!
//! All of it is data: names, quotes and file names are other people's words, cut to size by whoever
//! read them ([`bounds`]) and never instructions. The bot writes it, the worker makes a prompt of it.

pub mod bounds;
mod carried;
mod mentions;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use carried::{Attachment, Carried, Embed, Forward, How, Names, Poll, Reference};
pub use mentions::{Mention, mentions};

use crate::ids::SourceId;

/// What a request's prompt needs besides the words themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestContext {
    /// What the author is called where they wrote.
    pub author_name: String,
    /// What the place is called.
    #[serde(default)]
    pub place: PlaceNames,
    /// What each message of the request carries and refers to, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<MessageContext>,
    /// Messages for which the bot still asks Discord.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub awaited: Vec<SourceId>,
}

/// What a place is called, as far as the gateway said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceNames {
    /// The server; none in direct messages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// The channel; of a thread, the channel above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// The thread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<String>,
}

/// What one message carries and refers to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageContext {
    /// The message.
    pub source: SourceId,
    /// What it carries besides its words.
    #[serde(default)]
    pub carried: Carried,
    /// Messages that it refers to: the one it answers, that one's, and so on; then those it links.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<Reference>,
    /// Messages passed on with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forwards: Vec<Forward>,
    /// What its mentions, and those in what it refers to, stand for.
    #[serde(default)]
    pub names: Names,
}

impl MessageContext {
    /// Of a message that carries nothing and refers to nothing.
    #[must_use]
    pub fn of(source: SourceId) -> Self {
        Self {
            source,
            carried: Carried::default(),
            references: Vec::new(),
            forwards: Vec::new(),
            names: Names::default(),
        }
    }

    /// Takes up what its words mention after a change. What was known stays, as what it refers to is
    /// still there; but no message has more than [`bounds::MAX_NAMES`], however often it is changed.
    pub fn mention(&mut self, names: Names) {
        let mut all = names.clone();
        all.add(std::mem::take(&mut self.names));
        self.names = if all.fits() { all } else { names };
    }

    /// All files that a model may be shown: the message's own first, then those of what it passes on
    /// and refers to.
    pub fn attachments(&self) -> impl Iterator<Item = &Attachment> {
        let own = self.carried.attachments.iter();
        let passed_on = self.forwards.iter().flat_map(|forward| &forward.carried.attachments);
        let referred = self.references.iter().flat_map(|quoted| &quoted.carried.attachments);
        own.chain(passed_on).chain(referred)
    }
}

impl RequestContext {
    /// Of a person of this name, with nothing else.
    #[must_use]
    pub fn by(author_name: impl Into<String>) -> Self {
        Self { author_name: author_name.into(), ..Self::default() }
    }

    /// Takes another message's context up, in its order; one that is there already is replaced, but
    /// for the names that it had: a message may be changed while it is completed.
    pub fn add(&mut self, message: MessageContext) {
        let at = self.messages.partition_point(|known| known.source < message.source);
        match self.messages.get_mut(at) {
            Some(known) if known.source == message.source => {
                let named = std::mem::replace(known, message).names;
                known.names.add(named);
            }
            _ => self.messages.insert(at, message),
        }
    }

    /// Forgets a message that was deleted.
    pub fn forget(&mut self, source: SourceId) {
        self.messages.retain(|message| message.source != source);
        self.awaited.retain(|awaited| *awaited != source);
    }

    /// What is kept of it beside the turn that it led to: no addresses, which expire, and no quotes,
    /// which the conversation mostly holds itself.
    #[must_use]
    pub fn for_history(&self) -> Self {
        let mut kept = self.clone();
        kept.awaited.clear();
        kept.place = PlaceNames::default();
        for message in &mut kept.messages {
            message.references.clear();
            message.carried.embeds.clear();
            let forwarded = message.forwards.iter_mut().map(|forward| &mut forward.carried);
            for carried in forwarded.chain([&mut message.carried]) {
                carried.attachments.iter_mut().for_each(|attachment| attachment.url.clear());
            }
        }
        kept
    }

    /// As it is stored: within [`bounds::MAX_BYTES`], and without NUL, which Postgres does not take.
    #[must_use]
    pub fn to_stored(&self) -> Value {
        let mut fitting = self.clone();
        loop {
            let mut stored = serde_json::to_value(&fitting).unwrap_or_default();
            without_nul(&mut stored);
            if stored.to_string().len() <= bounds::MAX_BYTES || !fitting.drop_some() {
                return stored;
            }
        }
    }

    /// Leaves out what is least missed. `false` when nothing is left to leave out.
    fn drop_some(&mut self) -> bool {
        let fullest = self.messages.iter_mut().max_by_key(|message| message.references.len());
        if let Some(message) = fullest.filter(|message| !message.references.is_empty()) {
            message.references.truncate(message.references.len() / 2);
            return true;
        }
        let fullest = self.messages.iter_mut().max_by_key(|message| message.forwards.len());
        if let Some(message) = fullest.filter(|message| !message.forwards.is_empty()) {
            message.forwards.truncate(message.forwards.len() / 2);
            return true;
        }
        if self.messages.is_empty() {
            return false;
        }
        self.messages.remove(0);
        true
    }
}

fn without_nul(value: &mut Value) {
    match value {
        Value::String(text) if text.contains('\0') => *text = text.replace('\0', ""),
        Value::Array(values) => values.iter_mut().for_each(without_nul),
        Value::Object(fields) => fields.values_mut().for_each(without_nul),
        _ => {}
    }
}

#[cfg(test)]
mod tests;
