//! Buttons, and the form that a command may open.
//!
//! Custom ids come back from Discord as anybody likes to send them: they name something and prove
//! nothing.

use serde::{Serialize, Serializer, ser::SerializeMap};

/// Up to five buttons side by side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row(pub Vec<Button>);

/// Something to click.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Button {
    /// What the click will carry, at most 100 characters.
    pub custom_id: String,
    /// What stands on it, at most 80.
    pub label: String,
    /// Its colour.
    pub style: ButtonStyle,
    /// Shown, but not to be clicked.
    pub disabled: bool,
    /// Where it leads. Such a button carries nothing and has no colour of its own.
    pub url: Option<String>,
}

/// What a button looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ButtonStyle {
    /// The thing to do next.
    Primary,
    /// One of several things.
    Secondary,
    /// Yes.
    Success,
    /// Can't be taken back.
    Danger,
}

impl Button {
    /// A button that can be clicked.
    #[must_use]
    pub fn new(style: ButtonStyle, custom_id: impl Into<String>, label: impl Into<String>) -> Self {
        Self { custom_id: custom_id.into(), label: label.into(), style, disabled: false, url: None }
    }

    /// A button that opens a page.
    #[must_use]
    pub fn link(url: impl Into<String>, label: impl Into<String>) -> Self {
        let nothing = Self::new(ButtonStyle::Secondary, "", label);
        Self { url: Some(url.into()), ..nothing }
    }
}

impl Serialize for Row {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        row(serializer, &self.0)
    }
}

fn row<S: Serializer>(serializer: S, components: &impl Serialize) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(2))?;
    map.serialize_entry("type", &1)?;
    map.serialize_entry("components", components)?;
    map.end()
}

impl Serialize for Button {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let style = match self.style {
            _ if self.url.is_some() => 5,
            ButtonStyle::Primary => 1,
            ButtonStyle::Secondary => 2,
            ButtonStyle::Success => 3,
            ButtonStyle::Danger => 4,
        };
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("type", &2)?;
        map.serialize_entry("style", &style)?;
        map.serialize_entry("label", &self.label)?;
        match &self.url {
            Some(url) => map.serialize_entry("url", url)?,
            None => map.serialize_entry("custom_id", &self.custom_id)?,
        }
        if self.disabled {
            map.serialize_entry("disabled", &true)?;
        }
        map.end()
    }
}

/// A form of one to five fields.
///
/// The fields stand in action rows, which Discord has deprecated: serenity 0.12 loses what is typed
/// into the newer kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Modal {
    /// What the submit will carry: fixed and versioned, so that it survives a restart.
    pub custom_id: String,
    /// At most 45 characters.
    pub title: String,
    /// One to five.
    #[serde(rename = "components")]
    pub fields: Vec<TextInput>,
}

/// A field to type into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextInput {
    /// Names the field in the submit.
    pub custom_id: String,
    /// At most 45 characters.
    pub label: String,
    /// One line or several.
    pub style: TextStyle,
    /// Shown while it's empty, at most 100 characters.
    pub placeholder: Option<String>,
    /// What it already says.
    pub value: Option<String>,
    /// Least and most characters, of 0–4000.
    pub length: (u16, u16),
    /// Whether it must be filled in.
    pub required: bool,
}

/// How large a field is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextStyle {
    /// A line.
    Short,
    /// Several.
    Paragraph,
}

impl Serialize for TextInput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        row(serializer, &[Field(self)])
    }
}

struct Field<'a>(&'a TextInput);

impl Serialize for Field<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let TextInput { custom_id, label, style, placeholder, value, length, required } = self.0;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("type", &4)?;
        map.serialize_entry("custom_id", custom_id)?;
        map.serialize_entry("label", label)?;
        map.serialize_entry("style", &if *style == TextStyle::Short { 1 } else { 2 })?;
        map.serialize_entry("min_length", &length.0)?;
        map.serialize_entry("max_length", &length.1)?;
        map.serialize_entry("required", required)?;
        if let Some(placeholder) = placeholder {
            map.serialize_entry("placeholder", placeholder)?;
        }
        if let Some(value) = value {
            map.serialize_entry("value", value)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{json, to_value};

    use super::*;

    #[test]
    fn buttons_stand_in_rows() {
        let stop = Button::new(ButtonStyle::Secondary, "stop:v1:7", "Stop");
        let gone = Button { disabled: true, ..stop.clone() };
        let shown = json!({ "type": 2, "style": 2, "label": "Stop", "custom_id": "stop:v1:7" });
        let mut dimmed = shown.clone();
        dimmed["disabled"] = json!(true);
        assert_eq!(
            to_value(Row(vec![stop, gone])).unwrap(),
            json!({ "type": 1, "components": [shown, dimmed] })
        );
    }

    #[test]
    fn a_button_that_leads_somewhere_carries_nothing() {
        let link = Button::link("https://example.org/", "Open");
        assert_eq!(
            to_value(link).unwrap(),
            json!({ "type": 2, "style": 5, "label": "Open", "url": "https://example.org/" })
        );
    }

    #[test]
    fn a_forms_fields_stand_in_rows_of_their_own() {
        let key = TextInput {
            custom_id: "key".into(),
            label: "API key".into(),
            style: TextStyle::Short,
            placeholder: None,
            value: None,
            length: (8, 400),
            required: true,
        };
        let modal = Modal { custom_id: "wallet:v1".into(), title: "Key".into(), fields: vec![key] };
        let field = json!({
            "type": 4, "custom_id": "key", "label": "API key", "style": 1,
            "min_length": 8, "max_length": 400, "required": true,
        });
        assert_eq!(
            to_value(modal).unwrap(),
            json!({
                "custom_id": "wallet:v1", "title": "Key",
                "components": [{ "type": 1, "components": [field] }],
            })
        );
    }
}
