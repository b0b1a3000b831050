// The list of messages of the open channel. It changes in place, stays at the newest message if it
// was there, and is walked with the arrow keys.

import { element } from '../core/element.js';
import { morph } from '../core/morph.js';
import { renderAttempts } from './attempts.js';
import { rowsOf } from './grouping.js';
import { beginningNode, earlierNode, lineNode } from './lines.js';
import { renderMessage } from './message.js';

const AT_THE_END_PX = 60;
const SHOWN_AT_FIRST = 150;

export class Log {
  #list;
  #toNewest;
  #state;
  #directory;
  #unread;
  #drawn = new Map();
  #changed = new Set();
  #atEnd = true;
  #limit = SHOWN_AT_FIRST;
  #focusable = null;
  #planned = false;
  #content = element('div', { class: 'log-content' });

  constructor({ list, toNewest, state, directory, unread }) {
    this.#list = list;
    this.#toNewest = toNewest;
    this.#state = state;
    this.#directory = directory;
    this.#unread = unread;
    list.append(this.#content);
    this.#listen();
  }

  #listen() {
    this.#state.on('messages', ({ messages, anew }) => {
      for (const { id } of messages) this.#changed.add(id);
      if (anew) for (const id of this.#drawn.keys()) this.#changed.add(id);
      this.#plan();
    });
    this.#state.on('world', () => this.redrawAll());
    this.#state.on('local', (id) => (id ? this.#redraw(id) : this.#plan()));
    this.#state.on('channel', () => this.#switched());
    this.#list.addEventListener('scroll', () => this.#scrolled(), { passive: true });
    this.#list.addEventListener('keydown', (event) => this.#walk(event));
    this.#list.addEventListener('focusin', ({ target }) => this.#focusMoved(target));
    this.#toNewest.addEventListener('click', () => this.toEnd());
    // Pictures arrive late and make everything taller.
    new ResizeObserver(() => this.#atEnd && this.#stick()).observe(this.#content);
    new ResizeObserver(() => this.#atEnd && this.#stick()).observe(this.#list);
    document.addEventListener('visibilitychange', () => this.#seen());
  }

  /** Scrolls to a message and puts the focus on it. Answers whether it is there. */
  goTo(id) {
    if (!this.#state.message(id)) return false;
    if (!this.#drawn.has(id)) {
      this.#limit = Infinity;
      this.#draw();
    }
    const drawn = this.#drawn.get(id)?.node;
    if (!drawn) return false;
    drawn.focus({ preventScroll: true });
    drawn.scrollIntoView({ block: 'center' });
    drawn.classList.add('pointed-at');
    setTimeout(() => drawn.classList.remove('pointed-at'), 2000);
    return true;
  }

  toEnd() {
    this.#stick();
    this.#seen();
  }

  showEarlier() {
    this.#limit += SHOWN_AT_FIRST;
    const below = this.#list.scrollHeight - this.#list.scrollTop;
    this.#draw();
    this.#list.scrollTop = this.#list.scrollHeight - below;
  }

  #switched() {
    this.#content.replaceChildren();
    this.#drawn.clear();
    this.#limit = SHOWN_AT_FIRST;
    this.#focusable = null;
    this.#atEnd = true;
    this.#draw();
    this.#stick();
    this.#seen();
  }

  #redraw(id) {
    this.#changed.add(id);
    this.#plan();
  }

  /** Draws every message again: names, or how long ago something was, may be others. */
  redrawAll() {
    for (const id of this.#drawn.keys()) this.#changed.add(id);
    this.#plan();
  }

  /** Draws once for everything that happens at the same time. */
  #plan() {
    if (this.#planned) return;
    this.#planned = true;
    // Not an animation frame: those stop while the window is hidden.
    setTimeout(() => {
      this.#planned = false;
      this.#draw();
      if (this.#atEnd) this.#stick();
      this.#seen();
    }, 16);
  }

  #draw() {
    const { channel, world } = this.#state;
    if (!channel || !world) return;
    const all = this.#state.messagesIn(channel);
    const shown = all.slice(-this.#limit);
    const rows = rowsOf(shown, this.#unread.firstNew(channel));
    if (!shown.some(({ id }) => id === this.#focusable)) this.#focusable = shown.at(-1)?.id ?? null;

    const wanted = rows.map((row) => (row.kind === 'message' ? this.#messageNode(row) : lineNode(row)));
    if (all.length > shown.length) wanted.unshift(earlierNode(all.length - shown.length));
    else wanted.unshift(beginningNode(this.#directory, channel));
    wanted.push(...renderAttempts(this.#state, channel, this.#directory));
    this.#place(wanted);
    for (const [id, { node }] of this.#drawn) if (!node.isConnected) this.#drawn.delete(id);
    this.#changed.clear();
    this.#toNewest.hidden = this.#atEnd || !this.#unread.isUnread(channel);
    this.#list.setAttribute(
      'aria-label',
      `Messages in ${this.#directory.channelLabel(this.#directory.channel(channel))}`,
    );
  }

  /** The message's node: the same one as before, changed if need be. */
  #messageNode({ message, continues }) {
    const before = this.#drawn.get(message.id);
    const focusable = message.id === this.#focusable;
    const same = before && before.continues === continues && before.focusable === focusable;
    if (same && !this.#changed.has(message.id)) return before.node;
    const node = renderMessage(message, {
      continues,
      focusable,
      state: this.#state,
      directory: this.#directory,
    });
    if (before) changeInPlace(before.node, node);
    const kept = before?.node ?? node;
    this.#drawn.set(message.id, { node: kept, continues, focusable });
    return kept;
  }

  /** Puts the nodes in order, moving as few as possible: a moved node loses the focus. */
  #place(drawn) {
    const wanted = drawn.map((node) => this.#sameAsShown(node));
    const keep = new Set(wanted);
    const lostFocus = [...this.#content.children].some(
      (child) => !keep.has(child) && child.contains(document.activeElement),
    );
    for (const child of [...this.#content.children]) if (!keep.has(child)) child.remove();
    let at = this.#content.firstChild;
    for (const node of wanted) {
      if (node === at) at = at.nextSibling;
      else this.#content.insertBefore(node, at);
    }
    if (lostFocus && this.#focusable) this.#drawn.get(this.#focusable)?.node.focus({ preventScroll: true });
  }

  /** A line or an attempt that is already there stays the same node, as messages do. */
  #sameAsShown(node) {
    if (node.isConnected) return node;
    const shown = [...this.#content.children].find(({ dataset }) => dataset.key === node.dataset.key);
    if (!shown || shown.dataset.messageId) return node;
    morph(shown, node);
    return shown;
  }

  #stick() {
    this.#list.scrollTop = this.#list.scrollHeight;
    this.#atEnd = true;
    this.#toNewest.hidden = true;
  }

  #scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.#list;
    this.#atEnd = scrollHeight - scrollTop - clientHeight < AT_THE_END_PX;
    if (this.#atEnd) this.#seen();
  }

  /** What is on the screen of a window that is looked at has been read. */
  #seen() {
    if (!this.#atEnd || document.visibilityState !== 'visible' || !this.#state.channel) return;
    this.#toNewest.hidden = true;
    this.#unread.read(this.#state.channel);
  }

  #walk(event) {
    const article = event.target;
    if (article.dataset?.testid !== 'message') return;
    const articles = [...this.#content.querySelectorAll('[data-testid="message"]')];
    const at = articles.indexOf(article);
    const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: articles.length - 1 }[event.key];
    if (to === undefined || !articles[to]) return;
    event.preventDefault();
    articles[to].focus();
  }

  /** One message at a time is a tab stop: the one that had the focus last. */
  #focusMoved(target) {
    const id = target.closest('[data-testid="message"]')?.dataset.messageId;
    if (!id || id === this.#focusable) return;
    const before = this.#drawn.get(this.#focusable);
    if (before) Object.assign(before, { focusable: false }).node.tabIndex = -1;
    Object.assign(this.#drawn.get(id), { focusable: true }).node.tabIndex = 0;
    this.#focusable = id;
  }
}

/** If what had the focus is gone (a Stop button when the answer is whole), its message gets it. */
function changeInPlace(shown, wanted) {
  const hadFocus = shown.contains(document.activeElement);
  morph(shown, wanted);
  if (hadFocus && !shown.contains(document.activeElement)) shown.focus({ preventScroll: true });
}
