// Looking things up in the world by their ids: people, channels, commands.

export class Directory {
  #state;

  constructor(state) {
    this.#state = state;
  }

  get world() {
    return this.#state.world;
  }

  user(id) {
    return this.world?.users.find((user) => user.id === id) ?? null;
  }

  userNamed(name) {
    return this.world?.users.find((user) => user.name === name) ?? null;
  }

  /** Everybody but the bots. */
  people() {
    return this.world?.users.filter((user) => !user.bot) ?? [];
  }

  bot() {
    return this.user(this.world?.bot);
  }

  botName() {
    return this.bot()?.display_name ?? 'The application';
  }

  channel(id) {
    return this.world?.channels.find((channel) => channel.id === id) ?? null;
  }

  /** The channels, the threads behind the channel they belong to, the direct messages last. */
  channels() {
    return this.world?.channels ?? [];
  }

  guild(id) {
    return this.world?.guilds.find((guild) => guild.id === id) ?? null;
  }

  /** A role by its id, whichever server's it is. */
  role(id) {
    return this.world?.guilds.flatMap(({ roles }) => roles).find((role) => role.id === id) ?? null;
  }

  /** The names of somebody's roles in the servers, and that they own one: `owner`, `Moderators`. */
  rolesOf(userId) {
    const guilds = this.world?.guilds ?? [];
    const named = guilds.flatMap(({ given, roles }) =>
      (given[userId] ?? []).map((id) => roles.find((role) => role.id === id)?.name),
    );
    const owns = guilds.some(({ owner }) => owner === userId);
    return [...new Set([owns ? 'owner' : null, ...named].filter(Boolean))];
  }

  /** Whether the viewer has a role. */
  hasRole(id) {
    const viewer = this.world?.viewer.id;
    return (this.world?.guilds ?? []).some(({ given }) => given[viewer]?.includes(id));
  }

  /** A channel's name as people say it. */
  channelLabel(channel) {
    if (!channel) return 'unknown channel';
    if (channel.kind === 'dm') return channel.name || this.botName();
    return channel.kind === 'thread' ? channel.name : `#${channel.name}`;
  }
}

/**
 * What stays the same when the program is started anew: a conversation with the bot has another id
 * then.
 */
export function placeOf(channel) {
  return channel.kind === 'dm' ? 'direct' : channel.id;
}
