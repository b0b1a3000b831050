// Changing what is shown into what should be shown, in place. Nodes that stay the same stay the
// same nodes: a button keeps the focus and a `<details>` stays open while a message is edited.
//
// What is handed in must carry its state in attributes, and no listeners of its own.

/** What a person opened or typed belongs to them, not to the one who draws. */
const KEPT_ATTRIBUTES = new Set(['open', 'data-by-arrow']);

/** Makes the children of `parent` look like `wanted`. Children with a `data-key` keep their nodes. */
export function morphChildren(parent, given) {
  const wanted = given.filter((one) => one !== null && one !== '').map(asNode);
  const byKey = new Map();
  for (const child of parent.children) {
    if (child.dataset.key) byKey.set(child.dataset.key, child);
  }
  let next = parent.firstChild;
  for (const node of wanted) {
    const match = matching(node, next, byKey);
    if (!match) {
      parent.insertBefore(node, next);
      continue;
    }
    if (match === next) next = next.nextSibling;
    else parent.insertBefore(match, next);
    morph(match, node);
  }
  while (next) {
    const after = next.nextSibling;
    next.remove();
    next = after;
  }
}

/** Makes one node look like another of the same kind. */
export function morph(from, to) {
  if (from === to) return;
  if (from.nodeType === Node.TEXT_NODE) {
    if (from.nodeValue !== to.nodeValue) from.nodeValue = to.nodeValue;
    return;
  }
  morphAttributes(from, to);
  morphChildren(from, [...to.childNodes]);
}

function asNode(given) {
  return typeof given === 'string' ? document.createTextNode(given) : given;
}

function matching(node, next, byKey) {
  const key = node.dataset?.key;
  if (key) {
    const kept = byKey.get(key);
    byKey.delete(key);
    return kept?.nodeName === node.nodeName ? kept : null;
  }
  const fits = next && next.nodeName === node.nodeName && !next.dataset?.key;
  return fits ? next : null;
}

function morphAttributes(from, to) {
  for (const { name } of [...from.attributes]) {
    if (!to.hasAttribute(name) && !KEPT_ATTRIBUTES.has(name)) from.removeAttribute(name);
  }
  for (const { name, value } of to.attributes) {
    if (from.getAttribute(name) !== value && !KEPT_ATTRIBUTES.has(name)) from.setAttribute(name, value);
  }
}
