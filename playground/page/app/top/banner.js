// The line across the page that says that the server is away, or doesn't know this person.

import { element } from '../core/element.js';
import { pageOf, viewerName } from '../core/who.js';

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
  const neverIn = state.connection === 'refused' && !state.world;
  const text = neverIn
    ? `The playground doesn’t let “${viewerName}” in, or isn’t running. Trying again… `
    : 'The connection to the playground is lost. Trying again…';
  banner.replaceChildren(
    text,
    neverIn && viewerName !== 'alice' ? element('a', { href: pageOf('alice') }, 'Be Alice instead') : '',
  );
  banner.hidden = false;
}
