// The line across the page that says that the server is away, or doesn't know this person.

import { element } from '../core/element.js';
import { DEFAULT_PERSON, pageOf, viewerName } from '../core/who.js';

/** A blink of the connection needs no words. */
const PATIENCE_MS = 700;

export function showBanner(banner, state) {
  let timer = null;
  state.on('connection', () => {
    clearTimeout(timer);
    if (state.connection === 'open') banner.hidden = true;
    else timer = setTimeout(() => draw(banner, state), PATIENCE_MS);
  });
}

function draw(banner, state) {
  const refused = state.connection === 'refused';
  const wayOut = refused && viewerName !== DEFAULT_PERSON;
  banner.replaceChildren(
    refused ? wordRefused(viewerName) : 'The connection to the playground is lost. Trying again…',
    wayOut ? ' ' : '',
    wayOut ? element('a', { href: pageOf(DEFAULT_PERSON) }, 'Be Alice instead') : '',
  );
  banner.hidden = false;
}

/** Who joined is forgotten when the program ends; who was there from the beginning is not. */
function wordRefused(name) {
  return name === DEFAULT_PERSON
    ? 'The playground doesn’t let this window in, or isn’t running. Trying again…'
    : `The playground doesn’t let “${name}” in: it forgets who joined when it is started anew. Trying again…`;
}
