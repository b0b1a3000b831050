// What the Markdown parser makes of texts, kind ones and hostile ones. Run: node --test

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { parse } from '../app/markdown/blocks.js';
import { parseInline } from '../app/markdown/inline.js';

/** A tree as short text: **a** is `strong(a)`. */
function brief(nodes) {
  return nodes
    .map((node) => {
      if (node.type === 'text') return node.text;
      const inside = node.children ? brief(node.children) : (node.text ?? node.id ?? node.name ?? '');
      return `${node.type}(${inside})`;
    })
    .join('');
}

const INLINE = [
  ['**a** *b* _c_ __d__ ~~e~~ ||f||', 'strong(a) emphasis(b) emphasis(c) underline(d) strike(e) spoiler(f)'],
  ['***both***', 'strong(emphasis(both))'],
  ['**a *b***', 'strong(a emphasis(b))'],
  ['___x___', 'underline(emphasis(x))'],
  ['*a **b** c*', 'emphasis(a strong(b) c)'],
  ['snake_case_name', 'snake_case_name'],
  ['2 * 3 * 4', '2 * 3 * 4'],
  ['**never closed', '**never closed'],
  ['**bold _open**', 'strong(bold _open)'],
  ['____ and ||||', '____ and ||||'],
  ['`a *b*` ``c`d`` `open', 'code(a *b*) code(c`d) `open'],
  ['\\*a\\* \\a', '*a* \\a'],
  ['[text](https://a.b/c_(d)) [no](javascript:alert(1))', 'link(text) [no](javascript:alert(1))'],
  ['[https://good.org](https://bad.org)', '[https://good.org](link(https://bad.org))'],
  ['see https://a.b/c, and (https://d.e).', 'see link(https://a.b/c), and (link(https://d.e)).'],
  [
    '<https://a.b> <@1> <@!2> <#3> <@&4> </wallet set:5> <:x:6> <t:7:R>',
    'link(https://a.b) mention(1) mention(2) mention(3) mention(4) mention(5) emoji(x) moment()',
  ],
  ['@everyone @everyones', 'mention(@everyone) @everyones'],
  ['a < b > c', 'a < b > c'],
];

test('what is inside of a line', () => {
  for (const [text, tree] of INLINE) assert.equal(brief(parseInline(text)), tree, text);
});

const BLOCKS = [
  ['# A\n## B\n### C\n#### D', 'heading(A)heading(B)heading(C)paragraph(#### D)'],
  ['-# small\n#not', 'subtext(small)paragraph(#not)'],
  ['> a\n> b\nc', 'quote(paragraph(a\nb))paragraph(c)'],
  ['>>> a\n> b', 'quote(paragraph(a\n> b))'],
  ['- a\n  - b\n- c', 'list(item(alist(item(b)))item(c))'],
  ['1. a\n2. b', 'list(item(a)item(b))'],
  ['```rust\nfn a() {}\n```\nafter', 'code-block(fn a() {})paragraph(after)'],
  ['x ```one``` y', 'paragraph(x )code-block(one)paragraph( y)'],
  ['```js\nopen', 'paragraph(```js\nopen)'],
  ['> ```\n> code\n> ```', 'quote(code-block(code))'],
  ['a\n\nb', 'paragraph(a\n\nb)'],
];

test('lines', () => {
  for (const [text, tree] of BLOCKS) assert.equal(brief(parse(text)), tree, text);
});

test('hostile text takes no longer than its length deserves', () => {
  const pieces = [
    '*',
    '**',
    '_',
    '__a',
    '||',
    '`',
    '``a`',
    '[',
    '[a](',
    '[a](http://',
    '<',
    '<@',
    '> ',
    '>>> ',
    '- ',
    '```',
    '```a',
    '\\',
    '* _ ** __ ~~ || ',
    '~',
    'http://',
    '(',
    '# ',
    '  - a\n',
    '***a',
    '*a ',
    '_a',
    '<t:',
    '```\n',
  ];
  for (const piece of pieces) {
    const text = piece.repeat(100_000 / piece.length);
    const start = performance.now();
    parse(text);
    const took = performance.now() - start;
    assert.ok(took < 1500, `${JSON.stringify(piece)} took ${Math.round(took)} ms`);
  }
});
