//! What a stored message carries besides its text, in the terms of a context. What can't be read is
//! left out: a message with an odd embed is still a message.

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use shared::context::{
    Attachment, Carried, Embed, Forward, Poll,
    bounds::{MAX_ATTACHMENTS, MAX_EMBEDS, MAX_FORWARD, MAX_FORWARDS, cut, one_line},
};

use super::snowflake::Snowflake;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct WireCarried {
    attachments: Value,
    embeds: Value,
    sticker_items: Value,
    poll: Value,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct WireSnapshot {
    message: WireSnapped,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct WireSnapped {
    content: String,
    #[serde(flatten)]
    carried: WireCarried,
}

#[derive(Deserialize)]
struct WireAttachment {
    id: Snowflake,
    filename: String,
    content_type: Option<String>,
    size: u64,
    url: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct WireEmbed {
    title: Option<String>,
    description: Option<String>,
    author: Option<WireNamed>,
    footer: Option<WireText>,
    fields: Value,
}

#[derive(Deserialize)]
struct WireField {
    name: String,
    value: String,
}

#[derive(Deserialize)]
struct WireNamed {
    name: String,
}

#[derive(Default, Deserialize)]
struct WireText {
    #[serde(default)]
    text: Option<String>,
}

#[derive(Deserialize)]
struct WireSticker {
    name: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct WirePoll {
    question: WireText,
    answers: Value,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct WireAnswer {
    poll_media: WireText,
}

pub(super) fn forwards(snapshots: &Value) -> Vec<Forward> {
    let forward = |wire: WireSnapshot| Forward {
        text: cut(&wire.message.content, MAX_FORWARD),
        carried: wire.message.carried.into(),
    };
    list(snapshots).into_iter().take(MAX_FORWARDS).map(forward).collect()
}

/// Those of a list that can be read.
pub(super) fn list<T: DeserializeOwned>(values: &Value) -> Vec<T> {
    let values = values.as_array().map(Vec::as_slice).unwrap_or_default();
    values.iter().filter_map(|value| T::deserialize(value).ok()).collect()
}

impl From<WireCarried> for Carried {
    fn from(wire: WireCarried) -> Self {
        let file = |file: WireAttachment| {
            let content_type = file.content_type.as_deref();
            Attachment::of(file.id.0, &file.filename, content_type, file.size, &file.url)
        };
        let files = list(&wire.attachments).into_iter();
        let embeds: Vec<WireEmbed> = list(&wire.embeds);
        let stickers: Vec<WireSticker> = list(&wire.sticker_items);
        Self {
            attachments: files.take(MAX_ATTACHMENTS).map(file).collect(),
            embeds: embeds.iter().filter_map(WireEmbed::read).take(MAX_EMBEDS).collect(),
            stickers: stickers.iter().map(|sticker| one_line(&sticker.name)).collect(),
            poll: WirePoll::deserialize(&wire.poll).ok().map(|poll| poll.read()),
        }
    }
}

impl WireEmbed {
    fn read(&self) -> Option<Embed> {
        let fields: Vec<WireField> = list(&self.fields);
        let fields: Vec<String> =
            fields.iter().map(|field| format!("{}: {}", field.name, field.value)).collect();
        let mut parts: Vec<&str> = self.description.as_deref().into_iter().collect();
        parts.extend(fields.iter().map(String::as_str));
        parts.extend(self.footer.as_ref().and_then(|footer| footer.text.as_deref()));
        let author = self.author.as_ref().map(|author| author.name.as_str());
        Embed::of(self.title.as_deref(), author, &parts)
    }
}

impl WirePoll {
    fn read(&self) -> Poll {
        let answers: Vec<WireAnswer> = list(&self.answers);
        let answers = answers.iter().filter_map(|answer| answer.poll_media.text.as_deref());
        Poll::of(self.question.text.as_deref().unwrap_or_default(), answers)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(message: Value) -> Carried {
        WireCarried::deserialize(message).unwrap().into()
    }

    #[test]
    fn all_that_a_message_carries_is_read() {
        let carried = read(json!({
            "attachments": [{"id": "1", "filename": "a\nb.png", "size": 9, "url": "https://cdn.example/a"}],
            "embeds": [{
                "title": "Hamlet", "description": "To be", "author": {"name": "W. S."},
                "fields": [{"name": "or", "value": "not", "inline": true}], "footer": {"text": "to be"},
            }],
            "sticker_items": [{"id": "2", "name": "wave", "format_type": 1}],
            "poll": {
                "question": {"text": "Tea?"},
                "answers": [{"answer_id": 1, "poll_media": {"text": "Yes"}}, {"poll_media": {"emoji": {}}}],
            },
        }));
        let embed = Embed {
            title: Some("Hamlet".into()),
            text: "To be\nor: not\nto be".into(),
            author: Some("W. S.".into()),
        };
        assert_eq!(carried.attachments[0].filename, "a b.png");
        assert_eq!(
            (carried.embeds.as_slice(), carried.stickers.as_slice()),
            (&[embed][..], &["wave".to_owned()][..])
        );
        assert_eq!(
            carried.poll,
            Some(Poll { question: "Tea?".into(), answers: vec!["Yes".into()] })
        );
    }

    #[test]
    fn what_is_odd_is_left_out() {
        let odd = json!({
            "attachments": [{"id": "x"}, 7], "embeds": [{"title": null, "description": null}, {"fields": "odd"}],
            "sticker_items": null, "poll": null,
        });
        assert!(read(odd).is_empty());
        assert!(read(json!({})).is_empty());
        let forwarded =
            forwards(&json!([{"message": {"content": "news", "embeds": "odd"}}, 7, {}]));
        assert_eq!(forwarded.len(), 2);
        assert_eq!((forwarded[0].text.as_str(), forwarded[0].carried.is_empty()), ("news", true));
    }
}
