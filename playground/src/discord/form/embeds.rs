//! The limits of embeds.

use serde_json::Value;

use super::{Form, items};

/// All embeds of a message together have at most this many characters.
const ALL_TOGETHER: usize = 6_000;

pub(super) fn check_embeds(form: &mut Form, embeds: &Value) {
    form.count("embeds", items(embeds), 10);
    for (at, embed) in items(embeds).iter().enumerate() {
        check_embed(form, &format!("embeds.{at}"), embed);
    }
    if items(embeds).iter().map(size).sum::<usize>() > ALL_TOGETHER {
        form.wrong("embeds", "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000");
    }
}

fn check_embed(form: &mut Form, place: &str, embed: &Value) {
    form.length(&format!("{place}.title"), &embed["title"], 0..=256);
    form.length(&format!("{place}.description"), &embed["description"], 0..=4096);
    form.length(&format!("{place}.footer.text"), &embed["footer"]["text"], 0..=2048);
    form.length(&format!("{place}.author.name"), &embed["author"]["name"], 0..=256);
    let fields = items(&embed["fields"]);
    form.count(&format!("{place}.fields"), fields, 25);
    for (at, field) in fields.iter().enumerate() {
        form.required_length(&format!("{place}.fields.{at}.name"), &field["name"], 1..=256);
        form.required_length(&format!("{place}.fields.{at}.value"), &field["value"], 1..=1024);
    }
}

fn size(embed: &Value) -> usize {
    let own = [
        &embed["title"],
        &embed["description"],
        &embed["footer"]["text"],
        &embed["author"]["name"],
    ];
    let fields = items(&embed["fields"]).iter().flat_map(|field| [&field["name"], &field["value"]]);
    own.into_iter().chain(fields).filter_map(Value::as_str).map(|text| text.chars().count()).sum()
}
