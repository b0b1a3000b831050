// Somebody's picture: nearly always a letter on a colour that belongs to the name.

import { element } from '../core/element.js';

const COLOURS = 10;

/** A picture for a name. It says nothing that the name beside it doesn't, so it is decoration. */
export function avatar({ name, avatar: url = null, bot = false }, size = 'large') {
  const classes = `avatar ${size} hue-${hueOf(name)}${bot ? ' of-bot' : ''}`;
  const letter = [...name.trim()][0]?.toUpperCase() ?? '?';
  const picture =
    url && (isOurs(url) || isOnThisMachine(url)) ? element('img', { src: url, alt: '' }) : letter;
  return element('span', { class: classes, 'aria-hidden': 'true' }, picture);
}

/** Elsewhere, the page shows pictures of its own server only. */
export function isOurs(url) {
  try {
    return (
      ['data:', 'blob:'].includes(new URL(url, location.href).protocol) ||
      new URL(url, location.href).origin === location.origin
    );
  } catch {
    return false;
  }
}

/** A bot may serve the pictures of those in whose names it speaks from this machine. */
export function isOnThisMachine(url) {
  try {
    const { protocol, hostname } = new URL(url);
    return protocol === 'http:' && hostname === '127.0.0.1';
  } catch {
    return false;
  }
}

/** A small number that is always the same for a text. */
export function hueOf(text) {
  let sum = 7;
  for (const character of text) sum = (sum * 31 + character.codePointAt(0)) >>> 0;
  return sum % COLOURS;
}
