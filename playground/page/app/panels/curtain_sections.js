// The sections behind the curtain, each a pure drawing of its facts.

import { hueOf } from '../chat/avatar.js';
import { element } from '../core/element.js';
import { readableSize } from '../core/files.js';

const TONES = [
  ['good', /^(done|answered|completed|active)$/],
  ['bad', /^(failed|aborted|interrupted|expired|refused.*)$/],
  ['busy', /^(gathering|queued|claimed|calling|started|first byte)$/],
];
const DONE = /^(done|answered|failed|cancelled|expired|interrupted)$/;

/** Requests as timelines, with the time between the steps. */
export function requests(facts) {
  if (facts.length === 0) return nothing('No request yet. Talk to a personality.');
  return element(
    'ul',
    { class: 'requests' },
    facts.map((request) =>
      element(
        'li',
        { class: 'request', dataset: { key: request.id } },
        element(
          'p',
          { class: 'request-head' },
          state(request.state),
          element('code', { title: `request ${request.id}` }, request.reference),
          ' for ',
          personChip(request.user),
        ),
        timeline(request),
        request.detail ? element('p', { class: 'request-detail' }, request.detail) : null,
      ),
    ),
  );
}

function timeline({ steps = [], state: now }) {
  const running = !DONE.test(now);
  const drawn = steps.map(({ name, at }, index) => {
    // a step may be too short for anybody to have written down when it was
    const before = steps.slice(0, index).findLast((step) => step.at);
    const gap =
      index === 0
        ? null
        : element('span', { class: 'gap' }, at && before ? wordGap(new Date(at) - new Date(before.at)) : '');
    const last = index === steps.length - 1;
    return element(
      'li',
      { class: `step${last && running ? ' running' : ''}` },
      gap,
      element('span', { class: 'step-name' }, name),
    );
  });
  return element('ol', { class: 'timeline' }, drawn);
}

function wordGap(ms) {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 60_000)} min`;
}

/** Whom there is work for: ids on their way, and those that went last. */
export function wakes({ where, waiting = [], newest = [], sent }) {
  return element(
    'div',
    {},
    waiting.length > 0
      ? [element('h4', {}, 'Waiting'), peopleChips(waiting)]
      : element('p', { class: 'empty' }, 'Nothing waits right now.'),
    newest.length > 0 ? [element('h4', {}, 'The newest wake-ups'), peopleChips(newest)] : null,
    element('p', { class: 'request-detail' }, [where, sent === undefined ? '' : ` Wake-ups sent: ${sent}.`]),
  );
}

/** Each once, in the order in which they come. */
function peopleChips(users) {
  return element(
    'ul',
    { class: 'wakes' },
    [...new Set(users)].map((user) => element('li', { dataset: { key: user } }, personChip(user, true))),
  );
}

/** Rows of stored keys: what an administrator would find in the database. */
export function keys(facts) {
  if (facts.length === 0) return nothing('No key is stored. `/wallet set` stores one.');
  return element(
    'ul',
    { class: 'cards' },
    facts.map((key) =>
      element(
        'li',
        { class: 'card' },
        element(
          'p',
          { class: 'request-head' },
          state(key.state),
          element('strong', {}, key.provider),
          element('code', {}, key.last4 ?? '…????'),
          ' of ',
          personChip(key.user),
        ),
        element(
          'dl',
          { class: 'cipher' },
          ['iv', 'content', 'tag'].flatMap((part) => [
            element('dt', {}, part),
            element('dd', {}, key[part] ? element('code', {}, key[part]) : element('em', {}, 'erased')),
          ]),
        ),
      ),
    ),
  );
}

/** Calls to the provider. */
export function calls(facts) {
  if (facts.length === 0) return nothing('The provider was not asked yet.');
  return element(
    'ul',
    { class: 'cards' },
    facts.map((call, at) =>
      element(
        'li',
        { class: 'card', dataset: { key: `call-${call.id ?? facts.length - at}` } },
        element(
          'p',
          { class: 'request-head' },
          state(call.stage),
          element('strong', {}, call.model),
          ' on key ',
          element('code', {}, call.key),
        ),
        element(
          'p',
          { class: 'request-detail' },
          [call.chunks === undefined ? null : `${call.chunks} chunks`, call.cost].filter(Boolean).join(' · '),
        ),
        parameters(call.parameters),
        call.messages?.length ? messages(call.messages) : null,
      ),
    ),
  );
}

/** What was asked for beside the conversation. */
function parameters(given = {}) {
  const names = Object.keys(given);
  if (names.length === 0) return null;
  return element(
    'details',
    { class: 'call-messages' },
    element('summary', {}, names.length === 1 ? '1 parameter' : `${names.length} parameters`),
    element(
      'dl',
      {},
      names.flatMap((name) => [element('dt', {}, name), element('dd', {}, JSON.stringify(given[name]))]),
    ),
  );
}

/** A picture's type and size; never the picture itself. */
function wordImage({ content_type: type, size }) {
  return type ? `Picture: ${type}, ${readableSize(size)}` : 'Picture, by its address';
}

function messages(given) {
  return element(
    'details',
    { class: 'call-messages' },
    element('summary', {}, `${given.length} messages were sent`),
    element(
      'dl',
      {},
      given.flatMap(({ role, content, images = [] }) => [
        element('dt', {}, role),
        element('dd', {}, typeof content === 'string' ? content : JSON.stringify(content)),
        ...images.map((image) => element('dd', { class: 'call-image' }, wordImage(image))),
      ]),
    ),
  );
}

/** The newest lines of the log. */
export function log(lines) {
  if (lines.length === 0) return nothing('The log is empty.');
  return element(
    'div',
    { class: 'tail', tabindex: 0, role: 'group', 'aria-label': 'The newest lines of the log' },
    lines.map((line) => element('p', { class: `log-line ${levelOf(line)}` }, line)),
  );
}

function levelOf(line) {
  return /\b(TRACE|DEBUG|INFO|WARN|ERROR)\b/.exec(line)?.[1].toLowerCase() ?? 'info';
}

/** What went between the bot and Discord. */
export function wire(entries) {
  if (entries.length === 0) return nothing('Nothing was sent yet.');
  return element(
    'div',
    { class: 'tail', tabindex: 0, role: 'group', 'aria-label': 'The newest exchanges with Discord' },
    entries.map(({ at, line, body }) =>
      element(
        'div',
        { class: 'wire-line', dataset: { key: `${at} ${line}` } },
        element('span', { class: 'wire-at' }, at),
        body
          ? element('details', {}, element('summary', {}, line), element('code', {}, body))
          : element('span', {}, line),
      ),
    ),
  );
}

/** An internal id in the colour that is always its own, so that one can follow it. */
function personChip(user, whole = false) {
  if (!user) return element('span', { class: 'person-chip' }, 'nobody');
  return element(
    'code',
    { class: `person-chip hue-edge-${hueOf(user)}`, title: `user ${user}` },
    whole ? user : `…${user.slice(-8)}`,
  );
}

function state(name) {
  const tone = TONES.find(([, names]) => names.test(name))?.[0] ?? 'plain';
  return element('span', { class: `state ${tone}` }, name);
}

function nothing(text) {
  return element('p', { class: 'empty' }, text.replaceAll('`', ''));
}
