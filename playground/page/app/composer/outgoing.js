// Sending what was written: a new message or the new text of one.

import { encodeFile, problemOfFiles } from '../core/files.js';
import { act } from '../core/server.js';

/** What a message may be long, in characters. */
export const LONGEST = 2000;

/** What is wrong with a message, in words; `null` if it may be sent. */
export function problemOf(content, files) {
  const surplus = [...content].length - LONGEST;
  if (surplus <= 0) return problemOfFiles(files);
  return `That is ${surplus} ${surplus === 1 ? 'character' : 'characters'} too long. Shorten it, or send it in parts.`;
}

/** @param {{content: string, channel: string, about: {kind: string, message: object} | null, files: File[]}} given */
export async function deliver({ content, channel, about, files }) {
  if (about?.kind === 'edit') {
    await act({ do: 'edit', message: about.message.id, content });
    return;
  }
  await inTurn(async () => {
    const encoded = await Promise.all(files.map(encodeFile));
    await act({ do: 'say', channel, content, reply_to: about?.message.id ?? null, files: encoded });
  });
}

let last = Promise.resolve();

/** Messages arrive in the order in which they were written, however fast somebody types. */
function inTurn(send) {
  const sent = last.then(send);
  last = sent.catch(() => {});
  return sent;
}
