// Files of a message: pictures are shown, others can be opened.

import { element } from '../core/element.js';
import { readableSize } from '../core/files.js';
import { icon } from '../core/icons.js';

const SPOILER = 'SPOILER_';

/** The attachments of a message that no component or embed shows. */
export function attachments(message, context) {
  const shownElsewhere = JSON.stringify([message.embeds, message.components]);
  const own = message.attachments.filter(
    ({ filename, url }) =>
      !shownElsewhere.includes(`attachment://${filename}`) && !shownElsewhere.includes(JSON.stringify(url)),
  );
  if (own.length === 0) return null;
  return element(
    'div',
    { class: 'attachments' },
    own.map((attachment) => drawAttachment(attachment, context)),
  );
}

function drawAttachment(attachment, context) {
  const { id, filename, url, content_type: type } = attachment;
  if (!type?.startsWith('image/')) return fileCard(attachment);
  const picture = element('img', {
    src: url,
    alt: attachment.description ?? `Picture: ${filename}`,
    loading: 'lazy',
  });
  return hiddenUntilAsked(
    `${context.key}.file.${id}`,
    filename.startsWith(SPOILER),
    context,
    element('a', { class: 'picture', href: url, target: '_blank', rel: 'noopener' }, picture),
  );
}

/** A file that isn't a picture: its name, its size, a way to open it. */
export function fileCard({ filename, size, url }) {
  return element(
    'a',
    { class: 'file-card', href: url, target: '_blank', rel: 'noopener', download: filename },
    icon('file'),
    element('span', { class: 'file-name' }, filename),
    element('span', { class: 'file-size' }, size === undefined ? '' : readableSize(size)),
  );
}

/** Puts a cover over something until the viewer lifts it. */
export function hiddenUntilAsked(key, hidden, context, content) {
  if (!hidden || context.revealed.has(key)) return content;
  return element(
    'div',
    { class: 'covered' },
    element('div', { class: 'covered-content', inert: true, 'aria-hidden': 'true' }, content),
    element(
      'button',
      { type: 'button', class: 'cover', dataset: { action: 'reveal', spoiler: key } },
      'Spoiler',
    ),
  );
}

/** Finds what `attachment://name` in an embed or a component means. */
export function addressOf(url, message) {
  if (!url?.startsWith('attachment://')) return url ?? null;
  const name = url.slice('attachment://'.length);
  return message.attachments.find(({ filename }) => filename === name)?.url ?? null;
}
