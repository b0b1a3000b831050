// Drawing the tree that the Markdown parser made. Only elements that are named here ever appear.

import { element, hiddenText } from '../core/element.js';
import { parse } from './blocks.js';
import { parseInline } from './inline.js';
import { wordMoment } from './moments.js';

const PLAIN = { strong: 'strong', emphasis: 'em', underline: 'u', strike: 's', item: 'li' };
const ONLY_EMOJI =
  /^(?:\s|<a?:\w{1,32}:\d{1,20}>|\p{Emoji_Presentation}|\p{Extended_Pictographic}|\u200d|\ufe0f|[\u{1f3fb}-\u{1f3ff}]){1,80}$/u;

/**
 * Draws Markdown. `context.key` makes each spoiler's name, by which `context.revealed` knows it.
 *
 * @param {string} text
 * @param {{directory: object, revealed: Set<string>, key: string}} context
 */
export function renderMarkdown(text, context) {
  const renderer = new Renderer(context);
  const large = ONLY_EMOJI.test(text) && /\P{ASCII}/u.test(text);
  return element('div', { class: `markdown${large ? ' only-emoji' : ''}` }, renderer.all(parse(text)));
}

/** Draws one line of Markdown, without blocks. */
export function renderLine(text, context) {
  return new Renderer(context).all(parseInline(text));
}

class Renderer {
  #context;
  #spoilers = 0;
  /** The page's own headings end at the second level. */
  #headingLevel = 2;

  constructor(context) {
    this.#context = context;
  }

  all(nodes) {
    return nodes.map((node) => this.#node(node));
  }

  #node(node) {
    if (node.type === 'text') return node.text;
    if (PLAIN[node.type]) return element(PLAIN[node.type], {}, this.all(node.children));
    switch (node.type) {
      case 'paragraph':
        return element('p', {}, this.all(node.children));
      case 'heading':
        return this.#heading(node);
      case 'subtext':
        return element('p', { class: 'subtext' }, element('small', {}, this.all(node.children)));
      case 'quote':
        return element('blockquote', {}, this.all(node.children));
      case 'list':
        return this.#list(node);
      case 'code':
        return element('code', {}, node.text);
      case 'code-block':
        return codeBlock(node);
      case 'link':
        return this.#link(node);
      case 'spoiler':
        return this.#spoiler(node);
      case 'mention':
        return this.#mention(node);
      case 'moment':
        return moment(node);
      case 'emoji':
        return element('span', { class: 'custom-emoji' }, `:${node.name}:`);
      default:
        return '';
    }
  }

  /** Looks as large as it was written, but skips no level in the page's outline. */
  #heading({ level, children }) {
    this.#headingLevel = Math.min(level + 2, this.#headingLevel + 1);
    return element(`h${this.#headingLevel}`, { class: `heading-${level}` }, this.all(children));
  }

  #list(node) {
    const start = node.ordered && node.start !== 1 ? node.start : null;
    return element(node.ordered ? 'ol' : 'ul', { start }, this.all(node.children));
  }

  #link(node) {
    const children = this.all(node.children);
    return element(
      'a',
      { href: node.href, title: node.href, target: '_blank', rel: 'noopener noreferrer' },
      children,
    );
  }

  #spoiler(node) {
    const key = `${this.#context.key}.${this.#spoilers}`;
    this.#spoilers += 1;
    const children = this.all(node.children);
    if (this.#context.revealed.has(key)) return element('span', { class: 'spoiler revealed' }, children);
    return element(
      'span',
      {
        class: 'spoiler',
        role: 'button',
        tabindex: 0,
        'aria-label': 'Spoiler, hidden: reveal',
        dataset: { action: 'reveal', spoiler: key },
      },
      element('span', { inert: true, 'aria-hidden': 'true' }, children),
    );
  }

  #mention(node) {
    const { directory } = this.#context;
    if (node.of === 'channel') {
      const channel = directory.channel(node.id);
      if (!channel) return element('span', { class: 'mention' }, '#unknown');
      return element('a', { class: 'mention', href: `#/${channel.id}` }, directory.channelLabel(channel));
    }
    if (node.of === 'command') {
      const dataset = { action: 'use-command', command: node.name };
      return element('button', { type: 'button', class: 'mention', dataset }, `/${node.name}`);
    }
    const user = node.of === 'user' ? directory.user(node.id) : null;
    const role = node.of === 'role' ? directory.role(node.id) : null;
    const mine =
      (user !== null && user.id === directory.world?.viewer.id) ||
      (role !== null && directory.hasRole(role.id)) ||
      node.of === 'everybody';
    const name = {
      user: `@${user?.display_name ?? 'unknown-user'}`,
      role: `@${role?.name ?? 'unknown-role'}`,
      everybody: node.text,
    }[node.of];
    return element('span', { class: `mention${mine ? ' of-me' : ''}` }, name);
  }
}

function codeBlock({ language, text }) {
  const label = language ? hiddenText(`Code, ${language}: `) : null;
  return element(
    'pre',
    { tabindex: 0, dataset: { language: language || null } },
    label,
    element('code', {}, text),
  );
}

function moment({ seconds, style }) {
  const date = new Date(seconds * 1000);
  const valid = !Number.isNaN(date.getTime());
  return element(
    'time',
    {
      datetime: valid ? date.toISOString() : null,
      title: wordMoment(seconds, 'F'),
      dataset: style === 'R' ? { relative: seconds } : {},
    },
    wordMoment(seconds, style),
  );
}
