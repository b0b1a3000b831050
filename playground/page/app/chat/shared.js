// What people post besides words: messages that were passed on, stickers, polls.

import { element, hiddenText } from '../core/element.js';
import { icon } from '../core/icons.js';
import { wordWritten } from '../markdown/moments.js';
import { renderMarkdown } from '../markdown/render.js';
import { attachments } from './attachments.js';
import { embeds } from './embeds.js';

/** A message that was passed on, as it was then, and where it came from if the viewer sees that. */
export function forwarded({ forward }, context) {
  if (!forward) return null;
  const inside = { ...context, message: forward, key: `${context.key}.forward` };
  const origin = context.directory.channel(forward.channel);
  const from = origin
    ? element('a', { class: 'forward-from', href: `#/${origin.id}` }, context.directory.channelLabel(origin))
    : null;
  return element(
    'section',
    { class: 'forward', 'aria-label': 'Forwarded message', dataset: { testid: 'forward' } },
    element('p', { class: 'forward-head' }, icon('forward'), 'Forwarded'),
    forward.content ? renderMarkdown(forward.content, inside) : null,
    stickers(forward),
    attachments(forward, inside),
    embeds(forward, inside),
    element(
      'p',
      { class: 'forward-foot' },
      from,
      from ? ' · ' : null,
      wordWritten(new Date(forward.written)),
    ),
  );
}

/** Stickers by their names: the page has no pictures of them. */
export function stickers(message) {
  if (!message.stickers?.length) return null;
  return element(
    'ul',
    { class: 'stickers', 'aria-label': 'Stickers' },
    message.stickers.map(({ name }) =>
      element('li', { class: 'sticker', dataset: { testid: 'sticker' } }, icon('smile'), name),
    ),
  );
}

/** A poll as it is asked. Nobody votes here. */
export function poll({ poll: asked }) {
  if (!asked) return null;
  return element(
    'section',
    { class: 'poll', 'aria-label': `Poll: ${asked.question}`, dataset: { testid: 'poll' } },
    element('p', { class: 'poll-question' }, hiddenText('Poll: '), asked.question),
    element(
      'ul',
      {},
      asked.answers.map((answer) => element('li', { class: 'poll-answer' }, answer)),
    ),
    element('p', { class: 'poll-end' }, `Ends ${wordWritten(new Date(asked.expiry))}`),
  );
}
