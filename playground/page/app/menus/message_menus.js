// What can be done with a message or with its author: the page's own entries, and under “Apps” the
// commands that the bot has for messages and for people.

import { MANAGE_MESSAGES, may } from '../core/rights.js';
import { act } from '../core/server.js';
import { isOffered } from '../composer/commands.js';
import { openMenu } from './menu.js';

const EMOJI = [
  ['👍', 'thumbs up'],
  ['❤️', 'heart'],
  ['😂', 'laughing'],
  ['🎉', 'party'],
  ['😮', 'surprised'],
  ['🙏', 'thank you'],
  ['👀', 'eyes'],
  ['✅', 'done'],
];
const USER_COMMAND = 2;
const MESSAGE_COMMAND = 3;

export class MessageMenus {
  #parts;

  /** @param {object} parts state, directory, uses, composer, announcer */
  constructor(parts) {
    this.#parts = parts;
  }

  openMessage(message, anchor, at = null) {
    const { state, composer } = this.#parts;
    const own = message.author.id === state.world.viewer.id;
    const open = !message.ephemeral;
    openMenu(
      [
        open && { label: 'Reply', icon: 'reply', choose: () => composer.replyTo(message) },
        open && { label: 'React', icon: 'smile', choose: () => this.openReactions(message, anchor, at) },
        open &&
          !message.poll && {
            label: 'Forward',
            icon: 'forward',
            choose: () => this.#openPlaces(message, anchor, at),
          },
        own && open && { label: 'Edit', icon: 'pencil', choose: () => composer.edit(message) },
        open && { label: 'Mention the author', icon: 'at', choose: () => composer.mention(message.author) },
        { label: 'Copy text', icon: 'copy', choose: () => this.#copy(message.content, 'Text copied.') },
        { label: 'Copy id', icon: 'hash', choose: () => this.#copy(message.id, 'Id copied.') },
        ...this.#apps(MESSAGE_COMMAND, message.channel, (name) =>
          this.#run({ do: 'menu', command: name, message: message.id }, message, name),
        ),
        { separator: true },
        this.#mayDelete(message) && {
          label: message.ephemeral ? 'Dismiss message' : 'Delete message',
          icon: 'trash',
          danger: true,
          choose: () => this.#try(act({ do: 'delete', message: message.id })),
        },
      ],
      { label: `Message of ${message.author.name}`, anchor, at },
    );
  }

  openAuthor(message, anchor, at = null) {
    const { directory, composer } = this.#parts;
    const { author, channel } = message;
    const user = author.webhook ? null : directory.user(author.id);
    const run = (name) => this.#run({ do: 'menu', command: name, user: user.id, channel }, message, name);
    openMenu(
      [
        { heading: [author.name, ...(user ? directory.rolesOf(user.id) : [])].join(' · ') },
        { label: 'Mention', icon: 'at', choose: () => composer.mention(author) },
        { label: 'Copy id', icon: 'hash', choose: () => this.#copy(author.id, 'Id copied.') },
        ...(user ? this.#apps(USER_COMMAND, channel, run) : []),
      ],
      { label: author.name, anchor, at },
    );
  }

  /** Where a message can be passed on to. */
  #openPlaces(message, anchor, at) {
    const { directory, announcer } = this.#parts;
    const forward = async (channel) => {
      await act({ do: 'forward', message: message.id, channel: channel.id });
      announcer.say(`Forwarded to ${directory.channelLabel(channel)}.`);
    };
    const entries = directory.channels().map((channel) => ({
      label: directory.channelLabel(channel),
      icon: channel.id === message.channel ? 'reply' : 'forward',
      dataset: { testid: 'forward-to', channelName: channel.name },
      choose: () => this.#try(forward(channel)),
    }));
    openMenu([{ heading: 'Forward to' }, ...entries], { label: 'Forward to', anchor, at });
  }

  /** Their own, what only they see, and as a moderator anybody's. */
  #mayDelete(message) {
    const { state, directory } = this.#parts;
    const channel = directory.channel(message.channel);
    if (message.ephemeral || message.author.id === state.world.viewer.id) return true;
    return channel?.kind !== 'dm' && may(channel, MANAGE_MESSAGES);
  }

  openReactions(message, anchor, at = null) {
    const react = (emoji) => {
      const mine = message.reactions.some((reaction) => reaction.emoji === emoji && reaction.me);
      return this.#try(act({ do: 'react', message: message.id, emoji, on: !mine }));
    };
    const entries = EMOJI.map(([emoji, name]) => ({
      label: emoji,
      spoken: name,
      choose: () => react(emoji),
    }));
    openMenu(entries, { label: 'React with', anchor, at, row: true });
  }

  #apps(type, channelId, run) {
    const { state, directory } = this.#parts;
    const channel = directory.channel(channelId);
    const offered = state.world.commands.filter(
      (command) => command.type === type && isOffered(command, channel),
    );
    if (offered.length === 0) return [];
    return [
      { heading: 'Apps' },
      ...offered.map(({ name }) => ({ label: name, icon: 'bolt', choose: () => run(name) })),
    ];
  }

  #run(body, { channel }, name) {
    this.#parts.uses.run(body, { channel, name });
  }

  async #copy(text, said) {
    try {
      await navigator.clipboard.writeText(text);
      this.#parts.announcer.say(said);
    } catch {
      this.#parts.announcer.say('The browser didn’t allow copying.');
    }
  }

  async #try(done) {
    try {
      await done;
    } catch (refused) {
      this.#parts.notice(refused.message);
    }
  }
}
