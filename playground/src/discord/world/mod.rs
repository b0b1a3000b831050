//! Everything there is on the local Discord: who, where, and what was said.
//!
//! One lock guards all of it. A REST call, a person's act and the gateway's events are therefore in
//! one order, the same for everybody, and a test that looks at the world sees a moment of it.

use std::collections::{BTreeMap, HashMap};

mod access;
mod changes;
mod channel;
mod command;
mod files;
mod guild;
mod interaction;
mod message;
mod permissions;
mod pictures;
mod render;
mod role;
mod roles;
mod typing;
mod uploads;
mod user;
mod webhook;

pub(crate) use self::{
    changes::Edit, command::drop_nulls, files::is_signed, interaction::INTERACTION_TOKEN,
    message::webhook_author,
};
pub use self::{
    channel::{Channel, ChannelKind, Overwrite, Whom},
    command::Command,
    guild::Guild,
    interaction::{Answer, Interaction, InteractionKind},
    message::{Attachment, Author, EPHEMERAL, Forward, HAS_SNAPSHOT, LOADING, Message, Revision},
    permissions::Permissions,
    role::Role,
    user::User,
    webhook::Webhook,
};
use self::{typing::Typing, uploads::Uploads};
use super::{
    gateway::Switchboard,
    options::Options,
    snowflake::{Snowflake, Snowflakes},
};

/// The local Discord's state.
#[derive(Debug)]
pub struct World {
    pub(crate) options: Options,
    /// `127.0.0.1:PORT`.
    pub(crate) address: String,
    pub(crate) ids: Snowflakes,
    pub(crate) bot: Snowflake,
    pub(crate) owner: Snowflake,
    pub(crate) users: BTreeMap<Snowflake, User>,
    pub(crate) guilds: BTreeMap<Snowflake, Guild>,
    pub(crate) channels: BTreeMap<Snowflake, Channel>,
    pub(crate) webhooks: BTreeMap<Snowflake, Webhook>,
    pub(crate) messages: BTreeMap<Snowflake, Message>,
    /// The messages of each channel, oldest first.
    pub(crate) timelines: HashMap<Snowflake, Vec<Snowflake>>,
    pub(crate) commands: Vec<Command>,
    /// By token.
    pub(crate) interactions: HashMap<String, Interaction>,
    pub(crate) typing: Typing,
    pub(crate) uploads: Uploads,
    /// Counts what happened to messages.
    pub(crate) revision: u64,
    pub(crate) switchboard: Switchboard,
}

impl World {
    /// The world that every test starts from: a bot, a server of alice's with bob and carol in it,
    /// three channels and a thread; and dave, a moderator, with a channel for such.
    pub(crate) fn new(options: Options, address: String) -> Self {
        let mut world = Self {
            options,
            address,
            ids: Snowflakes::default(),
            bot: Snowflake::from(0),
            owner: Snowflake::from(0),
            users: BTreeMap::new(),
            guilds: BTreeMap::new(),
            channels: BTreeMap::new(),
            webhooks: BTreeMap::new(),
            messages: BTreeMap::new(),
            timelines: HashMap::new(),
            commands: Vec::new(),
            interactions: HashMap::new(),
            typing: Typing::default(),
            uploads: Uploads::default(),
            revision: 0,
            switchboard: Switchboard::default(),
        };
        let name = world.options.bot_name.clone();
        world.bot = world.add_user(&name, true);
        world.owner = world.add_user("alice", false);
        world.add_user("bob", false);
        world.add_user("carol", false);
        let id = world.ids.next();
        let house = world.add_guild(id, Snowflake::from(id.get() + 1), "Playhouse");
        let general = world.add_channel(house, "general");
        world.add_channel(house, "stage");
        world.add_channel(house, "backstage");
        let (owner, kind) =
            (world.owner, |parent, owner| ChannelKind::Thread { parent, owner, private: false });
        world.add_place("rehearsal", Some(house), kind(general, owner));
        let people: Vec<Snowflake> =
            world.users.values().filter(|user| !user.bot).map(|user| user.id).collect();
        for person in people {
            world.open_direct_messages(person);
        }
        world.add_moderators(house);
        world.ids.go_live();
        world
    }

    /// What came later keeps what was there before at its ids.
    fn add_moderators(&mut self, house: Snowflake) {
        let dave = self.add_user("dave", false);
        self.open_direct_messages(dave);
        let moderators = self.add_role(house, "Moderators", Permissions::MODERATORS);
        self.set_role(house, dave, moderators, true);
        self.add_private_channel(house, "office", &[Whom::Role(moderators)]);
    }

    /// The bot's account; its id is also the application's.
    #[must_use]
    pub fn bot(&self) -> Snowflake {
        self.bot
    }

    /// An account by its id.
    #[must_use]
    pub fn user(&self, id: Snowflake) -> Option<&User> {
        self.users.get(&id)
    }

    /// An account by its name.
    #[must_use]
    pub fn user_named(&self, name: &str) -> Option<&User> {
        self.users.values().find(|user| user.name == name)
    }

    /// Everybody with an account, bots included.
    pub fn users(&self) -> impl Iterator<Item = &User> {
        self.users.values()
    }

    /// A server by its id.
    #[must_use]
    pub fn guild(&self, id: Snowflake) -> Option<&Guild> {
        self.guilds.get(&id)
    }

    /// All servers.
    pub fn guilds(&self) -> impl Iterator<Item = &Guild> {
        self.guilds.values()
    }

    /// A channel, thread or direct-message channel.
    #[must_use]
    pub fn channel(&self, id: Snowflake) -> Option<&Channel> {
        self.channels.get(&id)
    }

    /// All channels, threads and direct-message channels.
    pub fn channels(&self) -> impl Iterator<Item = &Channel> {
        self.channels.values()
    }

    /// The oldest channel or thread with this name. Direct messages have none.
    #[must_use]
    pub fn channel_named(&self, name: &str) -> Option<&Channel> {
        let named = |channel: &&Channel| channel.recipient().is_none() && channel.name == name;
        self.channels.values().find(named)
    }

    /// The direct-message channel between the bot and a person, if there is one yet.
    #[must_use]
    pub fn direct_messages(&self, person: Snowflake) -> Option<&Channel> {
        self.channels.values().find(|channel| channel.recipient() == Some(person))
    }

    /// A message, even a deleted one.
    #[must_use]
    pub fn message(&self, id: Snowflake) -> Option<&Message> {
        self.messages.get(&id)
    }

    /// Every message of a channel, deleted and ephemeral ones too, oldest first.
    #[must_use]
    pub fn messages(&self, channel: Snowflake) -> impl DoubleEndedIterator<Item = &Message> {
        self.timelines.get(&channel).into_iter().flatten().filter_map(|id| self.messages.get(id))
    }

    /// Every message there ever was, oldest first.
    #[must_use]
    pub fn all_messages(&self) -> impl DoubleEndedIterator<Item = &Message> {
        self.messages.values()
    }

    /// All webhooks.
    pub fn webhooks(&self) -> impl Iterator<Item = &Webhook> {
        self.webhooks.values()
    }

    /// The commands that the bot registered.
    #[must_use]
    pub fn commands(&self) -> &[Command] {
        &self.commands
    }

    /// All interactions, in no order. The oldest are forgotten once there are very many.
    pub fn interactions(&self) -> impl Iterator<Item = &Interaction> {
        self.interactions.values()
    }

    /// An interaction by its token.
    #[must_use]
    pub fn interaction(&self, token: &str) -> Option<&Interaction> {
        self.interactions.get(token)
    }

    /// How often somebody was shown typing in a channel.
    #[must_use]
    pub fn times_typed(&self, channel: Snowflake, user: Snowflake) -> usize {
        self.typing.times(channel, user)
    }

    /// How many gateway sessions are connected at this moment.
    #[must_use]
    pub fn sessions_online(&self) -> usize {
        self.switchboard.online()
    }

    /// Whether this is the bot's token, as a header or an IDENTIFY has it.
    pub(crate) fn is_token(&self, given: Option<&str>) -> bool {
        given.is_some_and(|given| given.strip_prefix("Bot ").unwrap_or(given) == self.options.token)
    }
}
