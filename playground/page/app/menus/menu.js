// A menu that opens at a button, a message or the pointer, after the ARIA pattern: arrows move, a
// letter jumps, Enter chooses, Escape goes back to where the focus came from.

import { element, hiddenText, uniqueId } from '../core/element.js';
import { icon } from '../core/icons.js';

const EDGE_PX = 8;
let open = null;

/**
 * @typedef {object} Entry
 * @property {string} [heading] a title above the entries that follow; then nothing else counts
 * @property {boolean} [separator] a line above the entries that follow
 * @property {string} [label]
 * @property {string} [icon]
 * @property {string} [detail]
 * @property {string} [hint] more for those who can't see the icon
 * @property {string} [spoken] what is read instead of an emoji
 * @property {boolean} [danger]
 * @property {boolean} [checked] makes the entry one of several to choose from
 * @property {object} [dataset]
 * @property {() => void} [choose]
 */

/**
 * Opens a menu. @param {(Entry | null | false)[]} entries
 * @param {{label: string, anchor: HTMLElement, at?: {x: number, y: number} | null, testid?: string, row?: boolean}} how
 */
export function openMenu(entries, { label, anchor, at = null, testid = 'context-menu', row = false }) {
  closeMenu({ refocus: false });
  const before = document.activeElement;
  const back = anchor.contains(before) ? before : anchor;
  const menu = element(
    'div',
    {
      class: `menu${row ? ' in-a-row' : ''}`,
      role: 'menu',
      'aria-label': label,
      tabindex: -1,
      dataset: { testid },
      keydown: onKey,
      click: onClick,
      contextmenu: (event) => event.preventDefault(),
    },
    group(entries.filter(Boolean)),
  );
  (anchor.closest('dialog, nav, main, #side, header') ?? document.body).append(menu);
  place(menu, at ?? anchor.getBoundingClientRect());
  if (anchor.hasAttribute('aria-haspopup')) anchor.setAttribute('aria-expanded', 'true');
  open = { menu, back, anchor };
  document.addEventListener('pointerdown', onOutside, true);
  window.addEventListener('blur', onBlur);
  window.addEventListener('resize', onBlur);
  items(menu)[0]?.focus();
}

export function closeMenu({ refocus = true } = {}) {
  if (!open) return;
  const { menu, back, anchor } = open;
  open = null;
  document.removeEventListener('pointerdown', onOutside, true);
  window.removeEventListener('blur', onBlur);
  window.removeEventListener('resize', onBlur);
  if (anchor.hasAttribute('aria-expanded')) anchor.setAttribute('aria-expanded', 'false');
  menu.remove();
  if (refocus) back.focus({ preventScroll: true });
}

/** Entries behind a heading are a group of that name. */
function group(entries) {
  const groups = [{ heading: null, entries: [] }];
  for (const entry of entries) {
    if (entry.heading || entry.separator) groups.push({ heading: entry.heading ?? null, entries: [] });
    else groups.at(-1).entries.push(entry);
  }
  return groups
    .filter((one) => one.entries.length > 0)
    .map(({ heading, entries: inside }) => {
      const id = uniqueId('menu-heading');
      return element(
        'div',
        { role: 'group', 'aria-labelledby': heading ? id : null, class: 'menu-group' },
        heading ? element('p', { id, class: 'menu-heading' }, heading) : null,
        inside.map(draw),
      );
    });
}

function draw(entry) {
  const { label, detail, danger, checked, dataset } = entry;
  const made = element(
    'div',
    {
      class: `menu-item${danger ? ' danger' : ''}`,
      tabindex: -1,
      dataset,
      role: checked === undefined ? 'menuitem' : 'menuitemradio',
      'aria-checked': checked === undefined ? null : String(checked),
      'aria-label': entry.spoken,
    },
    entry.face ?? null,
    element('span', { class: 'menu-label' }, label, entry.hint ? hiddenText(`, ${entry.hint}`) : null),
    detail ? element('span', { class: 'menu-detail' }, detail) : null,
    entry.icon ? icon(entry.icon) : null,
  );
  made.addEventListener('chosen', entry.choose);
  return made;
}

function onClick({ target }) {
  const item = target.closest('.menu-item');
  if (item) choose(item);
}

function choose(item) {
  closeMenu();
  item.dispatchEvent(new Event('chosen'));
}

function onKey(event) {
  const all = items(event.currentTarget);
  const at = all.indexOf(document.activeElement);
  const step = {
    ArrowDown: at + 1,
    ArrowRight: at + 1,
    ArrowUp: at - 1,
    ArrowLeft: at - 1,
    Home: 0,
    End: all.length - 1,
  }[event.key];
  if (step !== undefined) {
    event.preventDefault();
    all.at(step % all.length)?.focus();
  } else if (event.key === 'Enter' || event.key === ' ') {
    event.preventDefault();
    if (all[at]) choose(all[at]);
  } else if (event.key === 'Escape' || event.key === 'Tab') {
    event.preventDefault();
    event.stopPropagation();
    closeMenu();
  } else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey) {
    const behind = [...all.slice(at + 1), ...all.slice(0, at + 1)];
    behind.find((item) => item.textContent.trim().toLowerCase().startsWith(event.key.toLowerCase()))?.focus();
  }
}

function onOutside({ target }) {
  if (!open?.menu.contains(target)) closeMenu({ refocus: false });
}

function onBlur() {
  closeMenu({ refocus: false });
}

function items(menu) {
  return [...menu.querySelectorAll('.menu-item')];
}

/** Below the anchor if there is room, else above; never outside of the window. */
function place(menu, { x, y, left = x, bottom = y, top = y, right = x }) {
  const { offsetWidth: width, offsetHeight: height } = menu;
  const wide = right - left > width * 1.5;
  const wantedLeft = wide ? right - width - EDGE_PX : left;
  const fitsBelow = bottom + height + EDGE_PX < innerHeight;
  const wantedTop = fitsBelow ? bottom : top - height;
  menu.style.left = `${clamp(wantedLeft, innerWidth - width)}px`;
  menu.style.top = `${clamp(wantedTop, innerHeight - height)}px`;
}

function clamp(wanted, most) {
  return Math.max(EDGE_PX, Math.min(wanted, most - EDGE_PX));
}
