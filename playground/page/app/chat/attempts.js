// Commands that were sent and have no message yet: “is thinking”, or what Discord says when an
// application doesn't answer. They live in this window alone, under the newest message.

import { element } from '../core/element.js';
import { avatar } from './avatar.js';

let counter = 0;

/** Notes that a command is under way. Returns how to end it: `done()` or `failed(reason)`. */
export function beginAttempt(state, channel, name) {
  counter += 1;
  const attempt = { id: `attempt-${counter}`, channel, name, failed: null };
  state.attempts.push(attempt);
  state.changed('local');
  return {
    done() {
      forgetAttempt(state, attempt.id);
    },
    failed(reason) {
      attempt.failed = reason;
      state.changed('local');
    },
  };
}

export function forgetAttempt(state, id) {
  state.attempts = state.attempts.filter((attempt) => attempt.id !== id);
  state.changed('local');
}

/** The attempts of a channel, drawn. */
export function renderAttempts(state, channel, directory) {
  return state.attempts
    .filter((attempt) => attempt.channel === channel)
    .map((attempt) => draw(attempt, directory));
}

function draw({ id, name, failed }, directory) {
  const bot = directory.botName();
  const said = failed
    ? element('p', { class: 'use-failed', role: 'alert' }, failed)
    : element(
        'p',
        { class: 'thinking' },
        element('span', { class: 'dots', 'aria-hidden': 'true' }, element('i'), element('i'), element('i')),
        `${bot} is thinking…`,
      );
  const note = failed
    ? element(
        'p',
        { class: 'ephemeral-note' },
        'Only you can see this',
        ' · ',
        element(
          'button',
          { type: 'button', class: 'link-like', dataset: { action: 'forget', attempt: id } },
          'Dismiss message',
        ),
      )
    : null;
  return element(
    'div',
    { class: 'message attempt has-above', dataset: { key: id, attempt: id, testid: 'attempt' } },
    element(
      'p',
      { class: 'above' },
      element('span', { class: 'above-hook' }),
      'You used',
      element('span', { class: 'command-name' }, name),
    ),
    avatar({ name: bot }),
    element(
      'div',
      { class: 'message-main' },
      element(
        'div',
        { class: 'message-head' },
        element('strong', { class: 'author' }, bot),
        element('span', { class: 'tag' }, 'APP'),
      ),
      said,
      note,
    ),
  );
}
