// What may be typed for a command's option, and what it is sent as. Pure.

export const STRING = 3;
export const INTEGER = 4;
export const BOOLEAN = 5;
export const USER = 6;
export const CHANNEL = 7;
export const ROLE = 8;
export const MENTIONABLE = 9;
export const NUMBER = 10;
export const ATTACHMENT = 11;

const KINDS = {
  [STRING]: 'text',
  [INTEGER]: 'whole number',
  [BOOLEAN]: 'true or false',
  [USER]: 'person',
  [CHANNEL]: 'channel',
  [ROLE]: 'role',
  [MENTIONABLE]: 'person or role',
  [NUMBER]: 'number',
  [ATTACHMENT]: 'file',
};

/** What kind of value an option takes, in words. */
export function wordKind({ type }) {
  return KINDS[type] ?? 'value';
}

/** Whether the value has to be one of a list. */
export function isChosen(option) {
  return [BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE].includes(option.type) || option.choices?.length > 0;
}

/**
 * Checks what was typed. Answers with the value to send, or with a problem worded for people.
 * @returns {{value?: any, problem?: string}}
 */
export function checkTyped(option, text) {
  const given = text.trim();
  if (given === '') return option.required ? { problem: `${option.name} is required.` } : {};
  if (option.type === INTEGER || option.type === NUMBER) return checkNumber(option, given);
  return checkText(option, text);
}

function checkNumber(option, given) {
  const form = option.type === INTEGER ? /^[+-]?\d+$/ : /^[+-]?(\d+\.?\d*|\.\d+)$/;
  if (!form.test(given)) return { problem: `${option.name} has to be a ${wordKind(option)}.` };
  const value = Number(given);
  if (value < (option.min_value ?? -Infinity))
    return { problem: `${option.name} has to be at least ${option.min_value}.` };
  if (value > (option.max_value ?? Infinity))
    return { problem: `${option.name} may be at most ${option.max_value}.` };
  return { value };
}

function checkText(option, text) {
  const length = [...text].length;
  const { name, min_length: least = 0, max_length: most = 6000 } = option;
  if (length < least) return { problem: `${name} needs at least ${least} characters; this has ${length}.` };
  if (length > most) return { problem: `${name} may have at most ${most} characters; this has ${length}.` };
  return { value: text };
}

/** The values to choose from for an option of a fixed list, as `{label, detail, value}`. */
export function fixedValues(option, directory) {
  if (option.choices?.length > 0) return option.choices.map(({ name, value }) => ({ label: name, value }));
  const users = () =>
    directory.world.users.map((user) => ({ label: user.display_name, detail: user.name, value: user.id }));
  const roles = () =>
    directory.world.guilds.flatMap(({ name, roles: all }) =>
      all.map((role) => ({ label: role.name, detail: name, value: role.id })),
    );
  switch (option.type) {
    case BOOLEAN:
      return [
        { label: 'True', value: true },
        { label: 'False', value: false },
      ];
    case USER:
      return users();
    case ROLE:
      return roles();
    case MENTIONABLE:
      return [...users(), ...roles()];
    case CHANNEL:
      return channelValues(option, directory);
    default:
      return [];
  }
}

const CHANNEL_KINDS = { 0: 'text', 1: 'dm', 11: 'thread', 12: 'thread' };

function channelValues({ channel_types: types }, directory) {
  const kinds = types?.map((type) => CHANNEL_KINDS[type]);
  return directory
    .channels()
    .filter(({ kind }) => kind !== 'dm' && (!kinds || kinds.includes(kind)))
    .map((channel) => ({ label: directory.channelLabel(channel), value: channel.id }));
}

/** Those whose label or detail holds what was typed; those that begin with it first. */
export function matchingValues(values, typed) {
  const wanted = typed.trim().toLowerCase();
  const begins = ({ label }) => label.toLowerCase().startsWith(wanted);
  const holds = ({ label, detail = '' }) => `${label}\n${detail}`.toLowerCase().includes(wanted);
  return [...values.filter(begins), ...values.filter((value) => !begins(value) && holds(value))].slice(0, 25);
}
