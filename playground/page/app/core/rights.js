// What the viewer may do in a channel, by the numbers that Discord gives to permissions. Pure.

const ADMINISTRATOR = 1n << 3n;
export const MANAGE_MESSAGES = 1n << 13n;
export const USE_COMMANDS = 1n << 31n;

/** Whether the viewer has all of these permissions in a channel. A channel that doesn't say gives all. */
export function may(channel, needed) {
  if (channel?.permissions === undefined) return true;
  return (BigInt(channel.permissions) & needed) === needed;
}

/**
 * Whether a channel's viewer has what a command asks for. In direct messages it asks for nothing; an
 * empty set is for administrators alone.
 */
export function isTrustedWith(command, channel) {
  if (channel.kind === 'dm') return true;
  if (!may(channel, USE_COMMANDS)) return false;
  const asked = command.default_member_permissions;
  if (asked === null || asked === undefined || may(channel, ADMINISTRATOR)) return true;
  return BigInt(asked) !== 0n && may(channel, BigInt(asked));
}
