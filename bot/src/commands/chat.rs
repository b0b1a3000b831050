//! `/chat`: talk to a personality where it can't be mentioned, or without its hearing the rest.
//!
//! The one command that everybody sees. What is only for the caller, such as a missing key, takes
//! the public acknowledgement back and is said in private.

use std::sync::Arc;

use chrono::TimeDelta;
use shared::{
    ids::DeliveryId,
    store::{Accepted, Incoming, ReplyBy},
};

use super::{
    Context, acknowledged,
    whom::{named, suggest_here},
};
use crate::{
    app::App,
    bot::Mail,
    caller::{Caller, Trouble},
    context,
    intake::Offered,
    rest::Answer,
    texts::{self, chat as words, places},
};

/// For so long Discord takes an answer to a command, less a little.
const TOKEN_LIFETIME: TimeDelta = TimeDelta::seconds(14 * 60 + 30);

/// A `/chat` on its way through its author's mailbox.
#[derive(Clone, Debug)]
pub(crate) struct ChatMail {
    caller: Caller,
    personality: String,
    message: String,
}

/// Talk to a personality
#[poise::command(slash_command, install_context = "Guild", interaction_context = "Guild|BotDm")]
pub(super) async fn chat(
    ctx: Context<'_>,
    #[description = "Who is to answer"]
    #[autocomplete = "suggest_here"]
    #[max_length = 100]
    personality: String,
    #[description = "What you want to say"]
    #[max_length = 2000]
    message: String,
) -> Result<(), Trouble> {
    let bot = ctx.data();
    let app = &bot.app;
    let caller = Caller::of_command(app, ctx.interaction);
    acknowledged(ctx);
    if let Some(problem) = problem(app, &personality, &message) {
        caller.say_privately(app, problem).await;
        return Ok(());
    }
    if !caller.acknowledge(app, &Answer::Defer { ephemeral: false }).await {
        return Ok(());
    }
    let (user, source) = (caller.account.id, caller.interaction);
    let mail = ChatMail { caller: caller.clone(), personality, message };
    if bot.offer(user, source, Mail::Chat(Box::new(mail))) == Offered::Full {
        caller.turn_private(app, words::FLOOD).await;
    }
    Ok(())
}

/// What is wrong with the words themselves. A key among them is said before Discord shows them to
/// everybody in the command's header.
fn problem(app: &App, personality: &str, message: &str) -> Option<&'static str> {
    if message.trim().is_empty() {
        Some(words::EMPTY)
    } else if app.redactor.finds_key_in(message) || app.redactor.finds_key_in(personality) {
        Some(words::KEY_IN_MESSAGE)
    } else if words::utf16_len(message) > words::MAX_MESSAGE {
        Some(words::TOO_LONG)
    } else {
        None
    }
}

/// Accepts a `/chat`, in its author's mailbox.
pub(crate) async fn accept(app: &Arc<App>, mail: ChatMail) {
    let caller = &mail.caller;
    match take(app, &mail).await {
        Ok(Accepted::Taken { user, .. }) => {
            app.wake(user).await;
            app.shows.ring();
        }
        Ok(Accepted::Already) => {}
        Ok(Accepted::Refused { why, .. }) => {
            caller.turn_private(app, &texts::refusal(&why)).await;
        }
        Err(trouble) => {
            trouble.note(caller.interaction);
            caller.turn_private(app, trouble.text()).await;
        }
    }
}

async fn take(app: &Arc<App>, mail: &ChatMail) -> Result<Accepted, Trouble> {
    let caller = &mail.caller;
    let personality = named(app, caller, &mail.personality).await?.personality_id;
    let decided = app.decided.about(&caller.place, &app.store).await?;
    if !decided.policy.is_open(&caller.place) {
        return Err(Trouble::Refused(places::CLOSED_HERE));
    }
    if !decided.policy.allows(&caller.place, personality) {
        return Err(Trouble::Refused(places::FORBIDDEN_HERE));
    }
    let delivery = DeliveryId::new(&*app.clock);
    let token = app.secrets.seal(delivery.uuid(), &caller.token.token)?;
    let expires_at = app.clock.now() + TOKEN_LIFETIME;
    let text = mail.message.trim().to_owned();
    let (context, trail) = context::of_command(app, caller, &text);
    let incoming = Incoming {
        source: caller.interaction,
        author: caller.account.id,
        username: caller.account.username.clone(),
        place: caller.place,
        personalities: vec![personality],
        text,
        context,
        reply_by: ReplyBy::Interaction { delivery, token, expires_at },
    };
    let accepted = app.accept(&incoming).await?;
    if let (Accepted::Taken { user, requests }, Some(trail)) = (&accepted, trail) {
        context::complete_later(app, *user, requests, incoming.personalities, trail);
    }
    Ok(accepted)
}
