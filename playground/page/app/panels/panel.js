// What both panels have: a title, a way to close, a body.

import { element } from '../core/element.js';
import { icon } from '../core/icons.js';

export function panelFrame({ id, title, about, testid }) {
  const body = element('div', { class: 'panel-body' });
  const close = element(
    'button',
    { type: 'button', class: 'quiet icon-only panel-close', 'aria-label': `Close “${title}”` },
    icon('close'),
  );
  const panel = element(
    'section',
    { class: 'panel', id, 'aria-labelledby': `${id}-title`, dataset: { testid } },
    element('div', { class: 'panel-head' }, element('h2', { id: `${id}-title`, tabindex: -1 }, title), close),
    element('p', { class: 'panel-about' }, about),
    body,
  );
  return { panel, body };
}
