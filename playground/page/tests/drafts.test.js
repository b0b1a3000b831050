// What becomes of what was written and refused. Run: node --test

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Drafts, NOTHING } from '../app/composer/drafts.js';
import { Writing } from '../app/composer/writing.js';
import { placeOf } from '../app/core/directory.js';

const EDIT = { id: '1', author: { name: 'Alice' } };
const OTHER = { id: '2', author: { name: 'Bob' } };

function begin() {
  const nodes = { field: { value: '' }, about: { hidden: true }, aboutText: {} };
  const uploads = { files: [], replace: (files) => (uploads.files = files) };
  const writing = new Writing(nodes, uploads, () => {});
  writing.moveTo('general');
  return { writing, uploads, nodes, field: nodes.field };
}

test('a refused edit is an edit again', () => {
  const { writing, field, nodes } = begin();
  writing.beginEdit(EDIT, 'old');
  field.value = 'new';
  const sent = writing.take();
  assert.deepEqual([field.value, writing.about, nodes.about.hidden], ['', null, true]);
  assert.ok(sent.giveBack());
  assert.deepEqual([field.value, writing.isEditing, writing.about.message], ['new', true, EDIT]);
  assert.equal(nodes.aboutText.textContent, 'Editing your message');
});

test('a refused edit never becomes a part of another message', () => {
  const { writing, field } = begin();
  writing.beginEdit(EDIT, 'old');
  field.value = 'new';
  const sent = writing.take();
  field.value = 'something else';
  assert.ok(!sent.giveBack());
  assert.deepEqual([field.value, writing.about], ['something else', null]);
  writing.beginEdit(EDIT, 'old');
  assert.equal(field.value, 'new', 'it is there when the message is edited again');
  writing.stopAbout();
  assert.equal(field.value, 'something else', 'and so is what was begun');
});

test('a refused reply has its files and what it replies to again', () => {
  const { writing, field, uploads } = begin();
  writing.beginReply(OTHER);
  field.value = 'yes';
  uploads.files = ['a'];
  const sent = writing.take();
  assert.deepEqual([field.value, writing.about, uploads.files], ['', null, []]);
  field.value = 'meanwhile';
  uploads.files = ['b'];
  assert.ok(sent.giveBack());
  assert.deepEqual([field.value, uploads.files], ['yes\nmeanwhile', ['a', 'b']]);
  assert.deepEqual(writing.about, { kind: 'reply', message: OTHER });
});

test('what is refused goes back to where it was written', () => {
  const { writing, field, uploads } = begin();
  field.value = 'for general';
  uploads.files = ['a'];
  const sent = writing.take();
  writing.moveTo('stage');
  field.value = 'for the stage';
  assert.ok(!sent.giveBack() && !sent.isStillHere());
  assert.deepEqual([field.value, uploads.files], ['for the stage', []]);
  writing.moveTo('general');
  assert.deepEqual([field.value, uploads.files], ['for general', ['a']]);
  writing.moveTo('stage');
  assert.equal(field.value, 'for the stage');
});

test('a message that is refused during an edit waits below it', () => {
  const { writing, field, uploads } = begin();
  field.value = 'message';
  uploads.files = ['a'];
  const sent = writing.take();
  writing.beginEdit(EDIT, 'old');
  assert.ok(!sent.giveBack());
  assert.deepEqual([field.value, writing.isEditing], ['old', true]);
  writing.stopAbout();
  assert.deepEqual([field.value, uploads.files], ['message', ['a']]);
});

test('a place is left with a reply, and an edit is given up', () => {
  const { writing, field } = begin();
  writing.beginReply(OTHER);
  field.value = 'yes';
  writing.beginEdit(EDIT, 'old');
  writing.moveTo('stage');
  assert.deepEqual([field.value, writing.about], ['', null]);
  writing.moveTo('general');
  assert.deepEqual([field.value, writing.about], ['yes', { kind: 'reply', message: OTHER }]);
});

test('what was typed before there is a place stays', () => {
  const nodes = { field: { value: 'early' }, about: {}, aboutText: {} };
  const writing = new Writing(nodes, { files: [], replace() {} }, () => {});
  writing.moveTo('general');
  assert.equal(nodes.field.value, 'early');
});

test('a conversation with the bot is the same place under another id', () => {
  assert.equal(placeOf({ kind: 'dm', id: '1' }), placeOf({ kind: 'dm', id: '2' }));
  assert.notEqual(placeOf({ kind: 'text', id: '1' }), placeOf({ kind: 'text', id: '2' }));
});

test('nothing was begun where nobody was', () => {
  assert.equal(new Drafts().take('nowhere'), NOTHING);
});
