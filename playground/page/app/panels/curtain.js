// “Behind the curtain”: what the parts of the bot know and say while somebody talks with it. Each
// section is there to let one promise be seen.

import { element } from '../core/element.js';
import { morphChildren } from '../core/morph.js';
import { listen } from '../core/server.js';
import { calls, keys, log, requests, wakes, wire } from './curtain_sections.js';
import { panelFrame } from './panel.js';

const SECTIONS = [
  {
    part: 'requests',
    title: 'The life of a request',
    promise: 'What was accepted is committed to the database first, and ends in one visible outcome.',
    draw: requests,
  },
  {
    part: 'wakes',
    title: 'What Redis holds',
    promise: 'The ids of users who have something waiting, and nothing else.',
    draw: wakes,
  },
  {
    part: 'keys',
    title: 'What a key’s row holds',
    promise: 'Ciphertext: nobody without the master key can read this.',
    draw: keys,
  },
  {
    part: 'calls',
    title: 'What the provider was asked',
    promise: 'Each call is made with the key of the person who asked, and at most once by itself.',
    draw: calls,
  },
  {
    part: 'log',
    title: 'What the log says',
    promise: 'Ids, states and durations: no key, no token, no message text.',
    draw: log,
  },
  {
    part: 'wire',
    title: 'The wire',
    promise: 'Everything between the bot and Discord, as it is sent.',
    draw: wire,
  },
];

const AT_THE_END_PX = 30;

export class Curtain {
  panel;
  #body;
  #onFaults;
  #shown = false;
  #close = null;

  /** @param {(faults: object) => void} onFaults told when the switches changed */
  constructor(onFaults) {
    this.#onFaults = onFaults;
    const { panel, body } = panelFrame({
      id: 'curtain-panel',
      title: 'Behind the curtain',
      testid: 'curtain',
      about: 'What happens inside while you talk. Write a message and watch.',
    });
    this.panel = panel;
    this.#body = element('div', { class: 'curtain-sections' });
    this.#body.append(element('p', { class: 'empty' }, 'Nothing to see yet.'));
    body.append(this.#body);
    document.addEventListener('visibilitychange', () => this.#connect());
  }

  setShown(shown) {
    this.#shown = shown;
    this.#connect();
  }

  /** A browser keeps few connections to one server: this one is given up while nobody looks. */
  #connect() {
    const wanted = this.#shown && document.visibilityState === 'visible';
    if (wanted && !this.#close) {
      this.#close = listen('/api/curtain', { curtain: (facts) => this.#show(facts), faults: this.#onFaults });
    } else if (!wanted && this.#close) {
      this.#close();
      this.#close = null;
    }
  }

  #show(facts) {
    const tails = [...this.#body.querySelectorAll('.tail')].map((tail) => [tail, isAtEnd(tail)]);
    const drawn = SECTIONS.filter(({ part }) => facts[part]).map((section) =>
      drawSection(section, facts[section.part]),
    );
    morphChildren(this.#body, drawn);
    const known = new Map(tails);
    for (const tail of this.#body.querySelectorAll('.tail')) {
      if (known.get(tail) ?? true) tail.scrollTop = tail.scrollHeight;
    }
  }
}

function drawSection({ part, title, promise, draw }, facts) {
  const count = Array.isArray(facts) ? element('span', { class: 'section-count' }, facts.length) : null;
  return element(
    'details',
    { class: 'curtain-section', open: true, dataset: { key: part, part } },
    element('summary', {}, element('h3', {}, title), count),
    element('p', { class: 'promise' }, promise),
    draw(facts),
  );
}

function isAtEnd({ scrollHeight, scrollTop, clientHeight }) {
  return scrollHeight - scrollTop - clientHeight < AT_THE_END_PX;
}
