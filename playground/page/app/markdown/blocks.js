// Discord's Markdown, the lines: headings, quotes, lists, code blocks. What is inside of a line is
// read by `inline.js`. Pure: text in, a tree of plain objects out.
//
// Every step moves forward through the text, and what was searched for in vain is not searched for
// again, so that no text, however hostile, takes longer than its length deserves.

import { parseInline } from './inline.js';

const FENCE = '```';
const HEADING = /^(#{1,3}) +(\S.*)$/;
const SUBTEXT = /^-# +(\S.*)$/;
const ITEM = /^( *)([-*]|\d{1,9}\.) +(\S.*)$/;
const CODE = /^(?:([a-z0-9_+\-.#]+)\n)?\n*([^]*)$/i;

/**
 * @typedef {object} Node
 * @property {string} type
 * @property {string} [text]
 * @property {Node[]} [children]
 */

/** Reads a message's whole text. @returns {Node[]} */
export function parse(text) {
  return new Blocks(text.replace(/\r\n?/g, '\n'), false).read();
}

class Blocks {
  #text;
  #at = 0;
  #insideQuote;
  #paragraph = '';
  #nodes = [];
  #noFenceLeft = false;

  constructor(text, insideQuote) {
    this.#text = text;
    this.#insideQuote = insideQuote;
  }

  read() {
    while (this.#at < this.#text.length) {
      if (!this.#block()) this.#plainLine();
    }
    this.#flush();
    return this.#nodes;
  }

  /** Reads a block that begins on this line, if one does. */
  #block() {
    const line = this.#line();
    if (!this.#insideQuote && line.startsWith('>')) {
      if (this.#quote(line)) return true;
    }
    if (
      this.#leaf(line, HEADING, (found) => ({
        type: 'heading',
        level: found[1].length,
        children: parseInline(found[2]),
      }))
    )
      return true;
    if (this.#leaf(line, SUBTEXT, (found) => ({ type: 'subtext', children: parseInline(found[1]) })))
      return true;
    return ITEM.test(line) && this.#list();
  }

  #leaf(line, pattern, make) {
    const found = line.includes(FENCE) ? null : pattern.exec(line);
    if (!found) return false;
    this.#push(make(found));
    this.#skipLine(line);
    return true;
  }

  #quote(line) {
    if (line.startsWith('>>> ')) {
      const rest = this.#text.slice(this.#at + 4);
      this.#push({ type: 'quote', children: new Blocks(rest, true).read() });
      this.#at = this.#text.length;
      return true;
    }
    if (!line.startsWith('> ')) return false;
    const quoted = [];
    for (let next = line; next.startsWith('> ') && this.#at < this.#text.length; next = this.#line()) {
      quoted.push(next.slice(2));
      this.#skipLine(next);
    }
    this.#push({ type: 'quote', children: new Blocks(quoted.join('\n'), true).read() });
    return true;
  }

  #list() {
    const items = [];
    while (this.#at < this.#text.length) {
      const line = this.#line();
      const found = ITEM.exec(line);
      if (found) items.push(itemOf(found));
      else if (items.length > 0 && /^ +\S/.test(line)) items.at(-1).text += `\n${line.trim()}`;
      else break;
      this.#skipLine(line);
    }
    this.#push(...nest(items));
    return true;
  }

  /** A line of running text, up to a code block if one begins in it. */
  #plainLine() {
    const line = this.#line();
    const fence = this.#noFenceLeft ? -1 : line.indexOf(FENCE);
    if (fence < 0 || !this.#code(this.#at + fence)) {
      this.#paragraph += `${line}\n`;
      this.#skipLine(line);
    }
  }

  #code(start) {
    const end = this.#text.indexOf(FENCE, start + FENCE.length);
    if (end < 0) {
      this.#noFenceLeft = true;
      return false;
    }
    const [, language = '', code] = CODE.exec(this.#text.slice(start + FENCE.length, end));
    if (code.trim() === '') return false;
    this.#paragraph += this.#text.slice(this.#at, start);
    this.#push({ type: 'code-block', language, text: code.replace(/\n+$/, '') });
    this.#at = end + FENCE.length;
    if (this.#text[this.#at] === '\n') this.#at += 1;
    return true;
  }

  #push(...nodes) {
    this.#flush();
    this.#nodes.push(...nodes);
  }

  #flush() {
    const text = this.#paragraph.replace(/\n$/, '');
    this.#paragraph = '';
    if (text !== '') this.#nodes.push({ type: 'paragraph', children: parseInline(text) });
  }

  #line() {
    const end = this.#text.indexOf('\n', this.#at);
    return this.#text.slice(this.#at, end < 0 ? undefined : end);
  }

  #skipLine(line) {
    this.#at += line.length + 1;
  }
}

function itemOf([, indent, marker, text]) {
  const ordered = marker.endsWith('.');
  return { indent: indent.length, ordered, start: ordered ? Number.parseInt(marker, 10) : null, text };
}

/** Puts items that are indented further into the list of the item before them. */
function nest(items) {
  const top = { children: [] };
  const open = [{ indent: -1, holder: top }];
  for (const { indent, ordered, start, text } of items) {
    while (open.at(-1).indent >= indent) open.pop();
    const item = { type: 'item', children: parseInline(text) };
    const { holder } = open.at(-1);
    const last = holder.children.at(-1);
    if (last?.type === 'list' && last.ordered === ordered) last.children.push(item);
    else holder.children.push({ type: 'list', ordered, start, children: [item] });
    open.push({ indent, holder: item });
  }
  return top.children;
}
