// Building DOM nodes. Text only ever becomes a text node, so nothing that people or bots write can
// become markup.

/**
 * Makes an element. A property that is `null`, `undefined` or `false` is left out; `true` is an
 * empty attribute; a function is a listener; `dataset` is an object.
 *
 * @param {string} tag
 * @param {{[name: string]: any}} [properties]
 * @param {...(Node | string | number | null | undefined | false | Array)} children
 */
export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) setProperty(made, name, value);
  made.append(...children.flat(Infinity).filter((child) => child || child === 0));
  return made;
}

function setProperty(made, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (typeof value === 'function') made.addEventListener(name, value);
  else if (name === 'dataset') setDataset(made, value);
  else made.setAttribute(name, value === true ? '' : value);
}

function setDataset(made, entries) {
  for (const [name, value] of Object.entries(entries)) {
    if (value !== null && value !== undefined) made.dataset[name] = value;
  }
}

/** Text that only screen readers get. */
export function hiddenText(text) {
  return element('span', { class: 'visually-hidden' }, text);
}

let counter = 0;

/** An id that no other element has, to tie labels and descriptions to what they are about. */
export function uniqueId(prefix) {
  counter += 1;
  return `${prefix}-${counter}`;
}
