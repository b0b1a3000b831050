// “Behind the curtain”: what the parts of the bot know and say while somebody talks with it. Each
// section is there to let one promise be seen.

import { element } from '../core/element.js';
import { morphChildren } from '../core/morph.js';
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
    promise: 'User ids, and nothing else, pass through it.',
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
  /** What each section shows, as JSON: an unchanged one isn't touched. */
  #shown = new Map();

  constructor() {
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
  }

  /** Shows what the parts know now. */
  show(scene) {
    const told = SECTIONS.filter(({ part }) => scene[part]);
    const now = new Map(told.map(({ part }) => [part, JSON.stringify(scene[part])]));
    const isSame = ({ part }) => now.get(part) === this.#shown.get(part);
    if (now.size > 0 && now.size === this.#shown.size && told.every(isSame)) return;
    const drawn = told.map((section) =>
      isSame(section) ? this.#sectionOf(section) : drawSection(section, scene[section.part]),
    );
    this.#shown = now;
    this.#place(drawn.length > 0 ? drawn : [element('p', { class: 'empty' }, 'Nothing to see yet.')]);
  }

  #sectionOf({ part }) {
    return this.#body.querySelector(`:scope > [data-part="${part}"]`);
  }

  /** Who read the end of a list goes on reading its end. */
  #place(drawn) {
    const known = new Map([...this.#body.querySelectorAll('.tail')].map((tail) => [tail, isAtEnd(tail)]));
    morphChildren(this.#body, drawn);
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
