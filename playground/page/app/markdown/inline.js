// Discord's Markdown, what is inside of a line: bold, links, mentions, spoilers. Pure.
//
// One pass with a stack. A marker closes the open one of its kind, if there is one, else opens; what
// is still open at the end was plain text. As each kind can be open once, the stack stays shallow and
// the work grows with the length of the text alone.

import { readAngle, readAutolink, readMasked } from './links.js';

const SPECIAL = /[\\*_~|`<[@]|https?:\/\//g;
const ESCAPABLE = /[^\p{L}\p{N}\s]/u;
const WORD = /[\p{L}\p{N}_]/u;
const EVERYBODY = /@(everyone|here)(?![\w])/y;

const KINDS = {
  '**': 'strong',
  '*': 'emphasis',
  __: 'underline',
  _: 'emphasis',
  '~~': 'strike',
  '||': 'spoiler',
};

/** Reads running text. `links` off: inside of a link there is no other. */
export function parseInline(text, { links = true } = {}) {
  return new Inline(text, links).read();
}

class Inline {
  #text;
  #links;
  #at = 0;
  #stack = [{ marker: null, children: [] }];
  /** Lengths of backtick runs that nothing further on closes. */
  #openForever = new Set();

  constructor(text, links) {
    this.#text = text;
    this.#links = links;
  }

  read() {
    while (this.#at < this.#text.length) {
      SPECIAL.lastIndex = this.#at;
      const found = SPECIAL.exec(this.#text);
      this.#plain(this.#text.slice(this.#at, found?.index ?? this.#text.length));
      this.#at = found?.index ?? this.#text.length;
      if (found) this.#special(found[0]);
    }
    while (this.#stack.length > 1) this.#giveUp();
    return this.#stack[0].children;
  }

  #special(start) {
    if (start === '\\') this.#escape();
    else if (start === '`') this.#code();
    else if (start === '<') this.#take(readAngle(this.#text, this.#at));
    else if (start === '@') this.#take(this.#everybody());
    else if (start === '[') this.#take(this.#links ? readMasked(this.#text, this.#at, parseInline) : null);
    else if (start.startsWith('http')) this.#take(this.#links ? readAutolink(this.#text, this.#at) : null);
    else this.#markers(start);
  }

  /** Takes what was read, or one character as it is. */
  #take(read) {
    if (!read) {
      this.#plain(this.#text[this.#at]);
      this.#at += 1;
      return;
    }
    this.#top().children.push(read.node);
    this.#at += read.length;
  }

  #escape() {
    const next = this.#text[this.#at + 1] ?? '';
    const escaped = ESCAPABLE.test(next);
    this.#plain(escaped ? next : '\\');
    this.#at += escaped ? 2 : 1;
  }

  #code() {
    const run = this.#run('`');
    const end = this.#openForever.has(run) ? -1 : this.#closingTicks(run);
    if (end < 0) {
      this.#openForever.add(run);
      this.#plain('`'.repeat(run));
      this.#at += run;
      return;
    }
    const inside = this.#text.slice(this.#at + run, end);
    this.#top().children.push({ type: 'code', text: inside.replace(/^ (.*) $/s, '$1') });
    this.#at = end + run;
  }

  #closingTicks(run) {
    const ticks = /`+/g;
    ticks.lastIndex = this.#at + run;
    for (let found = ticks.exec(this.#text); found; found = ticks.exec(this.#text)) {
      if (found[0].length === run) return found.index;
    }
    return -1;
  }

  #everybody() {
    EVERYBODY.lastIndex = this.#at;
    const found = EVERYBODY.exec(this.#text);
    return found && { length: found[0].length, node: { type: 'mention', of: 'everybody', text: found[0] } };
  }

  /** One or more markers of the same character, all of which are read here. */
  #markers(character) {
    const length = this.#run(character);
    const run = { before: this.#text[this.#at - 1] ?? ' ', after: this.#text[this.#at + length] ?? ' ' };
    for (const marker of this.#split(character, length)) {
      if (KINDS[marker]) this.#marker(marker, run);
      else this.#plain(marker);
    }
    this.#at += length;
  }

  /** The markers that a run is made of. A long one is a line or a blank somebody drew. */
  #split(character, length) {
    const doubled = character + character;
    const closes = this.#isOpen(doubled) && this.#top().children.length > 0;
    if (length === 4 && closes) return [doubled, doubled];
    if (length > 3) return [character.repeat(length)];
    if (length < 3) return [length === 2 ? doubled : character];
    // Of two kinds at once, the one that was opened last closes first.
    const innermost = this.#stack.findLast(({ marker }) => marker === character || marker === doubled);
    return innermost?.marker === character ? [character, doubled] : [doubled, character];
  }

  #marker(marker, run) {
    const open = this.#isOpen(marker);
    if (open && mayClose(marker, run)) this.#close(marker);
    else if (!open && mayOpen(marker, run)) this.#stack.push({ marker, children: [] });
    else this.#plain(marker);
  }

  #close(marker) {
    while (this.#top().marker !== marker) this.#giveUp();
    if (this.#top().children.length === 0) {
      this.#giveUp();
      this.#plain(marker);
      return;
    }
    const { children } = this.#stack.pop();
    this.#top().children.push({ type: KINDS[marker], children });
  }

  /** The innermost open marker was plain text after all. */
  #giveUp() {
    const { marker, children } = this.#stack.pop();
    this.#plain(marker);
    for (const child of children) {
      if (child.type === 'text') this.#plain(child.text);
      else this.#top().children.push(child);
    }
  }

  #plain(text) {
    if (text === '') return;
    const last = this.#top().children.at(-1);
    if (last?.type === 'text') last.text += text;
    else this.#top().children.push({ type: 'text', text });
  }

  #top() {
    return this.#stack.at(-1);
  }

  #isOpen(marker) {
    return this.#stack.some((frame) => frame.marker === marker);
  }

  #run(character) {
    let end = this.#at;
    while (this.#text[end] === character) end += 1;
    return end - this.#at;
  }
}

/** `2 * 3` multiplies, and the underscores of `a_long_name` belong to it. */
function mayOpen(marker, { before, after }) {
  if (marker === '*') return /\S/.test(after);
  return marker !== '_' || !WORD.test(before);
}

function mayClose(marker, { before, after }) {
  if (marker === '*') return /\S/.test(before);
  return marker !== '_' || !WORD.test(after);
}
