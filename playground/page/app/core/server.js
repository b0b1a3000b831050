// Talking to the playground's server: one stream that tells what is, and acts that say what to do.

import { NOT_WHOLE, wordRefusal, wordSilence } from './refusals.js';
import { apiPath } from './who.js';

const RETRY_AFTER_MS = 2000;
/** Files travel inside acts, perhaps through a slow tunnel. */
const PATIENCE_MS = 120_000;
const IS_THERE_MS = 3000;
/** From here on it may well be the size that the server objects to. */
const LARGE = 1024 * 1024;

/** A refusal, worded for people. */
export class Refused extends Error {}

/** Does something as the viewer; returns the server's answer or throws `Refused`. */
export function act(body) {
  return call('/api/act', { method: 'POST', body });
}

/** Reads or changes something that is not an act: the faults, the welcome. */
export async function call(path, { method = 'GET', body, patience = PATIENCE_MS } = {}) {
  const sent = body ? JSON.stringify(body) : undefined;
  let response;
  try {
    response = await fetch(apiPath(path), {
      method,
      headers: sent ? { 'Content-Type': 'application/json' } : {},
      body: sent,
      signal: AbortSignal.timeout(patience),
    });
  } catch (error) {
    throw new Refused(await whyNoAnswer(error, sent));
  }
  const answer = await response.json().catch(() => undefined);
  if (!response.ok) throw new Refused(wordRefusal(response.status, answer));
  if (answer === undefined) throw new Refused(NOT_WHOLE);
  return answer;
}

/** A server that closes the connection on something is not one that has stopped. */
async function whyNoAnswer(error, sent) {
  const tooLate = error.name === 'TimeoutError';
  const reachable = !tooLate && sent !== undefined && (await isThere());
  return wordSilence({ tooLate, reachable, large: sent?.length > LARGE });
}

async function isThere() {
  try {
    await fetch(apiPath('/api/welcome'), { signal: AbortSignal.timeout(IS_THERE_MS) });
    return true;
  } catch {
    return false;
  }
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
