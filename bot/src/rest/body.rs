//! The bodies of messages, none of which can be built without an empty `allowed_mentions`.

use serde::{Serialize, Serializer, ser::SerializeMap};

use super::components::Row;

/// Seen only by whoever made the interaction.
const EPHEMERAL: u64 = 1 << 6;
/// Links are not unfolded.
const SUPPRESS_EMBEDS: u64 = 1 << 2;

/// What a message says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// At most 2000 UTF-16 units: see [`split`](mod@crate::split).
    pub content: String,
    /// Up to five rows. An edit without any removes those that are there.
    pub rows: Vec<Row>,
    /// Whether links stay as they are, without a preview.
    pub plain_links: bool,
}

impl Message {
    /// Only text.
    #[must_use]
    pub fn text(content: impl Into<String>) -> Self {
        Self { content: content.into(), ..Self::default() }
    }

    /// With a row below.
    #[must_use]
    pub fn with_row(mut self, row: Row) -> Self {
        self.rows.push(row);
        self
    }
}

/// As whom a webhook speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Speaker<'a> {
    /// Made safe by [`webhook_name`](crate::webhook_name::webhook_name).
    pub name: &'a str,
    /// Where Discord fetches the picture.
    pub avatar_url: Option<&'a str>,
}

/// Nobody is notified, whatever the text says.
#[derive(Clone, Copy, Debug)]
pub(super) struct NoMentions;

impl Serialize for NoMentions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry::<_, [&str; 0]>("parse", &[])?;
        map.serialize_entry("replied_user", &false)?;
        map.end()
    }
}

/// A message that is made.
#[derive(Serialize)]
pub(super) struct Create<'a, More> {
    content: &'a str,
    #[serde(skip_serializing_if = "is_empty")]
    components: &'a [Row],
    #[serde(skip_serializing_if = "Option::is_none")]
    flags: Option<u64>,
    allowed_mentions: NoMentions,
    #[serde(flatten)]
    more: More,
}

fn is_empty(rows: &&[Row]) -> bool {
    rows.is_empty()
}

impl<'a, More> Create<'a, More> {
    pub(super) fn new(message: &'a Message, more: More) -> Self {
        Self {
            content: &message.content,
            components: &message.rows,
            flags: flags(message, false),
            allowed_mentions: NoMentions,
            more,
        }
    }

    pub(super) fn ephemeral(mut self, message: &Message, ephemeral: bool) -> Self {
        self.flags = flags(message, ephemeral);
        self
    }
}

/// A message that is changed: what it doesn't have any more is named too.
#[derive(Serialize)]
pub(super) struct Edit<'a> {
    content: &'a str,
    components: &'a [Row],
    allowed_mentions: NoMentions,
}

impl<'a> Edit<'a> {
    pub(super) fn new(message: &'a Message) -> Self {
        Self { content: &message.content, components: &message.rows, allowed_mentions: NoMentions }
    }
}

/// Nothing besides the message.
#[derive(Serialize)]
pub(super) struct Nothing {}

fn flags(message: &Message, ephemeral: bool) -> Option<u64> {
    let mut flags = 0;
    if message.plain_links {
        flags |= SUPPRESS_EMBEDS;
    }
    if ephemeral {
        flags |= EPHEMERAL;
    }
    (flags != 0).then_some(flags)
}

/// The flags of an answer that is still to come.
pub(super) fn deferred_flags(ephemeral: bool) -> Option<u64> {
    ephemeral.then_some(EPHEMERAL)
}

#[cfg(test)]
mod tests {
    use serde_json::{json, to_value};

    use super::*;

    #[test]
    fn whatever_is_built_mentions_nobody() {
        let message = Message::text("@everyone <@1> <@&2>");
        let nobody = json!({ "parse": [], "replied_user": false });
        let create = to_value(Create::new(&message, Nothing {})).unwrap();
        assert_eq!(create, json!({ "content": message.content, "allowed_mentions": nobody }));
        let edit = to_value(Edit::new(&message)).unwrap();
        assert_eq!(
            edit,
            json!({ "content": message.content, "components": [], "allowed_mentions": nobody })
        );
    }

    #[test]
    fn flags_are_named_when_there_are_any() {
        let message = Message { plain_links: true, ..Message::text("x") };
        let body = to_value(Create::new(&message, Nothing {}).ephemeral(&message, true)).unwrap();
        assert_eq!(body["flags"], 68);
        assert_eq!(deferred_flags(false), None);
    }
}
