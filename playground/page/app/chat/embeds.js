// Embeds: a framed card that bots put under a message.

import { element } from '../core/element.js';
import { wordWritten } from '../markdown/moments.js';
import { renderLine, renderMarkdown } from '../markdown/render.js';
import { addressOf } from './attachments.js';
import { isOurs } from './avatar.js';

export function embeds(message, context) {
  if (message.embeds.length === 0) return null;
  return element(
    'div',
    { class: 'embeds' },
    message.embeds.map((embed, at) => drawEmbed(embed, { ...context, key: `${context.key}.embed${at}` })),
  );
}

function drawEmbed(embed, context) {
  const card = element(
    'section',
    { class: 'embed', 'aria-label': embed.title ? `Embed: ${embed.title}` : 'Embed' },
    element(
      'div',
      { class: 'embed-main' },
      author(embed.author, context),
      title(embed, context),
      markdown(embed.description, 'embed-description', 'text', context),
      fields(embed.fields, context),
    ),
    thumbnail(embed.thumbnail, context),
    image(embed.image, context),
    footer(embed),
  );
  if (Number.isInteger(embed.color)) card.style.setProperty('--embed-colour', hex(embed.color));
  return card;
}

/** Colours travel as numbers. */
export function hex(colour) {
  return `#${colour.toString(16).padStart(6, '0').slice(-6)}`;
}

function author(given, { message }) {
  if (!given?.name) return null;
  return element(
    'p',
    { class: 'embed-author' },
    smallPicture(addressOf(given.icon_url, message)),
    outside(given.url, given.name),
  );
}

function title(embed, context) {
  if (!embed.title) return null;
  const drawn = renderLine(embed.title, { ...context, key: `${context.key}.title` });
  return element('p', { class: 'embed-title' }, embed.url ? outside(embed.url, drawn) : drawn);
}

function markdown(text, classes, part, context) {
  if (!text) return null;
  return element(
    'div',
    { class: classes },
    renderMarkdown(text, { ...context, key: `${context.key}.${part}` }),
  );
}

function fields(given = [], context) {
  if (given.length === 0) return null;
  return element(
    'dl',
    { class: 'embed-fields' },
    given.map((field, at) =>
      element(
        'div',
        { class: field.inline ? 'embed-field inline' : 'embed-field' },
        element('dt', {}, renderLine(field.name, { ...context, key: `${context.key}.name${at}` })),
        element('dd', {}, renderMarkdown(field.value, { ...context, key: `${context.key}.field${at}` })),
      ),
    ),
  );
}

function thumbnail(given, context) {
  return given ? element('div', { class: 'embed-thumbnail' }, picture(given, 'Thumbnail', context)) : null;
}

function image(given, context) {
  return given
    ? element('div', { class: 'embed-image' }, picture(given, 'Picture in the embed', context))
    : null;
}

function footer({ footer: given, timestamp }) {
  if (!given?.text && !timestamp) return null;
  const date = timestamp ? new Date(timestamp) : null;
  const moment = date ? element('time', { datetime: timestamp }, wordWritten(date)) : null;
  return element('p', { class: 'embed-footer' }, given?.text, given?.text && moment ? ' · ' : null, moment);
}

/** A picture of this server's; of another one's, only a link to it, as the page loads nothing else. */
export function picture({ url, proxy_url: proxy, description }, fallback, { message }) {
  const address = [url, proxy]
    .map((given) => addressOf(given, message))
    .find((given) => given && isOurs(given));
  if (address) return element('img', { src: address, alt: description ?? fallback, loading: 'lazy' });
  return outside(url, `Picture on another server: ${url ?? 'unknown'}`);
}

function smallPicture(url) {
  return url && isOurs(url) ? element('img', { src: url, alt: '', class: 'embed-icon' }) : null;
}

function outside(url, content) {
  if (!/^https?:\/\//.test(url ?? '')) return element('span', {}, content);
  return element('a', { href: url, target: '_blank', rel: 'noopener noreferrer' }, content);
}
