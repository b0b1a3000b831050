//! What Discord fills in: embeds and components come back with more than was sent.

use std::collections::HashSet;

use serde_json::{Value, json};

use crate::discord::{
    form::items,
    snowflake::Snowflakes,
    world::{Attachment, drop_nulls},
};

/// Embeds come back with their type, and without the fields that were sent as null.
pub(super) fn embeds(sent: &Value) -> Vec<Value> {
    let mut embeds = items(sent).to_vec();
    for embed in &mut embeds {
        drop_nulls(embed);
        embed["type"] = json!("rich");
        let fields = embed.get_mut("fields").and_then(Value::as_array_mut);
        fields.into_iter().flatten().for_each(|field| fill(field, "inline", &json!(false)));
    }
    embeds
}

/// Components come back with ids and defaults, and with addresses for the files they name.
pub(super) fn components(ids: &mut Snowflakes, files: &[Attachment], sent: &Value) -> Vec<Value> {
    let mut components = items(sent).to_vec();
    let mut taken = HashSet::new();
    for component in &components {
        collect_ids(component, &mut taken);
    }
    let mut completion = Completion { ids, files, taken, next: 1 };
    for component in &mut components {
        completion.complete(component);
    }
    components
}

/// The ids that components came with. 0 means none.
fn collect_ids(component: &Value, taken: &mut HashSet<u64>) {
    taken.extend(component["id"].as_u64().filter(|id| *id != 0));
    for inner in items(&component["components"]) {
        collect_ids(inner, taken);
    }
    if component["accessory"].is_object() {
        collect_ids(&component["accessory"], taken);
    }
}

struct Completion<'a> {
    ids: &'a mut Snowflakes,
    files: &'a [Attachment],
    taken: HashSet<u64>,
    next: u64,
}

impl Completion<'_> {
    fn complete(&mut self, component: &mut Value) {
        drop_nulls(component);
        if component["id"].as_u64().is_none_or(|id| id == 0) {
            while self.taken.contains(&self.next) {
                self.next += 1;
            }
            component["id"] = json!(self.next);
            self.next += 1;
        }
        match component["type"].as_u64() {
            Some(3 | 5..=8) => {
                fill(component, "min_values", &json!(1));
                fill(component, "max_values", &json!(1));
            }
            Some(11) => self.complete_item(component),
            Some(12) => {
                let list = component.get_mut("items").and_then(Value::as_array_mut);
                list.into_iter().flatten().for_each(|item| self.complete_item(item));
            }
            Some(13) => {
                let file = component["file"]["url"].as_str().and_then(|url| find(self.files, url));
                component["name"] = json!(file.map(|file| &file.filename));
                component["size"] = json!(file.map(|file| file.bytes.len()));
                component["file"] = self.media(&component["file"]);
                fill(component, "spoiler", &json!(false));
            }
            Some(14) => {
                fill(component, "spacing", &json!(1));
                fill(component, "divider", &json!(true));
            }
            Some(17) => {
                fill(component, "accent_color", &Value::Null);
                fill(component, "spoiler", &json!(false));
            }
            _ => {}
        }
        let inside = component.get_mut("components").and_then(Value::as_array_mut);
        inside.into_iter().flatten().for_each(|inner| self.complete(inner));
        if let Some(beside) = component.get_mut("accessory") {
            self.complete(beside);
        }
    }

    /// A picture with its description.
    fn complete_item(&mut self, item: &mut Value) {
        item["media"] = self.media(&item["media"]);
        fill(item, "description", &Value::Null);
        fill(item, "spoiler", &json!(false));
    }

    fn media(&mut self, sent: &Value) -> Value {
        let named = sent["url"].as_str().unwrap_or_default();
        let file = find(self.files, named);
        let url = file.map_or(named, |file| &file.url);
        let mut media = json!({"id": self.ids.next(), "url": url, "proxy_url": url});
        if let Some(file) = file {
            media["attachment_id"] = json!(file.id);
            media["content_type"] = json!(file.content_type);
        }
        media
    }
}

/// The file of the message that `attachment://name` means.
fn find<'a>(files: &'a [Attachment], url: &str) -> Option<&'a Attachment> {
    let name = url.strip_prefix("attachment://")?;
    files.iter().find(|file| file.filename == name)
}

/// Sets a field that is not there.
fn fill(object: &mut Value, field: &str, default: &Value) {
    if let Some(fields) = object.as_object_mut() {
        fields.entry(field).or_insert_with(|| default.clone());
    }
}
