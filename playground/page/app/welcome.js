// “Start here”: the first steps, for somebody who has never been here.

import { element } from './core/element.js';
import { icon } from './core/icons.js';
import { recall, remember } from './core/memory.js';
import { call } from './core/server.js';
import { renderLine } from './markdown/render.js';

export class Welcome {
  /** What the server tells newcomers; `null` if it has nothing to tell. */
  facts = null;
  #card;
  #button;
  #context;

  /** @param {(command: string) => void} onCommand told which of the commands in the steps was clicked */
  constructor(card, button, { directory, state, onCommand }) {
    this.#card = card;
    this.#button = button;
    this.#context = { directory, revealed: state.revealed, key: 'welcome' };
    button.addEventListener('click', () => this.#show(card.hidden));
    button.hidden = true;
    card.addEventListener('click', ({ target }) => {
      const command = target.closest('[data-action="use-command"]')?.dataset.command;
      if (command) onCommand(command);
    });
  }

  async load() {
    this.facts = await call('/api/welcome').catch(() => null);
    if (!this.facts) return;
    this.#button.hidden = false;
    this.#draw();
    if (!recall('welcomed', false)) this.#set(true);
  }

  #show(shown) {
    this.#set(shown);
    if (shown) this.#card.querySelector('h2').focus();
    else this.#button.focus();
  }

  #set(shown) {
    this.#card.hidden = !shown;
    this.#button.setAttribute('aria-expanded', String(shown));
    if (!shown) remember('welcomed', true);
  }

  #draw() {
    const { trial_key: key, model, steps } = this.facts;
    const close = element(
      'button',
      {
        type: 'button',
        class: 'quiet icon-only welcome-close',
        'aria-label': 'Close “Start here”',
        click: () => this.#show(false),
      },
      icon('close'),
    );
    this.#card.replaceChildren(
      close,
      element('h2', { id: 'welcome-title', tabindex: -1 }, 'Start here'),
      element(
        'ol',
        { class: 'steps' },
        steps.map((step, at) =>
          element('li', {}, renderLine(step, { ...this.#context, key: `welcome.${at}` })),
        ),
      ),
      key ? keyLine(key) : '',
      model ? element('p', { class: 'welcome-model' }, renderLine(model, this.#context)) : '',
    );
  }
}

function keyLine(key) {
  const shown = element('code', { class: 'trial-key', tabindex: 0 }, key);
  const said = element('span', { role: 'status' });
  const copy = element(
    'button',
    { type: 'button', class: 'component-button primary', click: onCopy },
    icon('copy'),
    'Copy',
  );

  async function onCopy() {
    try {
      await navigator.clipboard.writeText(key);
      said.textContent = 'Copied.';
    } catch {
      getSelection().selectAllChildren(shown);
      said.textContent = 'Selected: press Ctrl+C.';
    }
  }

  return element('p', { class: 'trial' }, element('span', {}, 'Trial key: '), shown, copy, said);
}
