// What stands between messages, and above the first one.

import { element } from '../core/element.js';

/** A day, or where what is new begins. */
export function lineNode({ key, kind, text }) {
  return element(
    'div',
    { dataset: { key }, class: `line ${kind}`, role: 'separator', 'aria-label': text },
    element('span', {}, text),
  );
}

/** A way to what is further up. */
export function earlierNode(count) {
  return element(
    'p',
    { class: 'earlier', dataset: { key: 'earlier' } },
    element(
      'button',
      { type: 'button', class: 'link-like', dataset: { action: 'earlier' } },
      `Show earlier messages (${count})`,
    ),
  );
}

/** What stands above a channel's first message. */
export function beginningNode(directory, id) {
  const channel = directory.channel(id);
  const label = directory.channelLabel(channel);
  const about =
    channel?.kind === 'dm'
      ? `Here you talk with ${label} alone.`
      : `This is where ${label} begins. Write something, or type / to see the commands.`;
  return element(
    'div',
    { class: 'beginning', dataset: { key: 'beginning' } },
    element('h2', {}, label),
    element('p', {}, about),
  );
}
