//! Reads fields whose type nobody promised: providers add and change them without notice,
//! and one odd field must not cost the text that stands beside it.

use std::fmt;

use serde::{Deserialize, Deserializer, de};
use serde_json::value::RawValue;
use shared::money::NanoUsd;

/// A field of type `T`, or nothing when it is something else. For `deserialize_with`, together
/// with `default`.
pub(super) fn lenient<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let raw = <&RawValue>::deserialize(deserializer)?;
    Ok(serde_json::from_str(raw.get()).ok())
}

/// A count, if it can be one.
pub(super) fn count(tokens: Option<i64>) -> Option<i64> {
    tokens.filter(|tokens| *tokens >= 0)
}

/// An amount in dollars, exactly as written: a float in between would round it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dollars(pub(super) NanoUsd);

impl<'de> Deserialize<'de> for Dollars {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?;
        NanoUsd::parse(raw.get().trim_matches('"'))
            .map(Self)
            .ok_or_else(|| de::Error::custom("not an amount"))
    }
}

/// A text: a string, or a list of parts with text in them.
///
/// A string may hold half of a surrogate pair, where a provider cut an emoji in two. JSON allows
/// that and Rust does not; the half becomes a replacement character, and the rest stays.
pub(super) struct Text(pub(super) String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_bytes(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> de::Visitor<'de> for TextVisitor {
    type Value = Text;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text, or parts of text")
    }

    fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Text, E> {
        Ok(Text(String::from_utf8_lossy(bytes).into_owned()))
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut parts: A) -> Result<Text, A::Error> {
        let mut text = String::new();
        while let Some(part) = parts.next_element::<Part>()? {
            text.extend(part.text.map(|Text(text)| text));
        }
        Ok(Text(text))
    }
}

#[derive(Deserialize)]
struct Part {
    #[serde(default, deserialize_with = "lenient")]
    text: Option<Text>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(json: &str) -> Option<String> {
        serde_json::from_str::<Text>(json).ok().map(|Text(text)| text)
    }

    #[test]
    fn text_is_read_as_a_string_and_as_parts() {
        assert_eq!(text(r#""h\u00e9llo \ud83d\ude00""#).as_deref(), Some("héllo 😀"));
        assert_eq!(
            text(r#"[{"type":"text","text":"a"},{"type":"image"},{"text":"b"}]"#).as_deref(),
            Some("ab")
        );
        assert_eq!(text("12"), None);
        assert_eq!(text("null"), None);
    }

    #[test]
    fn half_a_surrogate_pair_does_not_cost_the_rest() {
        let halved = text(r#""ok \ud83d""#).unwrap();
        assert!(halved.starts_with("ok \u{FFFD}"), "{halved:?}");
    }

    #[test]
    fn dollars_are_exact_and_anything_else_is_not_an_amount() {
        let nanos = |json| serde_json::from_str::<Dollars>(json).ok().map(|Dollars(d)| d.nanos());
        assert_eq!(nanos("3.9e-06"), Some(3_900));
        assert_eq!(nanos("0.0076509169000000005"), Some(7_650_917));
        assert_eq!(nanos("\"0.25\""), Some(250_000_000));
        assert_eq!(nanos("74.5"), Some(74_500_000_000));
        assert_eq!(nanos("null"), None);
        assert_eq!(nanos("true"), None);
    }
}
