// Which lines stand between messages, and which messages belong together. Pure.

import { sameDay, wordDay } from '../markdown/moments.js';

const TOGETHER_MS = 7 * 60 * 1000;

/**
 * The rows of a channel: day lines, the line above what is new, and messages; a message that
 * `continues` the one above it needs no name of its own.
 *
 * @param {object[]} messages the oldest first
 * @param {string | null} firstNew the message that the line of what is new stands above
 */
export function rowsOf(messages, firstNew) {
  const rows = [];
  let above = null;
  for (const message of messages) {
    const written = new Date(message.written);
    if (!above || !sameDay(new Date(above.written), written)) {
      rows.push({ key: `day-${written.toDateString()}`, kind: 'day', text: wordDay(written) });
      above = null;
    }
    if (message.id === firstNew) {
      rows.push({ key: 'new', kind: 'new', text: 'New' });
      above = null;
    }
    rows.push({ key: message.id, kind: 'message', message, continues: continues(above, message) });
    above = message;
  }
  return rows;
}

function continues(above, message) {
  return (
    above !== null &&
    above.author.id === message.author.id &&
    above.author.name === message.author.name &&
    above.ephemeral === message.ephemeral &&
    !message.reply_to &&
    !message.command &&
    message.kind === 0 &&
    new Date(message.written) - new Date(above.written) < TOGETHER_MS
  );
}
