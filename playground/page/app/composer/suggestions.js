// The list above what is being typed: commands, people, values. The focus stays in the field; the
// list follows the ARIA listbox pattern, and `aria-activedescendant` tells which entry is meant.

import { element, uniqueId } from '../core/element.js';

/**
 * @typedef {object} Suggestion
 * @property {string} label
 * @property {string} [detail]
 * @property {string} [note] small, at the end
 * @property {Node} [face] before the label
 * @property {object} [dataset]
 * @property {any} [value]
 */

export class Suggestions {
  #frame;
  #announcer;
  #open = null;

  /** @param {HTMLElement} frame where the list is put */
  constructor(frame, announcer) {
    this.#frame = frame;
    this.#announcer = announcer;
  }

  /**
   * Shows a list for a field, instead of the one that was there.
   * @param {HTMLElement} field
   * @param {Suggestion[]} suggestions
   * @param {{label: string, pick: (one: Suggestion) => void, testid?: string, optionTestid?: string, preselect?: boolean}} how
   */
  show(
    field,
    suggestions,
    { label, pick, testid = 'suggestions', optionTestid = 'suggestion', preselect = true },
  ) {
    const isNew = this.#open?.field !== field || this.#open?.label !== label;
    this.close();
    if (suggestions.length === 0) return;
    const id = uniqueId('suggestions');
    const options = suggestions.map((suggestion, at) => drawOption(suggestion, `${id}-${at}`, optionTestid));
    const list = element('ul', { id, role: 'listbox', tabindex: 0, 'aria-label': label }, options);
    const box = element(
      'div',
      {
        class: 'suggestions',
        dataset: { testid },
        // The field must not lose the focus to the list.
        mousedown: (event) => event.preventDefault(),
        click: (event) => this.#clicked(event),
      },
      element('p', { class: 'suggestions-title', 'aria-hidden': 'true' }, label),
      list,
    );
    this.#frame.append(box);
    this.#open = { field, label, suggestions, options, box, pick, at: -1 };
    field.setAttribute('aria-controls', id);
    if (field.getAttribute('role') === 'combobox') field.setAttribute('aria-expanded', 'true');
    if (preselect) this.#activate(0);
    if (isNew) this.#announcer.say(`${label}: ${suggestions.length}. Arrow keys choose.`);
  }

  close(field = null) {
    if (!this.#open || (field && this.#open.field !== field)) return;
    const { field: owner, box } = this.#open;
    box.remove();
    owner.removeAttribute('aria-activedescendant');
    owner.removeAttribute('aria-controls');
    if (owner.getAttribute('role') === 'combobox') owner.setAttribute('aria-expanded', 'false');
    this.#open = null;
  }

  isOpenFor(field) {
    return this.#open?.field === field;
  }

  /** Lets the list have a key first. Answers whether it took it. */
  takeKey(event) {
    if (!this.isOpenFor(event.target) || event.isComposing) return false;
    const { at, suggestions } = this.#open;
    const moves = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: Math.min(at + 8, suggestions.length - 1),
      PageUp: Math.max(at - 8, 0),
    };
    if (event.key in moves) {
      this.#activate((moves[event.key] + suggestions.length) % suggestions.length);
    } else if ((event.key === 'Enter' || event.key === 'Tab') && !event.shiftKey && at >= 0) {
      this.#pick(at);
    } else if (event.key === 'Escape') {
      this.close();
    } else if (event.key === 'Tab') {
      // The list itself, which can be scrolled and so has to be a tab stop, is no place to go.
      this.close();
      return false;
    } else {
      return false;
    }
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  #clicked({ target }) {
    const at = this.#open?.options.indexOf(target.closest('[role="option"]'));
    if (at >= 0) this.#pick(at);
  }

  #pick(at) {
    const { pick, suggestions } = this.#open;
    this.close();
    pick(suggestions[at]);
  }

  #activate(at) {
    const { options, field } = this.#open;
    options.forEach((option, index) => option.setAttribute('aria-selected', String(index === at)));
    this.#open.at = at;
    field.setAttribute('aria-activedescendant', options[at].id);
    options[at].scrollIntoView({ block: 'nearest' });
  }
}

function drawOption({ label, detail, note, face, dataset }, id, testid) {
  return element(
    'li',
    { id, role: 'option', 'aria-selected': 'false', dataset: { testid, ...dataset } },
    face,
    element('span', { class: 'suggestion-label' }, label),
    detail ? element('span', { class: 'suggestion-detail' }, detail) : null,
    note ? element('span', { class: 'suggestion-note' }, note) : null,
  );
}
