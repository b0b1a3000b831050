// Asking what there is to see, again and again, while somebody looks. Not a stream: a browser allows
// six connections to one server, and every window already holds one.

import { call } from '../core/server.js';

const PAUSE_MS = 300;
const PAUSE_AFTER_FAILURE_MS = 2000;
const PATIENCE_MS = 10_000;

export class Watch {
  #onAnswer;
  /** The panels that are open. */
  #open = new Set();
  #asking = false;
  #timer = null;

  /** @param {(answer: {curtain: object, faults: object}, askedAt: number) => void} onAnswer */
  constructor(onAnswer) {
    this.#onAnswer = onAnswer;
    document.addEventListener('visibilitychange', () => this.#ask());
  }

  /** A panel was opened or closed. */
  setShown(panel, shown) {
    if (shown) this.#open.add(panel);
    else this.#open.delete(panel);
    this.#ask();
  }

  async #ask() {
    clearTimeout(this.#timer);
    if (this.#asking || this.#open.size === 0 || document.visibilityState !== 'visible') return;
    this.#asking = true;
    const pause = await this.#askOnce();
    this.#asking = false;
    this.#timer = setTimeout(() => this.#ask(), pause);
  }

  async #askOnce() {
    const askedAt = performance.now();
    // Without an answer, what was seen last stays, and the banner says why.
    const answer = await call('/api/curtain', { patience: PATIENCE_MS }).catch(() => null);
    if (!answer) return PAUSE_AFTER_FAILURE_MS;
    try {
      this.#onAnswer(answer, askedAt);
    } catch (error) {
      reportError(error);
    }
    return PAUSE_MS;
  }
}
