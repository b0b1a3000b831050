// Discord's Markdown, what points somewhere: links, mentions, moments, emoji. Pure. Each reader looks
// at one place of the text and answers with a node and its length, or `null`.

/** A longer address is no link: this bounds how far each reader looks. */
const ADDRESS = String.raw`https?:\/\/(?:[^\s()<>]|\([^\s()<>]{0,500}\)){1,2000}`;
const MASKED = new RegExp(String.raw`\[([^[\]\n]{1,1000})\]\(<?(${ADDRESS})>?(?: +"[^"\n]{0,500}")?\)`, 'y');
const AUTOLINK = /https?:\/\/[^\s<]{1,2000}/y;
const ANGLE = /<([^<>\n]{1,2100})>/y;

const ANGLE_FORMS = [
  [/^@!?(\d{1,20})$/, ([, id]) => ({ type: 'mention', of: 'user', id })],
  [/^@&(\d{1,20})$/, ([, id]) => ({ type: 'mention', of: 'role', id })],
  [/^#(\d{1,20})$/, ([, id]) => ({ type: 'mention', of: 'channel', id })],
  [/^\/([^:]{1,100}):(\d{1,20})$/, ([, name, id]) => ({ type: 'mention', of: 'command', name, id })],
  [
    /^t:(-?\d{1,13})(?::([tTdDfFRsS]))?$/,
    ([, seconds, style]) => ({ type: 'moment', seconds: Number(seconds), style: style ?? 'f' }),
  ],
  [/^(a?):(\w{1,32}):(\d{1,20})$/, ([, , name]) => ({ type: 'emoji', name })],
  [/^(https?:\/\/[^\s]+)$/, ([, address]) => linkTo(address)],
];

/** `<@1>`, `<#1>`, `<t:1:R>`, `<https://…>` and their like. */
export function readAngle(text, at) {
  const found = matchAt(ANGLE, text, at);
  if (!found) return null;
  for (const [form, make] of ANGLE_FORMS) {
    const parts = form.exec(found[1]);
    const node = parts && make(parts);
    if (node) return { node, length: found[0].length };
  }
  return null;
}

/** `[text](https://…)`. A text that itself looks like an address could lie about where it leads. */
export function readMasked(text, at, parseInline) {
  const found = matchAt(MASKED, text, at);
  if (!found || /https?:\/\//.test(found[1]) || found[1].trim() === '') return null;
  const node = linkTo(found[2]);
  if (!node) return null;
  node.children = parseInline(found[1], { links: false });
  return { node, length: found[0].length };
}

/** An address in running text; the punctuation behind it is not part of it. */
export function readAutolink(text, at) {
  const found = matchAt(AUTOLINK, text, at);
  if (!found) return null;
  const address = withoutTail(found[0]);
  const node = linkTo(address);
  return node && { node, length: address.length };
}

function linkTo(address) {
  let url;
  try {
    url = new URL(address);
  } catch {
    return null;
  }
  const safe = url.protocol === 'https:' || url.protocol === 'http:';
  return safe ? { type: 'link', href: url.href, children: [{ type: 'text', text: address }] } : null;
}

function withoutTail(address) {
  let end = address.length;
  let surplus = count(address, ')') - count(address, '(');
  for (; end > 0; end -= 1) {
    const last = address[end - 1];
    if (last === ')' && surplus > 0) surplus -= 1;
    else if (!'.,:;!?"\'*_~|]'.includes(last)) break;
  }
  return address.slice(0, end);
}

function count(text, character) {
  return text.split(character).length - 1;
}

function matchAt(pattern, text, at) {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
