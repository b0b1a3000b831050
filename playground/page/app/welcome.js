// “Start here”: the first steps, for somebody who has never been here.

import { element, hiddenText } from './core/element.js';
import { icon } from './core/icons.js';
import { recall, remember } from './core/memory.js';
import { call } from './core/server.js';
import { renderLine } from './markdown/render.js';

/** Where there is little room, the steps make way for the messages. */
const NARROW = matchMedia('(max-width: 760px)');

export class Welcome {
  /** What the server tells newcomers; `null` if it has nothing to tell. */
  facts = null;
  #card;
  #button;
  #state;
  #context;
  #steps = element('div', { class: 'welcome-steps', id: 'welcome-steps' });
  #fold = element('button', {
    type: 'button',
    class: 'quiet welcome-fold',
    'aria-controls': 'welcome-steps',
    click: () => this.#setFolded(!this.#folded),
  });
  #folded = false;
  /** Who unfolds it wants to read it: their own messages fold it once. */
  #hasSpoken = false;

  /** @param {(command: string) => void} onCommand told which of the commands in the steps was clicked */
  constructor(card, button, { directory, state, composer, onCommand }) {
    this.#card = card;
    this.#button = button;
    this.#state = state;
    this.#context = { directory, revealed: state.revealed, key: 'welcome' };
    button.addEventListener('click', () => this.#show(card.hidden));
    button.hidden = true;
    card.append(this.#head(), this.#steps);
    card.addEventListener('click', ({ target }) => {
      const command = target.closest('[data-action="use-command"]')?.dataset.command;
      if (command) onCommand(command);
    });
    composer.addEventListener('focusin', () => this.#setFolded(true));
    state.on('messages', () => this.#foldOnceSpoken());
    NARROW.addEventListener('change', () => this.#drawFold());
    this.#drawFold();
  }

  async load() {
    const facts = await call('/api/welcome').catch(() => null);
    if (!facts || JSON.stringify(facts) === JSON.stringify(this.facts)) return;
    this.facts = facts;
    this.#button.hidden = false;
    this.#drawSteps();
    if (!recall('welcomed', false)) this.#set(true);
  }

  #show(shown) {
    if (shown) this.#setFolded(false);
    this.#set(shown);
    if (shown) this.#card.querySelector('h2').focus();
    else this.#button.focus();
  }

  #set(shown) {
    this.#card.hidden = !shown;
    this.#button.setAttribute('aria-expanded', String(shown));
    if (!shown) remember('welcomed', true);
  }

  #foldOnceSpoken() {
    const viewer = this.#state.world?.viewer.id;
    // Not under the fingers of somebody who is in the middle of it.
    if (this.#hasSpoken || this.#card.contains(document.activeElement)) return;
    for (const { author } of this.#state.everyMessage()) {
      if (author.id !== viewer) continue;
      this.#hasSpoken = true;
      this.#setFolded(true);
      return;
    }
  }

  #setFolded(folded) {
    this.#folded = folded;
    this.#drawFold();
  }

  /** In a wide window there is nothing to fold. */
  #drawFold() {
    const folded = NARROW.matches && this.#folded;
    this.#steps.hidden = folded;
    this.#card.classList.toggle('folded', folded);
    this.#fold.hidden = !NARROW.matches;
    this.#fold.setAttribute('aria-expanded', String(!folded));
    this.#fold.replaceChildren(folded ? 'Show' : 'Hide', hiddenText(' the first steps'));
  }

  #head() {
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
    const title = element('h2', { id: 'welcome-title', tabindex: -1 }, 'Start here');
    return element('div', { class: 'welcome-head' }, title, this.#fold, close);
  }

  #drawSteps() {
    const { trial_key: key, model, steps } = this.facts;
    this.#steps.replaceChildren(
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
