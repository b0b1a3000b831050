//! Somebody who uses a command, clicks a button or sends a form, and waits for an answer.
//!
//! Discord forgets an interaction that isn't acknowledged within three seconds, so that comes first,
//! before anything that may take time; the answer itself is an edit, which may be repeated. Discord
//! takes the acknowledgement once: when it says that it has one, this is an interaction that came
//! twice, and whoever was first deals with it.

use std::time::Duration;

use serenity::all::{
    self as discord, CommandInteraction, ComponentInteraction, ModalInteraction, Permissions,
};
use shared::{
    context::bounds::one_line,
    ids::{GuildId, RoleId, SourceId},
    store::{Place, StoreError},
    vault::SealError,
};

use crate::{
    app::{Account, App},
    rest::{Answer, File, InteractionToken, Message, RestError},
    texts,
};

/// How often an answer is tried that Discord does not take.
const TRIES: u32 = 3;

/// Somebody who waits for an answer.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// The interaction.
    pub(crate) interaction: SourceId,
    /// What it is answered with.
    pub(crate) token: InteractionToken,
    /// Who it is, and so who pays.
    pub(crate) account: Account,
    /// What they are called there.
    pub(crate) shown_name: String,
    /// Where it happened.
    pub(crate) place: Place,
    /// Their roles in that server.
    pub(crate) roles: Vec<RoleId>,
    /// What they may do there, as Discord says; nothing in private.
    rights: Permissions,
}

/// Why a command could not be carried out. What a person reads of it is [`Trouble::text`].
#[derive(Debug, thiserror::Error)]
pub(crate) enum Trouble {
    /// The database: nothing was written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Nothing was sealed, so nothing was stored.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// It isn't there for the caller, or they may not: said in these words.
    #[error("refused")]
    Refused(&'static str),
}

impl Trouble {
    /// What to say about it.
    #[must_use]
    pub(crate) const fn text(&self) -> &'static str {
        match self {
            Self::Store(error) if error.is_transient() => texts::NOT_ACCEPTED,
            Self::Store(_) | Self::Seal(_) => texts::INTERNAL,
            Self::Refused(text) => text,
        }
    }

    /// Notes it in the log, if anything went wrong.
    pub(crate) fn note(&self, interaction: SourceId) {
        if !matches!(self, Self::Refused(_)) {
            tracing::warn!(interaction.id = %interaction, error = %self, "a command failed");
        }
    }
}

fn roles(member: &discord::Member) -> Vec<RoleId> {
    member.roles.iter().map(|role| role.get().into()).collect()
}

impl Caller {
    /// Whoever uses a command.
    #[must_use]
    pub(crate) fn of_command(app: &App, command: &CommandInteraction) -> Self {
        let channel = command.channel_id.get().into();
        let parent = command.channel.as_ref().and_then(|channel| {
            use discord::ChannelType::{NewsThread, PrivateThread, PublicThread};
            let is_thread = matches!(channel.kind, NewsThread | PrivateThread | PublicThread);
            channel.parent_id.filter(|_| is_thread)
        });
        let guild = command.guild_id.map(|guild| guild.get().into());
        let place = match parent {
            Some(parent) => Place { guild, channel: parent.get().into(), thread: Some(channel) },
            None => app.threads.place(guild, channel),
        };
        let member = command.member.as_deref();
        Self::new(app, command.id.get(), &command.token, &command.user, member, place)
    }

    /// Whoever clicks a button.
    #[must_use]
    pub(crate) fn of_click(app: &App, click: &ComponentInteraction) -> Self {
        let guild = click.guild_id.map(|guild| guild.get().into());
        let place = app.threads.place(guild, click.channel_id.get().into());
        Self::new(app, click.id.get(), &click.token, &click.user, click.member.as_ref(), place)
    }

    /// Whoever sends a form.
    #[must_use]
    pub(crate) fn of_form(app: &App, form: &ModalInteraction) -> Self {
        let guild = form.guild_id.map(|guild| guild.get().into());
        let place = app.threads.place(guild, form.channel_id.get().into());
        Self::new(app, form.id.get(), &form.token, &form.user, form.member.as_ref(), place)
    }

    fn new(
        app: &App,
        id: u64,
        token: &str,
        user: &discord::User,
        member: Option<&discord::Member>,
        place: Place,
    ) -> Self {
        let nick = member.and_then(|member| member.nick.as_deref());
        Self {
            interaction: id.into(),
            token: app.token(token),
            account: Account { id: user.id.get().into(), username: user.name.clone() },
            shown_name: one_line(nick.unwrap_or_else(|| user.display_name())),
            place,
            roles: member.map(roles).unwrap_or_default(),
            rights: member.and_then(|member| member.permissions).unwrap_or_default(),
        }
    }

    /// Whether they have this permission where it happened. Discord hides commands from those who
    /// don't, unless the server's settings say otherwise; so it is asked here again.
    #[must_use]
    pub(crate) fn may(&self, permission: Permissions) -> bool {
        self.rights.administrator() || self.rights.contains(permission)
    }

    /// The server, if it happened in one.
    #[must_use]
    pub(crate) fn guild(&self) -> Option<GuildId> {
        self.place.guild
    }

    /// Gives the first answer. `false`: there is nobody left to answer, or somebody else does.
    pub(crate) async fn acknowledge(&self, app: &App, answer: &Answer) -> bool {
        match app.rest.answer(self.interaction, &self.token, answer).await {
            // no answer from Discord may still mean that it took ours
            Ok(()) | Err(RestError::Unavailable | RestError::Limited(_)) => true,
            Err(RestError::AlreadyAcknowledged) => {
                tracing::debug!(interaction.id = %self.interaction, "an interaction came twice");
                false
            }
            Err(error) => {
                tracing::warn!(interaction.id = %self.interaction, error = %error, "too late to answer");
                false
            }
        }
    }

    /// Takes the time to find the answer, which only the caller will see.
    pub(crate) async fn defer_privately(&self, app: &App) -> bool {
        self.acknowledge(app, &Answer::Defer { ephemeral: true }).await
    }

    /// Answers at once, seen by the caller alone.
    pub(crate) async fn say_privately(&self, app: &App, text: impl Into<String>) {
        let message = Message::text(text);
        self.acknowledge(app, &Answer::Message { message, ephemeral: true }).await;
    }

    /// Gives the answer that was deferred.
    pub(crate) async fn answer(&self, app: &App, answer: Result<Message, Trouble>) {
        let mut message = answer.unwrap_or_else(|trouble| {
            trouble.note(self.interaction);
            Message::text(trouble.text())
        });
        // Discord would refuse the whole of it
        message.content = texts::fitting(message.content);
        for attempt in 1..=TRIES {
            match app.rest.edit_original(&self.token, &message).await {
                Ok(_) => return,
                Err(RestError::Unavailable) if attempt < TRIES => {
                    tokio::time::sleep(Duration::from_millis(250) * attempt).await;
                }
                Err(error) => {
                    tracing::warn!(interaction.id = %self.interaction, error = %error, "an answer was lost");
                    return;
                }
            }
        }
    }

    /// Gives the answer that was deferred, with a file.
    pub(crate) async fn answer_with_file(&self, app: &App, message: Message, file: &File) {
        let sent = app.rest.edit_original_with_file(&self.token, &message, file).await;
        if let Err(error) = sent {
            tracing::warn!(interaction.id = %self.interaction, error = %error, "a file was lost");
            self.answer(app, Ok(Message::text(texts::FILE_LOST))).await;
        }
    }

    /// Gives a file among several: the first is the answer that was deferred, the others come after it.
    /// `false`: it was lost, and that was said.
    pub(crate) async fn hand_over(
        &self,
        app: &App,
        is_first: bool,
        message: Message,
        file: &File,
    ) -> bool {
        let sent = if is_first {
            app.rest.edit_original_with_file(&self.token, &message, file).await
        } else {
            app.rest.followup_with_file(&self.token, &message, file).await
        };
        let Err(error) = sent else { return true };
        tracing::warn!(interaction.id = %self.interaction, error = %error, "a file was lost");
        if is_first {
            self.answer(app, Ok(Message::text(texts::FILE_LOST))).await;
        } else {
            self.mention_privately(app, texts::FILE_LOST).await;
        }
        false
    }

    /// Says something that only the caller sees, after an acknowledgement that others see: that one
    /// is taken back.
    pub(crate) async fn turn_private(&self, app: &App, text: &str) {
        let message = Message::text(text);
        if app.rest.delete_original(&self.token).await.is_ok()
            && app.rest.followup(&self.token, &message, true).await.is_ok()
        {
            return;
        }
        self.answer(app, Ok(message)).await;
    }

    /// Says something that only the caller sees, beside the message that they clicked on.
    pub(crate) async fn mention_privately(&self, app: &App, text: &str) {
        let message = Message::text(text);
        if let Err(error) = app.rest.followup(&self.token, &message, true).await {
            tracing::debug!(interaction.id = %self.interaction, error = %error, "an answer was lost");
        }
    }
}
