//! What servers, their channels and their roles are called, as the gateway announces them.
//!
//! A message names channels and roles by number alone, and asking Discord for each would take time.
//! So the gateway's announcements are remembered: names, and who may see a channel, because the name
//! of a private one is nobody else's business. They are heard in the gateway's own turn, so a message
//! finds all that was announced before it. Still, what is remembered decides about names alone;
//! where it is about what somebody may do, Discord is asked ([`context`](crate::context)).

use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock, RwLockWriteGuard},
};

use serenity::all::{
    Event, Guild, GuildChannel, PermissionOverwrite, PermissionOverwriteType, Role,
};
use shared::{
    context::{Mention, Names, PlaceNames, bounds, mentions},
    ids::{ChannelId, DiscordUserId, GuildId, RoleId},
    store::Place,
};

use crate::permissions::{Member, Overwrite, Permissions, ServerRules, Whom};

/// Servers, and channels or roles of each, that are remembered at once: more than Discord allows a
/// shard, and a server.
const MAX_SERVERS: usize = 10_000;
const MAX_EACH: usize = 2_000;

/// Servers by id.
#[derive(Debug, Default)]
pub(crate) struct Guilds(RwLock<HashMap<GuildId, Server>>);

#[derive(Debug, Default)]
struct Server {
    name: String,
    owner: Option<DiscordUserId>,
    roles: HashMap<RoleId, (String, Permissions)>,
    channels: HashMap<ChannelId, Channel>,
}

#[derive(Debug)]
struct Channel {
    name: String,
    /// For a thread, the channel whose rules hold.
    parent: Option<ChannelId>,
    is_private_thread: bool,
    overwrites: Box<[Overwrite]>,
}

impl Guilds {
    /// What a place is called. Its name is told to somebody who writes there, and so may see it.
    #[must_use]
    pub(crate) fn place(&self, place: Place) -> PlaceNames {
        let Some(guild) = place.guild else { return PlaceNames::default() };
        let names = |server: &Server| {
            let name = |channel| server.channels.get(&channel).map(|known| known.name.clone());
            PlaceNames {
                server: Some(server.name.clone()),
                channel: name(place.channel),
                thread: place.thread.and_then(name),
            }
        };
        self.read(guild, names).unwrap_or_default()
    }

    /// What a server is called. To be told to its members alone.
    #[must_use]
    pub(crate) fn name(&self, guild: GuildId) -> Option<String> {
        self.read(guild, |server| server.name.clone())
    }

    /// What the channels and roles are called that a text mentions; of the channels, those that the
    /// member may see. And those of which nothing is known. People are not known here.
    #[must_use]
    pub(crate) fn names(
        &self,
        guild: GuildId,
        member: Member<'_>,
        text: &str,
    ) -> (Names, Vec<Mention>) {
        let mut mentioned: Vec<Mention> = mentions(text).into_iter().map(|(_, it)| it).collect();
        mentioned.truncate(bounds::MAX_NAMES);
        mentioned.retain(|mention| !matches!(mention, Mention::User(_)));
        if mentioned.is_empty() {
            return (Names::default(), mentioned);
        }
        let names = |server: &Server| {
            let roles = server.rights_of_roles();
            let law = ServerRules { guild, owner: server.owner, roles: &roles };
            let mut found = Names::default();
            mentioned.retain(|mention| match mention {
                Mention::Channel(id) => {
                    let channel = server.channels.get(&ChannelId::from(*id));
                    let seen = channel.filter(|channel| server.shows(&law, member, channel));
                    found.channels.extend(seen.map(|channel| (*id, channel.name.clone())));
                    channel.is_none()
                }
                Mention::Role(id) => {
                    let role = server.roles.get(&RoleId::from(*id));
                    found.roles.extend(role.map(|(name, _)| (*id, name.clone())));
                    role.is_none()
                }
                Mention::User(_) => false,
            });
            found
        };
        let found = self.read(guild, names).unwrap_or_default();
        (found, mentioned)
    }

    /// Remembers what the gateway announces. Called in its own turn, so it doesn't wait.
    pub(crate) fn watch(&self, event: &Event) {
        match event {
            Event::GuildCreate(event) => self.add(&event.guild),
            Event::GuildUpdate(event) => self.change(event.guild.id, |server| {
                server.name = bounds::one_line(&event.guild.name);
                server.owner = Some(event.guild.owner_id.get().into());
            }),
            Event::GuildDelete(event) => {
                self.lock().remove(&event.guild.id.get().into());
            }
            Event::GuildRoleCreate(event) => self.add_role(&event.role),
            Event::GuildRoleUpdate(event) => self.add_role(&event.role),
            Event::GuildRoleDelete(event) => {
                let role = event.role_id.get().into();
                self.change(event.guild_id, |server| drop(server.roles.remove(&role)));
            }
            Event::ChannelCreate(event) => self.add_channel(&event.channel),
            Event::ChannelUpdate(event) => self.add_channel(&event.channel),
            Event::ThreadCreate(event) => self.add_channel(&event.thread),
            Event::ThreadUpdate(event) => self.add_channel(&event.thread),
            Event::ThreadListSync(event) => {
                event.threads.iter().for_each(|it| self.add_channel(it));
            }
            Event::ChannelDelete(event) => {
                let channel = &event.channel;
                self.change(channel.guild_id, |server| server.remove(channel.id.get()));
            }
            Event::ThreadDelete(event) => {
                let thread = &event.thread;
                self.change(thread.guild_id, |server| server.remove(thread.id.get()));
            }
            _ => {}
        }
    }

    /// A server is announced, whole: what was known of it before is no more.
    fn add(&self, guild: &Guild) {
        let mut server = Server {
            name: bounds::one_line(&guild.name),
            owner: Some(guild.owner_id.get().into()),
            ..Server::default()
        };
        guild.roles.values().for_each(|role| server.add_role(role));
        guild.channels.values().for_each(|channel| server.add(channel));
        guild.threads.iter().for_each(|thread| server.add(thread));
        let mut servers = self.lock();
        let id = guild.id.get().into();
        if servers.len() < MAX_SERVERS || servers.contains_key(&id) {
            servers.insert(id, server);
        }
    }

    fn add_role(&self, role: &Role) {
        self.change(role.guild_id, |server| server.add_role(role));
    }

    fn add_channel(&self, channel: &GuildChannel) {
        self.change(channel.guild_id, |server| server.add(channel));
    }

    fn read<T>(&self, guild: GuildId, of: impl FnOnce(&Server) -> T) -> Option<T> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(&guild).map(of)
    }

    fn change(&self, guild: serenity::all::GuildId, change: impl FnOnce(&mut Server)) {
        if let Some(server) = self.lock().get_mut(&guild.get().into()) {
            change(server);
        }
    }

    fn lock(&self) -> RwLockWriteGuard<'_, HashMap<GuildId, Server>> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Server {
    fn add_role(&mut self, role: &Role) {
        let id = role.id.get().into();
        if self.roles.len() < MAX_EACH || self.roles.contains_key(&id) {
            let rights = Permissions::from_bits(role.permissions.bits());
            self.roles.insert(id, (bounds::one_line(&role.name), rights));
        }
    }

    fn add(&mut self, channel: &GuildChannel) {
        let id = channel.id.get().into();
        let is_thread = channel.thread_metadata.is_some();
        let known = Channel {
            name: bounds::one_line(&channel.name),
            parent: channel.parent_id.filter(|_| is_thread).map(|parent| parent.get().into()),
            is_private_thread: channel.kind == serenity::all::ChannelType::PrivateThread,
            overwrites: channel.permission_overwrites.iter().filter_map(overwrite).collect(),
        };
        if self.channels.len() < MAX_EACH || self.channels.contains_key(&id) {
            self.channels.insert(id, known);
        }
    }

    fn remove(&mut self, channel: u64) {
        self.channels.remove(&channel.into());
    }

    /// The channel whose rules hold in this one.
    fn ruling<'a>(&'a self, channel: &'a Channel) -> Option<&'a Channel> {
        channel.parent.map_or(Some(channel), |parent| self.channels.get(&parent))
    }

    fn rights_of_roles(&self) -> Vec<(RoleId, Permissions)> {
        self.roles.iter().map(|(role, (_, rights))| (*role, *rights)).collect()
    }

    /// Who is in a private thread isn't known here, so its name is told to nobody.
    fn shows(&self, rules: &ServerRules<'_>, member: Member<'_>, channel: &Channel) -> bool {
        !channel.is_private_thread
            && self.ruling(channel).is_some_and(|ruling| {
                rules.in_channel(member, &ruling.overwrites).contains(Permissions::VIEW_CHANNEL)
            })
    }
}

fn overwrite(overwrite: &PermissionOverwrite) -> Option<Overwrite> {
    let whom = match overwrite.kind {
        PermissionOverwriteType::Role(role) => Whom::Role(role.get().into()),
        PermissionOverwriteType::Member(member) => Whom::Member(member.get().into()),
        _ => return None,
    };
    Some(Overwrite {
        whom,
        allow: Permissions::from_bits(overwrite.allow.bits()),
        deny: Permissions::from_bits(overwrite.deny.bits()),
    })
}
