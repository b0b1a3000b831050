// Naming people and channels while writing. In the field a mention reads `@Alice`; it is sent as
// `<@id>`. A personality is no user: `@Viola` is sent as it stands, and the bot understands it.

import { avatar } from '../chat/avatar.js';

const BEFORE_CARET = /(?:^|[\s(])([@#])([\p{L}\p{N}_.-]{0,32})$/u;

/** What is being named right before the caret, if anything is. */
export function namedAt(text, caret) {
  const found = BEFORE_CARET.exec(text.slice(0, caret));
  return found && { sign: found[1], typed: found[2], start: caret - found[2].length - 1 };
}

/** Whom or what `named` may mean. */
export function candidates({ sign, typed }, { state, directory, personalities }) {
  const wanted = typed.toLowerCase();
  const fits = (...names) => names.some((name) => name.toLowerCase().includes(wanted));
  if (sign === '#') {
    return directory
      .channels()
      .filter((channel) => channel.kind !== 'dm' && fits(channel.name))
      .map((channel) => ({
        label: directory.channelLabel(channel),
        insert: `#${channel.name}`,
        as: `<#${channel.id}>`,
      }));
  }
  const voices = personalities()
    .filter((name) => fits(name))
    .map((name) => ({
      label: name,
      detail: 'personality',
      insert: `@${name}`,
      as: null,
      face: avatar({ name }, 'small'),
    }));
  const users = (state.world?.users ?? [])
    .filter((user) => fits(user.name, user.display_name))
    .map((user) => ({
      label: user.display_name,
      detail: user.name,
      insert: `@${user.name}`,
      as: `<@${user.id}>`,
      face: avatar({ name: user.display_name }, 'small'),
    }));
  return [...voices, ...users].slice(0, 12);
}

/** The names that webhooks have spoken under here: the bot's personalities. */
export function personalitiesSeen(state, known) {
  const names = new Set(known);
  for (const message of state.everyMessage()) {
    if (!message.deleted && message.author.webhook) names.add(message.author.name);
  }
  return [...names].sort();
}

/** Turns names into what is sent. `picked` are those that were chosen from the list. */
export function encodeMentions(text, picked, directory) {
  return text.replace(/([@#])([\p{L}\p{N}_.-]{1,40})/gu, (whole, sign, name, at) => {
    if (/[\p{L}\p{N}_<]/u.test(text[at - 1] ?? ' ')) return whole;
    // A full stop ends a sentence more often than a name.
    for (const tail of ['', '.', '..', '...']) {
      if (!name.endsWith(tail)) break;
      const bare = tail ? name.slice(0, -tail.length) : name;
      const as = picked.get(sign + bare) ?? (sign === '@' ? userMention(bare, directory) : null);
      if (as) return as + tail;
    }
    return whole;
  });
}

/** The other way round, for editing what was sent. */
export function decodeMentions(text, picked, directory) {
  return text.replace(/<(@!?|#)(\d+)>/g, (whole, sign, id) => {
    const name = sign === '#' ? directory.channel(id)?.name : directory.user(id)?.name;
    if (!name) return whole;
    picked.set(sign[0] + name, whole);
    return sign[0] + name;
  });
}

function userMention(name, directory) {
  const user = directory.userNamed(name);
  return user ? `<@${user.id}>` : null;
}
