//! `/personality import`: makes a personality of a file.

use poise::serenity_prelude::Attachment;
use shared::{
    formats::{self, FromFile, file},
    personality::{Avatar, Definition},
    store::Created,
};

use crate::{
    app::{App, in_time},
    caller::{Caller, Trouble},
    commands::{Context, privately},
    rest::Message,
    texts::personality::{self as texts, files as words, pictures},
};

/// Make a personality of a file: an export of mine, or a character card
#[poise::command(slash_command)]
pub(super) async fn import(
    ctx: Context<'_>,
    #[description = "JSON, or a PNG picture with a card in it"] file: Attachment,
    #[description = "Whether it exists for you alone; as the file says, if you leave it out"]
    private: Option<bool>,
) -> Result<(), Trouble> {
    let Some(caller) = privately(ctx).await else { return Ok(()) };
    let app = &ctx.data().app;
    caller.answer(app, made(app, &caller, &file, private).await.map(Message::text)).await;
    Ok(())
}

async fn made(
    app: &App,
    caller: &Caller,
    file: &Attachment,
    private: Option<bool>,
) -> Result<String, Trouble> {
    if !app.rank(&caller.account).await?.creates(app.creators) {
        return Ok(texts::MAY_NOT_CREATE.to_owned());
    }
    if usize::try_from(file.size).is_ok_and(|size| size > formats::MAX_BYTES) {
        return Ok(words::TOO_LARGE.to_owned());
    }
    let bytes = match app.fetcher.attachment(&file.url, formats::MAX_BYTES).await {
        Ok(bytes) => bytes,
        Err(why) => return Ok(pictures::not_fetched(why)),
    };
    // reading is bounded, but may take a moment that others need not wait for
    let read = tokio::task::spawn_blocking(move || formats::read(&bytes)).await;
    let FromFile { mut definition, notes, .. } = match read {
        Ok(Ok(read)) => read,
        Ok(Err(problem)) => return Ok(words::unreadable(&problem.to_string())),
        Err(_panicked) => return Ok(crate::texts::INTERNAL.to_owned()),
    };
    let mut notes: Vec<String> = notes.iter().map(ToString::to_string).collect();
    if let Some(private) = private {
        definition.is_public = !private;
    }
    if app.redactor.finds_key_in(&all_text(&definition)) {
        return Ok(texts::KEY_TYPED.to_owned());
    }
    if matches!(definition.avatar, Some(Avatar::Kept(_))) && !app.pictures.is_there() {
        notes.push(words::PICTURE_UNSEEN.to_owned());
    }
    if let Err(problems) = definition.check() {
        return Ok(texts::definition_problems(&problems));
    }
    let user = app.person(&caller.account).await?;
    match in_time(app.store.create_personality(user.id, &definition)).await? {
        Created::Taken(_) => Ok(texts::TAKEN.to_owned()),
        Created::Made(id) => {
            app.names.forget();
            tracing::info!(personality.id = %id, user.id = %user.id, "a personality was imported");
            let kept: Vec<String> = definition.custom_fields.keys().cloned().collect();
            let name = definition.display_name.as_str();
            Ok(words::imported(name, definition.is_public, &kept, &notes))
        }
    }
}

/// All that a file said, wherever it stood: a card has many places in which a key may lie. A picture
/// is none of them, and by chance looks like anything.
fn all_text(definition: &Definition) -> String {
    let without_picture = Definition { avatar: None, ..definition.clone() };
    String::from_utf8_lossy(&file::to_json(&without_picture)).into_owned()
}
