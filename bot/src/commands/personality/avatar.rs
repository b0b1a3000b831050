//! `/personality avatar`: a picture at an address, or one that we keep.

use poise::serenity_prelude::Attachment;
use shared::personality::{Avatar, Picture};

use super::access::{change, editable};
use crate::{
    app::App,
    caller::{Caller, Trouble},
    commands::{Context, privately, whom::suggest},
    rest::Message,
    texts::personality::{self as texts, pictures as words},
};

/// Set a personality's picture
#[poise::command(slash_command)]
pub(super) async fn avatar(
    ctx: Context<'_>,
    #[description = "Whom"]
    #[autocomplete = "suggest"]
    #[max_length = 100]
    personality: String,
    #[description = "The https address of a picture, which stays where it is"]
    #[max_length = 2000]
    url: Option<String>,
    #[description = "A picture that I keep: PNG, JPEG, GIF or WebP, up to 2 MiB"] file: Option<
        Attachment,
    >,
    #[description = "Take the picture away"] remove: Option<bool>,
) -> Result<(), Trouble> {
    let Some(caller) = privately(ctx).await else { return Ok(()) };
    let app = &ctx.data().app;
    let wanted = match (url, file, remove.unwrap_or(false)) {
        (Some(url), None, false) => Wanted::At(url),
        (None, Some(file), false) => Wanted::Kept(Box::new(file)),
        (None, None, true) => Wanted::None,
        (None, None, false) => {
            caller.answer(app, Ok(Message::text(words::NOTHING_SAID))).await;
            return Ok(());
        }
        _ => {
            caller.answer(app, Ok(Message::text(words::ONE_OF_THEM))).await;
            return Ok(());
        }
    };
    caller.answer(app, set(app, &caller, &personality, wanted).await.map(Message::text)).await;
    Ok(())
}

enum Wanted {
    At(String),
    Kept(Box<Attachment>),
    None,
}

async fn set(app: &App, caller: &Caller, typed: &str, wanted: Wanted) -> Result<String, Trouble> {
    // who may not change it makes us call nobody
    editable(app, caller, typed).await?;
    let avatar = match looked_at(app, wanted).await {
        Ok(avatar) => avatar,
        Err(text) => return Ok(text),
    };
    change(app, caller, typed, |definition| {
        definition.avatar.clone_from(&avatar);
        Ok(texts::saved(definition.display_name.as_str()))
    })
    .await
}

/// The picture, once its bytes were seen to be one; else why not.
async fn looked_at(app: &App, wanted: Wanted) -> Result<Option<Avatar>, String> {
    let picture = |bytes| Picture::from_bytes(bytes).map_err(words::no_picture);
    match wanted {
        Wanted::None => Ok(None),
        Wanted::At(url) => {
            let avatar = Avatar::at(&url).map_err(|_| words::NO_ADDRESS.to_owned())?;
            let Avatar::At(address) = &avatar else { return Ok(Some(avatar)) };
            let fetched = app.fetcher.address(address, Picture::MAX_BYTES).await;
            picture(fetched.map_err(words::not_fetched)?)?;
            Ok(Some(avatar))
        }
        Wanted::Kept(file) => {
            if !app.pictures.is_there() {
                return Err(words::NO_PUBLIC_URL.to_owned());
            }
            let fetched = app.fetcher.attachment(&file.url, Picture::MAX_BYTES).await;
            Ok(Some(Avatar::Kept(picture(fetched.map_err(words::not_fetched)?)?)))
        }
    }
}
