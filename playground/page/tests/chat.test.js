// How messages are grouped, and how people are named in them. Run: node --test

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { rowsOf } from '../app/chat/grouping.js';
import { decodeMentions, encodeMentions, namedAt } from '../app/composer/mentions.js';
import { compareIds, isYounger } from '../app/core/ids.js';

let minute = 0;

function message(author, more = {}) {
  minute += 1;
  return {
    id: String(1000 + minute),
    author: { id: author, name: author },
    written: new Date(2026, 10, 20, 12, minute).toISOString(),
    kind: 0,
    ephemeral: false,
    reply_to: null,
    command: null,
    ...more,
  };
}

function brief(rows) {
  return rows.map((row) =>
    row.kind === 'message' ? `${row.continues ? '+' : ''}${row.message.author.name}` : row.kind,
  );
}

test('messages of one author in a row belong together', () => {
  const rows = rowsOf(
    [message('a'), message('a'), message('b'), message('a'), message('a', { kind: 19 })],
    null,
  );
  assert.deepEqual(brief(rows), ['day', 'a', '+a', 'b', 'a', 'a']);
});

test('a webhook that changes its name is somebody else', () => {
  const viola = message('w');
  const orsino = { ...message('w'), author: { id: 'w', name: 'Orsino' } };
  assert.deepEqual(brief(rowsOf([viola, orsino], null)), ['day', 'w', 'Orsino']);
});

test('days, long pauses and what is new part them', () => {
  const first = message('a');
  const later = { ...message('a'), written: new Date(2026, 10, 20, 14).toISOString() };
  const next = { ...message('a'), written: new Date(2026, 10, 21, 9).toISOString() };
  const fresh = { ...message('a'), written: new Date(2026, 10, 21, 9, 1).toISOString() };
  assert.deepEqual(brief(rowsOf([first, later, next, fresh], fresh.id)), [
    'day',
    'a',
    'a',
    'day',
    'a',
    'new',
    'a',
  ]);
});

test('ids are ordered by age', () => {
  assert.ok(compareIds('99', '100') < 0 && compareIds('2', '1') > 0 && compareIds('7', '7') === 0);
  assert.ok(isYounger('1', null) && isYounger('10', '9') && !isYounger('9', '9'));
});

const DIRECTORY = {
  userNamed: (name) => (name === 'bob' ? { id: '2', name: 'bob' } : null),
  user: (id) => (id === '2' ? { id: '2', name: 'bob' } : null),
  channel: (id) => (id === '3' ? { id: '3', name: 'general' } : null),
};

test('people become ids, personalities stay as typed', () => {
  const picked = new Map([['#general', '<#3>']]);
  const encode = (text) => encodeMentions(text, picked, DIRECTORY);
  assert.equal(encode('@bob, see #general.'), '<@2>, see <#3>.');
  assert.equal(encode('@bob. @bob...'), '<@2>. <@2>...');
  assert.equal(encode('@Viola hello'), '@Viola hello');
  assert.equal(encode('a@bob <@2> @bobby'), 'a@bob <@2> @bobby');
});

test('and back again, to be edited', () => {
  const picked = new Map();
  const text = decodeMentions('<@2> <@!2> <#3> <@9>', picked, DIRECTORY);
  assert.equal(text, '@bob @bob #general <@9>');
  assert.equal(encodeMentions('#general', picked, DIRECTORY), '<#3>');
});

test('a name is begun right before the caret', () => {
  assert.deepEqual(namedAt('hi @al', 6), { sign: '@', typed: 'al', start: 3 });
  assert.deepEqual(namedAt('#', 1), { sign: '#', typed: '', start: 0 });
  assert.equal(namedAt('a@b', 3), null);
  assert.equal(namedAt('hi @al there', 12), null);
});
