// Which commands are offered, found and chosen, and what their options take. Run: node --test

import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  isOffered,
  matchingCommands,
  namedCommand,
  orderedOptions,
  typedCommands,
} from '../app/composer/commands.js';
import { checkTyped, matchingValues } from '../app/composer/option_values.js';

const SERVER = { kind: 'text', guild: '1' };
const DIRECT = { kind: 'dm', guild: null };
const WALLET = {
  type: 1,
  name: 'wallet',
  description: 'Keys',
  options: [
    { type: 1, name: 'set', description: 'Store a key' },
    {
      type: 2,
      name: 'limit',
      description: 'Limits',
      options: [{ type: 1, name: 'day', description: 'A day', options: [{ type: 4, name: 'most' }] }],
    },
  ],
};
const USAGE = { type: 1, name: 'usage', description: 'What your wallet has spent' };

test('commands are offered where Discord would offer them', () => {
  assert.ok(isOffered({}, SERVER) && isOffered({}, DIRECT));
  assert.ok(isOffered({ contexts: null }, DIRECT));
  assert.ok(isOffered({ contexts: [0] }, SERVER) && !isOffered({ contexts: [0] }, DIRECT));
  assert.ok(isOffered({ contexts: [0, 1] }, DIRECT));
  assert.ok(isOffered({ guild_id: '1' }, SERVER) && !isOffered({ guild_id: '2' }, SERVER));
  assert.ok(!isOffered({ guild_id: '1' }, DIRECT));
});

test('commands for moderators are offered to moderators', () => {
  const manage = { default_member_permissions: '16' };
  const as = (permissions) => ({ ...SERVER, permissions: String(permissions) });
  const use = 2 ** 31;
  assert.ok(isOffered(manage, as(use + 16)) && !isOffered(manage, as(use + 32)));
  assert.ok(!isOffered(manage, as(16)), 'nobody uses commands where they may not');
  assert.ok(isOffered({ default_member_permissions: '0' }, as(use + 8)), 'administrators use all');
  assert.ok(!isOffered({ default_member_permissions: '0' }, as(use + 16)));
  assert.ok(isOffered({ default_member_permissions: null }, as(use)));
  assert.ok(isOffered(manage, { ...DIRECT, permissions: '0' }), 'in private there are no roles');
});

test('subcommands are commands of their own, and menus are none', () => {
  const typed = typedCommands([WALLET, USAGE, { type: 3, name: 'Receipt' }], SERVER);
  assert.deepEqual(
    typed.map(({ name }) => name),
    ['usage', 'wallet limit day', 'wallet set'],
  );
  assert.deepEqual(
    typed[1].options.map(({ name }) => name),
    ['most'],
  );
});

test('what begins with the words that were typed comes first', () => {
  const typed = typedCommands([WALLET, USAGE], SERVER);
  const found = (query) => matchingCommands(typed, query).map(({ name }) => name);
  assert.deepEqual(found('wal'), ['wallet limit day', 'wallet set', 'usage']);
  assert.deepEqual(found('wallet  s'), ['wallet set']);
  assert.deepEqual(found('set'), ['wallet set']);
  assert.deepEqual(found('nothing'), []);
});

test('a whole name with a space behind it is chosen', () => {
  const typed = typedCommands([WALLET, USAGE], SERVER);
  assert.equal(namedCommand(typed, '/wallet set ')?.name, 'wallet set');
  assert.equal(namedCommand(typed, '/usage ')?.name, 'usage');
  for (const text of ['/usage', '/wallet ', ' /usage ', '/usage today', '/ '])
    assert.equal(namedCommand(typed, text), null, text);
});

test('required options come first', () => {
  const options = [{ name: 'a' }, { name: 'b', required: true }, { name: 'c' }];
  assert.deepEqual(
    orderedOptions(options).map(({ name }) => name),
    ['b', 'a', 'c'],
  );
});

test('values are checked as Discord checks them', () => {
  const whole = { name: 'n', type: 4, min_value: 1, max_value: 9 };
  assert.deepEqual(checkTyped(whole, ' 7 '), { value: 7 });
  for (const text of ['0', '10', '1.5', 'x', '1e1']) assert.ok(checkTyped(whole, text).problem, text);
  assert.deepEqual(checkTyped({ name: 'n', type: 10 }, '-.5'), { value: -0.5 });
  assert.deepEqual(checkTyped({ name: 't', type: 3 }, ''), {});
  assert.ok(checkTyped({ name: 't', type: 3, required: true }, '  ').problem);
  assert.ok(checkTyped({ name: 't', type: 3, max_length: 2 }, 'abc').problem);
  assert.deepEqual(checkTyped({ name: 't', type: 3, max_length: 2 }, '🎭🎭'), { value: '🎭🎭' });
});

test('values that begin with what was typed come first', () => {
  const values = [{ label: 'Europe/Paris' }, { label: 'Paris, Texas' }, { label: 'Tokyo' }];
  assert.deepEqual(
    matchingValues(values, 'paris').map(({ label }) => label),
    ['Paris, Texas', 'Europe/Paris'],
  );
});
