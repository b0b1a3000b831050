// What a person does to messages: clicks, keys, menus. Messages are drawn without listeners; what
// can be used in them carries a `data-action`, and is found here.

import { act } from '../core/server.js';
import { forgetAttempt } from './attempts.js';

/**
 * @param {HTMLElement} list the log
 * @param {object} parts state, log, uses, composer, menus, announcer
 */
export function listenToGestures(list, parts) {
  list.addEventListener('click', (event) => onClick(event, parts));
  list.addEventListener('change', (event) => onChange(event, parts));
  list.addEventListener('keydown', (event) => onKey(event, parts));
  list.addEventListener('contextmenu', (event) => onContextMenu(event, parts));
}

function onClick(event, parts) {
  const used = event.target.closest('[data-action]');
  if (used && used.dataset.action !== 'choose') perform(used, parts);
}

function perform(used, parts) {
  const { state, log, uses, composer, menus, announcer } = parts;
  const message = messageAround(used, state);
  const actions = {
    reveal: () => reveal(used, message, state),
    'go-to': () => log.goTo(used.dataset.target) || announcer.say('That message is not here any more.'),
    'use-command': () => composer.startCommand(used.dataset.command),
    earlier: () => log.showEarlier(),
    forget: () => forgetAttempt(state, used.dataset.attempt),
    'author-menu': () => menus.openAuthor(message, used),
    'message-menu': () => menus.openMessage(message, used),
    'react-menu': () => menus.openReactions(message, used),
    reply: () => composer.replyTo(message),
    dismiss: () => quietly(parts, act({ do: 'delete', message: message.id })),
    react: () =>
      quietly(
        parts,
        act({
          do: 'react',
          message: message.id,
          emoji: used.dataset.emoji,
          on: used.getAttribute('aria-pressed') !== 'true',
        }),
      ),
    click: () => uses.use({ do: 'click', message: message.id, custom_id: used.dataset.customId }),
    'choose-many': () => chooseMany(used, message, uses),
  };
  actions[used.dataset.action]?.();
}

/** A choice made with the arrow keys in a closed menu isn't meant yet: Enter sends it. */
function onChange({ target }, { state, uses, announcer }) {
  if (target.dataset.action !== 'choose') return;
  if (target.dataset.byArrow) announcer.say('Press Enter to send this choice.');
  else choose(target, state, uses);
}

function choose(select, state, uses) {
  delete select.dataset.byArrow;
  const message = messageAround(select, state);
  if (select.value)
    uses.use({
      do: 'choose',
      message: message.id,
      custom_id: select.dataset.customId,
      values: [select.value],
    });
}

function chooseMany(button, message, uses) {
  const list = button.closest('details');
  const values = [...list.querySelectorAll('input:checked')].map((input) => input.value);
  const { least, most, customId } = list.dataset;
  const legend = list.querySelector('legend');
  const fits = values.length >= Number(least) && values.length <= Number(most);
  legend.classList.toggle('wrong', !fits);
  if (!fits) {
    list.querySelector('input')?.focus();
    return;
  }
  list.open = false;
  list.querySelector('summary').focus();
  uses.use({ do: 'choose', message: message.id, custom_id: customId, values });
}

function onKey(event, parts) {
  const { target, key } = event;
  if (target.dataset.action === 'choose') {
    onSelectKey(event, parts);
  } else if (target.matches('.spoiler[role="button"]') && (key === 'Enter' || key === ' ')) {
    event.preventDefault();
    perform(target, parts);
  } else if (target.dataset.testid === 'message') {
    onMessageKey(event, parts);
  }
}

function onSelectKey({ target, key }, { state, uses }) {
  const sends = key === 'Enter' && target.dataset.byArrow;
  if (sends) choose(target, state, uses);
  else if (key.startsWith('Arrow') || key.length === 1) target.dataset.byArrow = 'true';
  else delete target.dataset.byArrow;
}

function onMessageKey(event, { state, composer, menus }) {
  const message = messageAround(event.target, state);
  if (!message) return;
  const opensMenu =
    event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey) || event.key === 'Enter';
  if (opensMenu) {
    event.preventDefault();
    menus.openMessage(message, event.target);
  } else if (event.key === 'r' && !event.ctrlKey && !event.metaKey && !message.ephemeral) {
    event.preventDefault();
    composer.replyTo(message);
  }
}

function onContextMenu(event, { state, menus }) {
  // Links and pictures keep the browser's own menu, and so does a selection that is to be copied.
  const selecting = String(getSelection()) !== '';
  if (event.target.closest('a, img, input, select') || selecting) return;
  const message = messageAround(event.target, state);
  if (!message) return;
  event.preventDefault();
  const at = event.clientX || event.clientY ? { x: event.clientX, y: event.clientY } : null;
  if (event.target.closest('[data-action="author-menu"], .avatar'))
    menus.openAuthor(message, event.target.closest('.message'), at);
  else menus.openMessage(message, event.target.closest('.message'), at);
}

function reveal(used, message, state) {
  state.revealed.add(used.dataset.spoiler);
  state.changed('local', message.id);
}

async function quietly({ announcer }, done) {
  try {
    await done;
  } catch (refused) {
    announcer.say(refused.message);
  }
}

function messageAround(node, state) {
  const id = node.closest('[data-message-id]')?.dataset.messageId;
  return id ? state.message(id) : null;
}
