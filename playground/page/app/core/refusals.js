// What is said when something was not done and the server itself has no words for it. Pure.

const TOO_LARGE =
  'That is too large for the playground: a message takes at most 10 files of 10 MB, and less than 24 MB together.';
const NOT_FROM_HERE =
  'The playground doesn’t take this from here. Open the page at the address that it printed when it started.';
const NOT_UNDERSTOOD = 'The playground didn’t understand that';
const BROKEN = 'Something broke inside the playground; its log says more';

export const UNREACHABLE = 'The playground’s server doesn’t answer. Is it still running?';
export const TOO_LATE =
  'The playground hasn’t answered for a long time. See whether it was done before you try again.';
export const BROKE_OFF =
  'The connection broke before the playground answered. See whether it was done before you try again.';
export const BROKE_OFF_LARGE =
  'The playground broke the connection while this was sent: it may be too large. See whether it arrived before you try again.';
export const NOT_WHOLE =
  'The playground’s answer did not arrive whole. See whether it was done before you try again.';

/** The sentence for an answer that is a refusal: the server's own, if it has one. */
export function wordRefusal(status, answer) {
  const own = answer?.error;
  if (typeof own === 'string' && own !== '') return own;
  if (status === 413) return TOO_LARGE;
  if (status === 403) return NOT_FROM_HERE;
  if (status >= 500) return `${BROKEN} (status ${status}).`;
  return `${NOT_UNDERSTOOD} (status ${status}). If the program is a new one, reload the page.`;
}

/**
 * The sentence for a call that got no answer.
 * @param {{tooLate: boolean, reachable: boolean, large: boolean}} what
 */
export function wordSilence({ tooLate, reachable, large }) {
  if (tooLate) return TOO_LATE;
  if (!reachable) return UNREACHABLE;
  return large ? BROKE_OFF_LARGE : BROKE_OFF;
}
