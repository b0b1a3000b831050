// What the viewer hasn't read yet, by channel. The browser remembers how far each person has read.

import { compareIds, isYounger } from '../core/ids.js';
import { recall, remember } from '../core/memory.js';
import { viewerName } from '../core/who.js';

const STORED = `read.${viewerName}`;

export class Unread {
  #state;
  #readUpTo = recall(STORED);
  /** Where the line of what is new stands, by channel. */
  #firstNew = new Map();

  constructor(state) {
    this.#state = state;
    state.on('messages', ({ anew }) => {
      if (anew && !this.#readUpTo) this.#beginHere();
      // What arrives while one looks on is not marked as new.
      if (anew || document.visibilityState === 'hidden') this.#drawLine({ again: false });
    });
    state.on('channel', () => this.#drawLine({ again: true }));
  }

  isUnread(channel) {
    return this.count(channel) > 0;
  }

  count(channel) {
    return this.#news(channel).length;
  }

  mentions(channel) {
    return this.#news(channel).filter((message) => message.mentions_me).length;
  }

  /** The message that the line of what is new stands above, or `null`. */
  firstNew(channel) {
    return this.#firstNew.get(channel) ?? null;
  }

  /** Everything in the channel has been read. */
  read(channel) {
    const youngest = this.#state.messagesIn(channel).at(-1)?.id;
    if (!youngest || !isYounger(youngest, this.#mark(channel))) return;
    this.#readUpTo = { ...this.#readUpTo, [channel]: youngest };
    remember(STORED, this.#readUpTo);
    this.#state.changed('local');
  }

  #drawLine({ again }) {
    const { channel } = this.#state;
    const line = this.#firstNew.get(channel);
    // After a restart of the program the message that it stood above may not be there any more.
    if (!channel || (!again && line && this.#state.message(line))) return;
    this.#firstNew.set(channel, this.#mark(channel) ? this.#news(channel)[0]?.id : null);
  }

  #mark(channel) {
    return this.#readUpTo?.[channel] ?? null;
  }

  #news(channel) {
    const mark = this.#mark(channel);
    const viewer = this.#state.world?.viewer.id;
    return this.#state
      .messagesIn(channel)
      .filter((message) => isYounger(message.id, mark) && message.author.id !== viewer);
  }

  /** Somebody who was never here has nothing to catch up with, but for what was said to them alone. */
  #beginHere() {
    this.#readUpTo = {};
    for (const { id, kind } of this.#state.world?.channels ?? []) {
      const ids = this.#state
        .messagesIn(id)
        .map((message) => message.id)
        .sort(compareIds);
      if (kind !== 'dm' && ids.length > 0) this.#readUpTo[id] = ids.at(-1);
    }
    remember(STORED, this.#readUpTo);
  }
}
