// Talking to the playground's server: one stream that tells what is, and acts that say what to do.

import { apiPath } from './who.js';

const RETRY_AFTER_MS = 2000;
const UNREACHABLE = 'The playground’s server doesn’t answer. Is it still running?';

/** A refusal, worded for people. */
export class Refused extends Error {}

/** Does something as the viewer; returns the server's answer or throws `Refused`. */
export function act(body) {
  return call('/api/act', { method: 'POST', body });
}

/** Reads or changes something that is not an act: the faults, the welcome. */
export async function call(path, { method = 'GET', body } = {}) {
  let response;
  try {
    response = await fetch(apiPath(path), {
      method,
      headers: body ? { 'Content-Type': 'application/json' } : {},
      body: body ? JSON.stringify(body) : undefined,
    });
  } catch {
    throw new Refused(UNREACHABLE);
  }
  const answer = await response.json().catch(() => null);
  if (!response.ok) {
    throw new Refused(answer?.error ?? `The server answered with ${response.status}.`);
  }
  return answer;
}

/**
 * Listens to a stream of events until `close` is called. A broken stream comes back by itself; a
 * refused one (`EventSource` gives up on those) is tried again here.
 *
 * @param {string} path
 * @param {{[event: string]: (data: any) => void}} handlers
 * @param {{onOpen?: () => void, onLost?: (refused: boolean) => void}} [states]
 */
export function listen(path, handlers, { onOpen = () => {}, onLost = () => {} } = {}) {
  let source = null;
  let retry = null;

  function open() {
    source = new EventSource(apiPath(path));
    source.addEventListener('open', onOpen);
    source.addEventListener('error', () => {
      const refused = source.readyState === EventSource.CLOSED;
      if (refused) retry = setTimeout(open, RETRY_AFTER_MS);
      onLost(refused);
    });
    for (const [event, handle] of Object.entries(handlers)) {
      source.addEventListener(event, ({ data }) => handle(JSON.parse(data)));
    }
  }

  open();
  return function close() {
    clearTimeout(retry);
    source.close();
  };
}
