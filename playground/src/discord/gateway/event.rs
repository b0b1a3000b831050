//! Something that happened, on its way to the sessions that asked for it.

use serde_json::{Value, json};

use super::intents::Intents;
use crate::discord::snowflake::Snowflake;

/// An event before it has a sequence number.
#[derive(Debug)]
pub(crate) struct Event {
    pub(super) name: &'static str,
    /// The server it happened in; none for direct messages, which belong to shard 0.
    pub(super) guild: Option<Snowflake>,
    /// Who did not ask for this does not hear of it.
    pub(super) intent: Intents,
    /// Whether a session without the message-content intent gets it with its text blanked.
    pub(crate) needs_content_intent: bool,
    pub(super) data: Value,
}

impl Event {
    pub(crate) fn guild(
        name: &'static str,
        guild: Snowflake,
        intent: Intents,
        data: Value,
    ) -> Self {
        Self { name, guild: Some(guild), intent, needs_content_intent: false, data }
    }

    pub(crate) fn direct(name: &'static str, intent: Intents, data: Value) -> Self {
        Self { name, guild: None, intent, needs_content_intent: false, data }
    }

    /// The event for a session that may not read what people write to each other.
    pub(super) fn without_content(&self) -> Value {
        let mut data = self.data.clone();
        data["content"] = json!("");
        for list in ["embeds", "attachments", "components"] {
            data[list] = json!([]);
        }
        if let Some(fields) = data.as_object_mut() {
            fields.remove("poll");
        }
        if data["referenced_message"].is_object() {
            data["referenced_message"]["content"] = json!("");
        }
        let snapshots = data.get_mut("message_snapshots").and_then(Value::as_array_mut);
        let snapshots = snapshots.into_iter().flatten();
        for snapshot in snapshots.filter_map(|one| one.get_mut("message")) {
            snapshot["content"] = json!("");
            for list in ["embeds", "attachments", "components"] {
                snapshot[list] = json!([]);
            }
        }
        data
    }
}
