// What is said when something was not done. Run: node --test

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { UNREACHABLE, wordRefusal, wordSilence } from '../app/core/refusals.js';

test('the server’s own sentence comes first', () => {
  assert.equal(wordRefusal(400, { error: 'No such channel.' }), 'No such channel.');
  assert.equal(wordRefusal(413, { error: 'Too much.' }), 'Too much.');
});

test('an answer without a sentence gets a truthful one', () => {
  for (const answer of [undefined, null, {}, { error: '' }, { error: { code: 1 } }, 'text']) {
    assert.match(wordRefusal(413, answer), /too large .* 24 MB together/);
    assert.match(wordRefusal(422, answer), /didn’t understand .*422/);
    assert.match(wordRefusal(500, answer), /broke inside .*500/);
    assert.match(wordRefusal(403, answer), /from here/);
  }
});

test('only a server that can’t be reached is said not to answer', () => {
  const nothing = { tooLate: false, reachable: false, large: false };
  assert.equal(wordSilence(nothing), UNREACHABLE);
  assert.equal(wordSilence({ ...nothing, large: true }), UNREACHABLE);
  assert.match(wordSilence({ ...nothing, reachable: true }), /connection broke/);
  assert.match(wordSilence({ ...nothing, reachable: true, large: true }), /too large/);
  assert.match(wordSilence({ ...nothing, tooLate: true }), /for a long time/);
});
