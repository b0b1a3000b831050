// What this window knows. The server's part (the world, messages, who types) is replaced by what the
// stream says; the window's own part (the channel that is open, what is under way) lives beside it.
// Whoever shows something asks to be told when it changes.

import { compareIds } from './ids.js';

/** @typedef {'world' | 'messages' | 'typing' | 'connection' | 'channel' | 'local'} Topic */

const TYPING_LASTS_MS = 10_000;

export class State {
  world = null;
  /** Whether the server's stream is there; `refused` if it doesn't want this person. */
  connection = 'connecting';
  /** The channel that is open. */
  channel = null;
  /** What was used and not answered yet, or failed, by the channel it is shown in. */
  attempts = [];
  /** What a message's button or menu is doing: `message custom_id` → 'pending' or a sentence. */
  uses = new Map();
  /** Hidden text that the viewer has uncovered. */
  revealed = new Set();

  #messages = new Map();
  #typing = new Map();
  #listeners = new Map();

  /** Calls `handle` whenever the topic changes. */
  on(topic, handle) {
    if (!this.#listeners.has(topic)) this.#listeners.set(topic, []);
    this.#listeners.get(topic).push(handle);
  }

  /** Tells everybody who listens to the topic. */
  changed(topic, detail) {
    for (const handle of this.#listeners.get(topic) ?? []) {
      // One part of the page that fails must not take the others with it.
      try {
        handle(detail);
      } catch (error) {
        reportError(error);
      }
    }
  }

  setWorld(world) {
    this.world = world;
    this.changed('world');
  }

  /** Takes the messages that are new or changed. `anew` forgets all others first. */
  takeMessages(messages, { anew = false } = {}) {
    if (anew) this.#messages.clear();
    for (const message of messages) {
      const channel = this.#channelMessages(message.channel);
      if (message.deleted) channel.delete(message.id);
      else channel.set(message.id, message);
      this.#stoppedTyping(message);
    }
    this.changed('messages', { messages, anew });
  }

  takeTyping({ channel, user }) {
    if (user.id === this.world?.viewer.id) return;
    if (!this.#typing.has(channel)) this.#typing.set(channel, new Map());
    this.#typing.get(channel).set(user.id, { name: user.name, until: Date.now() + TYPING_LASTS_MS });
    this.changed('typing');
    setTimeout(() => this.changed('typing'), TYPING_LASTS_MS + 50);
  }

  /** The names of those who type in a channel. */
  typingIn(channel) {
    const typing = this.#typing.get(channel) ?? new Map();
    return [...typing.values()].filter(({ until }) => until > Date.now()).map(({ name }) => name);
  }

  /** A channel's messages, the oldest first. */
  messagesIn(channel) {
    return [...this.#channelMessages(channel).values()].sort((one, other) => compareIds(one.id, other.id));
  }

  message(id) {
    for (const channel of this.#messages.values()) {
      if (channel.has(id)) return channel.get(id);
    }
    return null;
  }

  /** Every message that the viewer sees, in no particular order. */
  *everyMessage() {
    for (const channel of this.#messages.values()) yield* channel.values();
  }

  openChannel(id) {
    if (this.channel === id) return;
    this.channel = id;
    this.changed('channel');
  }

  #channelMessages(channel) {
    if (!this.#messages.has(channel)) this.#messages.set(channel, new Map());
    return this.#messages.get(channel);
  }

  #stoppedTyping(message) {
    const typing = this.#typing.get(message.channel);
    if (!typing || message.deleted) return;
    // A webhook's author is not the bot that was typing, but it is the bot's doing.
    const author = message.author.webhook ? this.world?.bot : message.author.id;
    if (typing.delete(author)) this.changed('typing');
  }
}
