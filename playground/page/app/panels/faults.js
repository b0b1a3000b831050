// “Faults”: switches that break things on purpose, to see that the bot holds.

import { element, uniqueId } from '../core/element.js';
import { morphChildren } from '../core/morph.js';
import { call } from '../core/server.js';
import { panelFrame } from './panel.js';

export class Faults {
  panel;
  #body;
  #problem = element('p', { class: 'field-problem', role: 'alert' });
  #onCount;
  #groups = [];
  /** What is shown, as JSON: what is unchanged isn't touched. */
  #shown = null;
  /** When a switch was last touched: an answer to an older question knows nothing of it. */
  #touchedAt = -Infinity;
  #touches = 0;

  /** @param {(count: number) => void} onCount told how many faults are on */
  constructor(onCount) {
    this.#onCount = onCount;
    const { panel, body } = panelFrame({
      id: 'faults-panel',
      title: 'Faults',
      testid: 'faults',
      about: 'Break something on purpose, and watch what becomes of a message.',
    });
    this.panel = panel;
    this.#body = element('div', { class: 'fault-groups' });
    body.append(this.#problem, this.#body);
    body.addEventListener('change', ({ target }) => this.#switch(target.value, target.checked));
    body.addEventListener('click', ({ target }) => {
      const button = target.closest('button[data-fault]');
      if (button) this.#switch(button.dataset.fault, true);
    });
  }

  async load() {
    const askedAt = performance.now();
    try {
      this.show(await call('/api/faults'), askedAt);
    } catch (refused) {
      if (this.#shown === null) this.#problem.textContent = refused.message;
    }
  }

  /** Shows the switches as the server had them when it was asked. */
  show({ groups }, askedAt) {
    const now = JSON.stringify(groups);
    if (now === this.#shown || askedAt < this.#touchedAt || this.#touches > 0) return;
    this.#shown = now;
    this.#groups = groups;
    this.#problem.textContent = groups.length === 0 ? 'There are no faults to switch here.' : '';
    this.#draw();
  }

  #draw() {
    morphChildren(this.#body, this.#groups.map(drawGroup));
    for (const input of this.#body.querySelectorAll('input')) input.checked = input.hasAttribute('checked');
    this.#onCount(countOn(this.#groups));
  }

  async #switch(id, on) {
    this.#problem.textContent = '';
    this.#touch(1);
    let answer = null;
    try {
      answer = await call('/api/faults', { method: 'POST', body: { id, on } });
    } catch (refused) {
      this.#problem.textContent = refused.message;
    }
    this.#touch(-1);
    if (answer) this.show(answer, performance.now());
    // A switch that the server refused goes back to where it was.
    else this.#draw();
  }

  #touch(step) {
    this.#touches += step;
    this.#touchedAt = performance.now();
    this.#body.setAttribute('aria-busy', String(this.#touches > 0));
  }
}

/** The first of several that exclude each other is the one without a fault. */
function countOn(groups) {
  return groups.flatMap(({ kind, items }) => {
    if (kind === 'toggles') return items.filter(({ on }) => on);
    return kind === 'one_of' ? items.slice(1).filter(({ on }) => on) : [];
  }).length;
}

function drawGroup({ id, label, kind, hint, items }) {
  const inputs = kind === 'buttons' ? items.map(drawButton) : items.map((item) => drawInput(item, kind, id));
  return element(
    'fieldset',
    { class: 'fault-group', dataset: { key: id } },
    element('legend', {}, label),
    hint ? element('p', { class: 'fault-hint' }, hint) : null,
    inputs,
  );
}

function drawInput({ id, label, detail, on }, kind, group) {
  const radio = kind === 'one_of';
  const inputId = `fault-${id}`;
  const input = element('input', {
    type: radio ? 'radio' : 'checkbox',
    role: radio ? null : 'switch',
    id: inputId,
    name: radio ? `faults-${group}` : null,
    value: id,
    checked: on,
    'aria-describedby': detail ? `${inputId}-detail` : null,
    dataset: { fault: id },
  });
  return element(
    'div',
    { class: radio ? 'tick' : 'tick switch', dataset: { key: id } },
    input,
    element(
      'div',
      {},
      element('label', { for: inputId }, label),
      detail ? element('small', { id: `${inputId}-detail` }, detail) : null,
    ),
  );
}

function drawButton({ id, label, detail }) {
  const detailId = uniqueId('fault-detail');
  return element(
    'div',
    { class: 'fault-once', dataset: { key: id } },
    element(
      'button',
      {
        type: 'button',
        class: 'component-button secondary',
        'aria-describedby': detail ? detailId : null,
        dataset: { fault: id },
      },
      label,
    ),
    detail ? element('small', { id: detailId }, detail) : null,
  );
}
