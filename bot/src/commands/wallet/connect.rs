//! `/wallet connect`: a key from OpenRouter that nobody has to copy.
//!
//! The person agrees on OpenRouter's page, gets a code there, and types it into a form. Our half of the
//! secret, the verifier, is sealed before the link is shown and bound to the one who asked; the code is
//! sealed beside it, and a worker exchanges both for a key, which then goes the way of a typed one.
//! Button and form name the connection, so both outlive a restart; whose it is says the database.

use serenity::all::{ComponentInteraction, ModalInteraction};
use shared::{
    connect::{CONNECTION_LASTS, ConnectCode, Verifier, link},
    ids::KeyCheckId,
    model::Provider,
    store::{AnswerToken, CheckPurpose, NewConnection, NewKeyCheck, Redeemed},
    vault::random,
};

use super::form::{FIELD, PATIENCE, TOKEN_LIFETIME, typed};
use crate::{
    app::{App, in_time},
    buttons::Press,
    caller::{Caller, Trouble},
    commands::{Context, privately},
    rest::{Answer, Button, ButtonStyle, Message, Modal, Row, TextInput, TextStyle},
    texts::{connect as texts, wallet::too_many_checks},
};

/// What the form's custom id begins with.
const FORM: &str = "wallet:connect:v1:";

/// Get a key from OpenRouter by a link and a code, without copying it
#[poise::command(slash_command)]
pub(super) async fn connect(ctx: Context<'_>) -> Result<(), Trouble> {
    let Some(caller) = privately(ctx).await else { return Ok(()) };
    let app = &ctx.data().app;
    caller.answer(app, offer(app, &caller).await).await;
    Ok(())
}

/// Makes a link, and keeps its verifier.
async fn offer(app: &App, caller: &Caller) -> Result<Message, Trouble> {
    let user = app.person(&caller.account).await?;
    let id = KeyCheckId::new(&*app.clock);
    let verifier = Verifier::of(&random()?);
    let expires_at = app.clock.now() + CONNECTION_LASTS;
    let connection = NewConnection {
        id,
        user: user.id,
        verifier: app.sealer.seal_verifier(user.id, id, &verifier)?,
        expires_at,
    };
    in_time(app.store.begin_connection(&connection)).await?;
    let page = Button::link(link(&app.connect_page, &verifier.challenge()), texts::OPEN);
    let enter = Press::EnterCode(id).to_string();
    let enter = Button::new(ButtonStyle::Primary, enter, texts::ENTER);
    Ok(Message::text(texts::offer(expires_at)).with_row(Row(vec![page, enter])))
}

/// The button for the code was pressed.
pub(crate) async fn enter(app: &App, click: &ComponentInteraction, connection: KeyCheckId) {
    let caller = Caller::of_click(app, click);
    caller.acknowledge(app, &Answer::Modal(form(connection))).await;
}

fn form(connection: KeyCheckId) -> Modal {
    Modal {
        custom_id: format!("{FORM}{connection}"),
        title: texts::FORM_TITLE.to_owned(),
        fields: vec![TextInput {
            custom_id: FIELD.to_owned(),
            label: texts::FORM_LABEL.to_owned(),
            style: TextStyle::Short,
            placeholder: Some(texts::FORM_PLACEHOLDER.to_owned()),
            value: None,
            // longer than any code, so that what is too long is told apart from what is cut off
            length: (1, 1_000),
            required: true,
        }],
    }
}

/// A form was sent. `false`: it is none of ours.
pub(crate) async fn submitted(app: &App, sent: &ModalInteraction) -> bool {
    let id = sent.data.custom_id.strip_prefix(FORM).and_then(|id| id.parse::<KeyCheckId>().ok());
    let Some(connection) = id else { return false };
    let caller = Caller::of_form(app, sent);
    if !caller.defer_privately(app).await {
        return true;
    }
    let taken = match ConnectCode::from_typed(typed(sent)) {
        Ok(code) => take(app, &caller, connection, code).await,
        Err(why) => Ok(Some(texts::malformed(why).to_owned())),
    };
    match taken {
        // the answer comes with the verdict
        Ok(None) => {}
        Ok(Some(text)) => caller.answer(app, Ok(Message::text(text))).await,
        Err(trouble) => caller.answer(app, Err(trouble)).await,
    }
    true
}

/// Keeps a code for the worker. What is to be said at once, if anything.
async fn take(
    app: &App,
    caller: &Caller,
    connection: KeyCheckId,
    code: ConnectCode,
) -> Result<Option<String>, Trouble> {
    let user = app.person(&caller.account).await?;
    let sealed = app.sealer.seal_code(user.id, connection, &code)?;
    drop(code);
    let now = app.clock.now();
    let token = app.secrets.seal(connection.uuid(), &caller.token.token)?;
    let check = NewKeyCheck {
        id: connection,
        user: user.id,
        guild: caller.guild(),
        provider: Provider::OpenRouter,
        purpose: CheckPurpose::Connect,
        candidate: None,
        answer: AnswerToken { sealed: token, expires_at: now + TOKEN_LIFETIME },
        expires_at: now + PATIENCE,
    };
    match in_time(app.store.redeem_connection(&check, &sealed)).await? {
        Redeemed::Kept => {
            tracing::info!(user.id = %user.id, check.id = %connection, kind = %check.purpose, "a key is to be checked");
            app.wake(user.id).await;
            Ok(None)
        }
        Redeemed::TooMany { again_at } => Ok(Some(too_many_checks(again_at))),
        Redeemed::Expired => Ok(Some(texts::EXPIRED.to_owned())),
        Redeemed::Used => Ok(Some(texts::USED.to_owned())),
        Redeemed::NotYours => Ok(Some(texts::NOT_YOURS.to_owned())),
    }
}
