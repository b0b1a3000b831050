// Which files may go together. Run: node --test

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { problemOfFiles, readableSize, takeFitting } from '../app/core/files.js';

const MIB = 1024 * 1024;
const file = (name, size) => ({ name, size });
const files = (count, size) => Array.from({ length: count }, (_, at) => file(`f${at}`, size));

test('a message takes ten files of 10 MB, and less than 24 MB together', () => {
  assert.equal(problemOfFiles([]), null);
  assert.equal(problemOfFiles(files(10, 2 * MIB)), null);
  assert.equal(problemOfFiles(files(2, 10 * MIB)), null);
  assert.equal(problemOfFiles([file('a', 10 * MIB), file('b', 10 * MIB), file('c', 3.9 * MIB)]), null);
  assert.match(problemOfFiles([file('a.bin', 10 * MIB + 1)]), /^a\.bin is too large: .* 10 MB\.$/);
  assert.match(problemOfFiles(files(11, 1)), /at most 10 files; these are 11\./);
  assert.match(problemOfFiles(files(3, 8 * MIB)), /^The files have 24 MB together: .* less than 24 MB\.$/);
  assert.match(problemOfFiles([...files(3, 8 * MIB), file('b', 1)]), /have 24\.1 MB together/);
});

test('what doesn’t fit is left out, and named', () => {
  const { files: taken, problem } = takeFitting(files(3, 7 * MIB), [
    file('large', 4 * MIB),
    file('small', MIB),
    file('huge', 11 * MIB),
  ]);
  assert.deepEqual(
    taken.map(({ name }) => name),
    ['f0', 'f1', 'f2', 'small'],
  );
  assert.match(problem, /have 25 MB together.* Left out: large and huge\.$/);
  assert.deepEqual(takeFitting([], files(2, 1)).problem, null);
});

test('sizes are for people', () => {
  assert.deepEqual([12, 1536, 10 * MIB].map(readableSize), ['12 B', '1.5 KB', '10 MB']);
});
