// Drawing one message. What it shows follows from the message and from what the viewer did to it
// (`state`), and from nothing else; what is clicked in it is dealt with in `gestures.js`.

import { element, hiddenText } from '../core/element.js';
import { icon } from '../core/icons.js';
import { wordMoment, wordTime, wordWritten } from '../markdown/moments.js';
import { renderMarkdown } from '../markdown/render.js';
import { attachments } from './attachments.js';
import { avatar, hueOf } from './avatar.js';
import { components } from './components.js';
import { embeds } from './embeds.js';
import { forwarded, poll, stickers } from './shared.js';

const SUPPRESS_EMBEDS = 1 << 2;

/**
 * @param {object} message as the contract has it
 * @param {{continues: boolean, state: object, directory: object, focusable: boolean}} how
 */
export function renderMessage(message, { continues, state, directory, focusable }) {
  const context = { message, state, directory, revealed: state.revealed, key: message.id };
  const body = [
    text(message, context),
    forwarded(message, context),
    stickers(message),
    poll(message),
    attachments(message, context),
    message.flags & SUPPRESS_EMBEDS ? null : embeds(message, context),
    components(message.components, context),
    reactions(message),
    message.ephemeral ? ephemeralNote(message) : null,
  ];
  return element(
    'article',
    {
      class: classesOf(message, continues),
      tabindex: focusable ? 0 : -1,
      'aria-label': labelOf(message),
      dataset: {
        key: message.id,
        testid: 'message',
        messageId: message.id,
        author: message.author.name,
        continues: String(continues),
      },
    },
    aboveOf(message, directory),
    continues ? shortTime(message) : avatar(message.author),
    element('div', { class: 'message-main' }, continues ? null : headOf(message), body),
    toolbar(message),
  );
}

function classesOf(message, continues) {
  const classes = ['message'];
  if (continues) classes.push('continues');
  if (message.mentions_me) classes.push('mentions-me');
  if (message.ephemeral) classes.push('ephemeral');
  if (message.reply_to || message.command || message.kind === 19) classes.push('has-above');
  return classes.join(' ');
}

function labelOf(message) {
  const reply = message.reply_to ? `, replying to ${message.reply_to.author}` : '';
  const own = message.ephemeral ? ', only you can see this' : '';
  return `${message.author.name}${reply}, ${wordWritten(new Date(message.written))}${own}`;
}

/** What the message answers: another message, or a command. */
function aboveOf(message, directory) {
  if (message.command) {
    return element(
      'p',
      { class: 'above' },
      element('span', { class: 'above-hook' }),
      avatar({ name: message.command.user }, 'tiny'),
      element('span', { class: `hue-text-${hueOf(message.command.user)}` }, message.command.user),
      'used',
      element('span', { class: 'command-name' }, `/${message.command.name}`),
    );
  }
  if (message.kind !== 19 && !message.reply_to) return null;
  const target = message.reply_to;
  if (!target || target.content === null) {
    return element(
      'p',
      { class: 'above' },
      element('span', { class: 'above-hook' }),
      element('em', {}, 'Original message was deleted'),
    );
  }
  const mentions = target.content.replace(
    /<@!?(\d+)>/g,
    (whole, id) => `@${directory.user(id)?.display_name ?? 'unknown'}`,
  );
  return element(
    'p',
    { class: 'above' },
    element('span', { class: 'above-hook' }),
    avatar({ name: target.author }, 'tiny'),
    element(
      'button',
      { type: 'button', class: 'above-target', dataset: { action: 'go-to', target: target.id } },
      hiddenText('In reply to '),
      element('strong', {}, target.author),
      ' ',
      element('span', { class: 'above-text' }, mentions || 'Click to see the message'),
    ),
  );
}

function headOf({ author, written }) {
  const date = new Date(written);
  return element(
    'div',
    { class: 'message-head' },
    element(
      'button',
      {
        type: 'button',
        class: `author hue-text-${hueOf(author.name)}`,
        dataset: { action: 'author-menu' },
        'aria-haspopup': 'menu',
      },
      author.name,
    ),
    author.bot || author.webhook ? element('span', { class: 'tag' }, 'APP') : null,
    element('time', { datetime: written, title: wordMoment(date / 1000, 'F') }, wordWritten(date)),
  );
}

function shortTime({ written }) {
  const date = new Date(written);
  return element(
    'time',
    { class: 'short-time', datetime: written, 'aria-hidden': 'true', title: wordMoment(date / 1000, 'F') },
    wordTime(date),
  );
}

function text(message, context) {
  if (message.loading) {
    return element(
      'p',
      { class: 'thinking' },
      element('span', { class: 'dots', 'aria-hidden': 'true' }, element('i'), element('i'), element('i')),
      `${message.author.name} is thinking…`,
    );
  }
  if (!message.content) return null;
  const drawn = renderMarkdown(message.content, context);
  if (message.edited) {
    const title = wordMoment(new Date(message.edited) / 1000, 'F');
    const last = drawn.lastElementChild;
    const mark = element('span', { class: 'edited', title }, '(edited)');
    if (last?.tagName === 'P') last.append(' ', mark);
    else drawn.append(element('p', {}, mark));
  }
  return drawn;
}

function reactions(message) {
  if (message.reactions.length === 0) return null;
  const drawn = message.reactions.map(({ emoji, count, me }) => {
    const shown = emoji.includes(':') ? `:${emoji.split(':')[0]}:` : emoji;
    return element(
      'button',
      {
        type: 'button',
        class: 'reaction',
        'aria-pressed': String(me),
        'aria-label': `${shown}, ${count} ${count === 1 ? 'reaction' : 'reactions'}`,
        dataset: { action: 'react', emoji, key: `reaction-${emoji}` },
      },
      element('span', {}, shown),
      ' ',
      element('span', { class: 'reaction-count' }, count),
    );
  });
  return element('div', { class: 'reactions', role: 'group', 'aria-label': 'Reactions' }, drawn);
}

function ephemeralNote() {
  return element(
    'p',
    { class: 'ephemeral-note', dataset: { testid: 'ephemeral-note' } },
    icon('eye'),
    'Only you can see this',
    ' · ',
    element(
      'button',
      { type: 'button', class: 'link-like', dataset: { action: 'dismiss' } },
      'Dismiss message',
    ),
  );
}

/** Shown beside the message that the pointer or the focus is in. */
function toolbar(message) {
  const tool = (action, name, label) =>
    element(
      'button',
      { type: 'button', class: 'quiet icon-only', title: label, 'aria-label': label, dataset: { action } },
      icon(name),
    );
  const open = element(
    'button',
    {
      type: 'button',
      class: 'quiet icon-only',
      title: 'More',
      'aria-label': 'More: what can be done with this message',
      'aria-haspopup': 'menu',
      dataset: { action: 'message-menu' },
    },
    icon('dots'),
  );
  const public_ = message.ephemeral
    ? []
    : [tool('react-menu', 'smile', 'React'), tool('reply', 'reply', 'Reply')];
  return element('div', { class: 'message-tools', dataset: { key: 'tools' } }, public_, open);
}
