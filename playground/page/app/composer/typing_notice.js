// Telling the others that one writes: not at every key.

import { act } from '../core/server.js';

const EVERY_MS = 8000;

export class TypingNotice {
  #toldAt = 0;

  /** Something was typed. A command is nobody's business yet. */
  typed(channel, text) {
    if (text === '' || text.startsWith('/') || Date.now() - this.#toldAt < EVERY_MS) return;
    this.#toldAt = Date.now();
    // Nothing depends on it.
    act({ do: 'typing', channel }).catch(() => {});
  }

  /** The message was sent; the next one is told anew. */
  stop() {
    this.#toldAt = 0;
  }
}
