// Using what an application offers: commands, buttons, menus. Each use ends in one of Discord's
// replies, and every reply is dealt with here.

import { act } from '../core/server.js';
import { beginAttempt } from './attempts.js';

export class Uses {
  #state;
  #openModal;
  #announcer;

  constructor({ state, openModal, announcer }) {
    this.#state = state;
    this.#openModal = openModal;
    this.#announcer = announcer;
  }

  /** Runs a slash command or a context menu's command. `name` is what is shown for it. */
  async run(body, { channel, name }) {
    const attempt = beginAttempt(this.#state, channel, name);
    const problem = await this.#reply(act(body));
    if (problem) attempt.failed(problem);
    else attempt.done();
  }

  /** Uses a button or a menu of a message. */
  async use(body) {
    const key = `${body.message} ${body.custom_id}`;
    if (this.#state.uses.get(key) === 'pending') return;
    this.#note(key, 'pending', body.message);
    const problem = await this.#reply(act(body));
    this.#note(key, problem, body.message);
    if (problem) this.#announcer.say(problem);
  }

  /** Deals with a reply; returns what went wrong, if something did. */
  async #reply(asked) {
    let reply;
    try {
      reply = await asked;
    } catch (refused) {
      return refused.message;
    }
    if (reply.reply === 'failed') return reply.reason;
    this.follow(reply);
    return null;
  }

  /** What a reply leads to: a form opens; messages come by themselves. */
  follow(reply) {
    if (reply.reply === 'modal') this.#openModal(reply);
  }

  #note(key, said, message) {
    if (said) this.#state.uses.set(key, said);
    else this.#state.uses.delete(key);
    this.#state.changed('local', message);
  }
}
