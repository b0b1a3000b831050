// What the composer is made of.

import { element } from '../core/element.js';
import { icon } from '../core/icons.js';
import { LONGEST } from './outgoing.js';

const COUNT_FROM = LONGEST - 200;
const MOST_OF_THE_WINDOW = 0.4;

/** Builds the composer into its frame. */
export function composerParts(frame, chips) {
  const popup = element('div', { class: 'popup' });
  const aboutText = element('span', { id: 'composer-about' });
  const aboutClose = element(
    'button',
    { type: 'button', class: 'quiet icon-only', 'aria-label': 'Cancel' },
    icon('close'),
  );
  const about = element(
    'div',
    { class: 'about', hidden: true, dataset: { testid: 'composer-about' } },
    aboutText,
    element('span', { class: 'about-hint' }, 'Esc cancels'),
    aboutClose,
  );
  const files = element('input', {
    type: 'file',
    multiple: true,
    hidden: true,
    'aria-label': 'Files to attach',
    tabindex: -1,
  });
  const attach = element(
    'button',
    { type: 'button', class: 'quiet icon-only', 'aria-label': 'Attach files', title: 'Attach files' },
    icon('plus'),
  );
  const field = element('textarea', {
    id: 'composer',
    rows: 1,
    'aria-autocomplete': 'list',
    'aria-describedby': 'composer-about composer-count composer-notice',
    dataset: { testid: 'composer' },
  });
  const counter = element('span', { class: 'counter', id: 'composer-count' });
  const send = element(
    'button',
    { type: 'submit', class: 'quiet icon-only send', 'aria-label': 'Send', title: 'Send (Enter)' },
    icon('send'),
  );
  const row = element('form', { class: 'composer-row' }, attach, files, field, counter, send);
  const notice = element('p', { class: 'notice', id: 'composer-notice', role: 'alert' });
  frame.append(popup, element('div', { class: 'composer' }, about, chips, row), notice);
  return { popup, about, aboutText, aboutClose, files, attach, field, counter, send, row, notice };
}

/** Makes the field as tall as its text, up to a limit; tells how much room is left when it gets scarce. */
export function fitField(field, counter) {
  field.style.height = 'auto';
  field.style.height = `${Math.min(field.scrollHeight, innerHeight * MOST_OF_THE_WINDOW)}px`;
  const length = [...field.value].length;
  counter.textContent = length < COUNT_FROM ? '' : String(LONGEST - length);
  counter.classList.toggle('over', length > LONGEST);
}
