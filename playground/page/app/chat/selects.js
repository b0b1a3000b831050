// The menus under a message. One choice is a native `<select>`; several are ticks in a fold-out list
// with a button that sends them.

import { element, uniqueId } from '../core/element.js';
import { icon } from '../core/icons.js';

/** Kinds of menus: texts, users, roles, mentionables, channels. */
export const SELECTS = new Set([3, 5, 6, 7, 8]);

const PLACEHOLDERS = {
  3: 'Make a choice',
  5: 'Choose a person',
  6: 'Choose a role',
  7: 'Choose somebody',
  8: 'Choose a channel',
};
const CHANNEL_TYPES = { text: 0, dm: 1, thread: 11 };

/** What a menu offers, whatever its kind: `{value, label, description, default}`. */
export function offers(component, directory) {
  if (component.type === 3) return component.options ?? [];
  const chosen = new Set((component.default_values ?? []).map(({ id }) => id));
  const as = (value, label) => ({ value, label, default: chosen.has(value) });
  if (component.type === 8) {
    const types = component.channel_types;
    return directory
      .channels()
      .filter(({ kind }) => kind !== 'dm' && (!types?.length || types.includes(CHANNEL_TYPES[kind])))
      .map((channel) => as(channel.id, directory.channelLabel(channel)));
  }
  const users = (directory.world?.users ?? []).map(({ id, display_name: name }) => as(id, name));
  const all = directory.world?.guilds.flatMap(({ roles: of }) => of) ?? [];
  const roles = all.map(({ id, name }) => as(id, name));
  return { 5: users, 6: roles, 7: [...users, ...roles] }[component.type];
}

/** What a menu is called when nothing else says it. */
export function placeholderOf(component) {
  return component.placeholder || PLACEHOLDERS[component.type];
}

export function select(component, context) {
  const several = (component.max_values ?? 1) > 1 || component.min_values === 0;
  return several ? manyOf(component, context) : oneOf(component, context);
}

function oneOf(component, { message, state, directory }) {
  const { custom_id: customId } = component;
  const pending = state.uses.get(`${message.id} ${customId}`) === 'pending';
  const options = offers(component, directory);
  const nothing = element(
    'option',
    { value: '', disabled: true, hidden: true, selected: !options.some((offer) => offer.default) },
    placeholderOf(component),
  );
  return element(
    'select',
    {
      class: 'choose-one',
      disabled: component.disabled || pending,
      'aria-label': placeholderOf(component),
      'aria-busy': pending ? 'true' : null,
      dataset: { action: 'choose', customId, key: `use-${customId}` },
    },
    nothing,
    options.map(option),
  );
}

function option({ value, label, description, emoji, default: chosen }) {
  const face = emoji && !emoji.id ? `${emoji.name} ${label}` : label;
  return element('option', { value, selected: chosen }, description ? `${face} — ${description}` : face);
}

function manyOf(component, { message, state, directory }) {
  const { custom_id: customId, min_values: least = 1, max_values: most = 1 } = component;
  const pending = state.uses.get(`${message.id} ${customId}`) === 'pending';
  const off = component.disabled || pending;
  const options = offers(component, directory);
  return element(
    'details',
    {
      class: 'choose-many',
      'aria-busy': pending ? 'true' : null,
      dataset: { customId, least, most, key: `use-${customId}` },
    },
    element('summary', {}, element('span', {}, placeholderOf(component)), icon('down')),
    element(
      'fieldset',
      { disabled: off },
      element('legend', {}, wordAmount(least, most)),
      options.map(tick),
      element(
        'button',
        { type: 'button', class: 'component-button primary', dataset: { action: 'choose-many' } },
        'Send choice',
      ),
    ),
  );
}

function tick({ value, label, description, default: chosen }) {
  const id = uniqueId('tick');
  return element(
    'label',
    { class: 'tick', dataset: { key: `tick-${value}` } },
    element('input', {
      type: 'checkbox',
      value,
      checked: chosen,
      'aria-describedby': description ? id : null,
    }),
    element('span', {}, label, description ? element('small', { id }, description) : null),
  );
}

/** How many may be chosen. */
export function wordAmount(least, most) {
  if (least === most) return `Choose ${least}`;
  return least === 0 ? `Choose up to ${most}` : `Choose ${least} to ${most}`;
}
