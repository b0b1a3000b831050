// Which slash commands there are in a place, and which of them somebody means who types. Pure.

import { isTrustedWith } from '../core/rights.js';

const SLASH = 1;
const SUBCOMMAND = 1;
const GROUP = 2;
const IN_SERVER = 0;
const WITH_THE_BOT = 1;

/**
 * A command as it is typed: a subcommand counts as one of its own.
 * @typedef {{name: string, description: string, options: object[]}} Typed
 */

/** Whether a command is there in a channel, for who looks at it. */
export function isOffered(command, channel) {
  const direct = channel.kind === 'dm';
  const guildFits = !command.guild_id || (!direct && command.guild_id === channel.guild);
  const context = direct ? WITH_THE_BOT : IN_SERVER;
  const contextFits = !command.contexts || command.contexts.includes(context);
  return guildFits && contextFits && isTrustedWith(command, channel);
}

/** The slash commands of a channel, in alphabetical order. @returns {Typed[]} */
export function typedCommands(commands, channel) {
  return commands
    .filter((command) => command.type === SLASH && isOffered(command, channel))
    .flatMap((command) => flatten(command, command.name))
    .sort((one, other) => one.name.localeCompare(other.name));
}

function flatten({ description, options = [] }, name) {
  const below = options.filter(({ type }) => type === SUBCOMMAND || type === GROUP);
  if (below.length === 0) return [{ name, description, options }];
  return below.flatMap((option) => flatten(option, `${name} ${option.name}`));
}

/** The commands that `query` may mean: names that begin with it first, then those that hold it. */
export function matchingCommands(typed, query) {
  const wanted = query.trim().toLowerCase().replace(/\s+/g, ' ');
  const rank = ({ name, description }) => {
    if (name.startsWith(wanted)) return 0;
    if (name.split(' ').some((word) => word.startsWith(wanted))) return 1;
    if (name.includes(wanted)) return 2;
    return wanted.length > 2 && description.toLowerCase().includes(wanted) ? 3 : null;
  };
  return typed
    .map((command) => ({ command, rank: rank(command) }))
    .filter(({ rank: found }) => found !== null)
    .sort((one, other) => one.rank - other.rank)
    .map(({ command }) => command);
}

/** The command whose whole name was typed, with a space behind it. */
export function namedCommand(typed, text) {
  const name = /^\/(\S.*\S|\S) $/.exec(text)?.[1].replace(/\s+/g, ' ');
  return typed.find((command) => command.name === name) ?? null;
}

/** The required options first, else in the bot's order. */
export function orderedOptions(options) {
  return [...options].sort((one, other) => Number(Boolean(other.required)) - Number(Boolean(one.required)));
}
