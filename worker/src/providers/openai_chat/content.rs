//! What a message holds, as this wire writes it: words alone are a string; with pictures, both are parts.

use serde::Serialize;

use crate::providers::{ChatMessage, Image};

#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Content<'a> {
    Words(&'a str),
    Parts(Vec<Part<'a>>),
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Part<'a> {
    Text { text: &'a str },
    ImageUrl { image_url: ImageUrl },
}

#[derive(Serialize)]
pub(super) struct ImageUrl {
    url: String,
}

impl<'a> Content<'a> {
    /// The words first: what comes before a picture is read as being about it.
    pub(super) fn of(message: &'a ChatMessage) -> Self {
        if message.images.is_empty() {
            return Self::Words(&message.content);
        }
        let mut parts = vec![Part::Text { text: &message.content }];
        parts.extend(message.images.iter().map(Part::image));
        Self::Parts(parts)
    }
}

impl Part<'_> {
    fn image(image: &Image) -> Self {
        let url = format!("data:{};base64,{}", image.kind.content_type(), image.base64);
        Self::ImageUrl { image_url: ImageUrl { url } }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use shared::personality::PictureKind;

    use super::*;
    use crate::providers::Role;

    #[test]
    fn pictures_follow_the_words_as_data() {
        let image = Image { kind: PictureKind::Webp, base64: "AAAA".into() };
        let message = ChatMessage {
            role: Role::User,
            content: "look".into(),
            images: vec![image.clone(), image],
        };
        let picture =
            json!({"type": "image_url", "image_url": {"url": "data:image/webp;base64,AAAA"}});
        let parts = json!([{"type": "text", "text": "look"}, picture, picture]);
        assert_eq!(serde_json::to_value(Content::of(&message)).unwrap(), parts);
        let words = ChatMessage::text(Role::User, "look".into());
        assert_eq!(serde_json::to_value(Content::of(&words)).unwrap(), json!("look"));
    }
}
