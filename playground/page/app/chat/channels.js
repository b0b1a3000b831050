// The list of channels: those of the server with their threads, then direct messages.

import { element, hiddenText } from '../core/element.js';
import { icon } from '../core/icons.js';
import { morphChildren } from '../core/morph.js';
import { avatar } from './avatar.js';

export function showChannels(list, { state, directory, unread }) {
  const draw = () => {
    if (!state.world) return;
    const guilds = state.world.guilds.map((guild) => guildSection(guild, state, directory, unread));
    morphChildren(list, [...guilds, directSection(state, directory, unread)]);
  };
  for (const topic of ['world', 'messages', 'channel', 'local']) state.on(topic, draw);
}

function guildSection(guild, state, directory, unread) {
  const all = directory.channels().filter((channel) => channel.guild === guild.id);
  const top = all.filter((channel) => channel.kind !== 'thread');
  const items = top.map((channel) => {
    const threads = all.filter((thread) => thread.kind === 'thread' && thread.parent === channel.id);
    return item(channel, state, directory, unread, threads);
  });
  return section(`guild-${guild.id}`, guild.name, items);
}

function directSection(state, directory, unread) {
  const direct = directory.channels().filter((channel) => channel.kind === 'dm');
  return section(
    'direct',
    'Direct messages',
    direct.map((channel) => item(channel, state, directory, unread)),
  );
}

function section(key, title, items) {
  return element(
    'section',
    { dataset: { key } },
    element('h2', { id: `title-${key}` }, title),
    element('ul', { 'aria-labelledby': `title-${key}` }, items),
  );
}

function item(channel, state, directory, unread, threads = []) {
  const inside =
    threads.length === 0
      ? null
      : element(
          'ul',
          { class: 'threads', 'aria-label': `Threads of ${channel.name}` },
          threads.map((thread) => item(thread, state, directory, unread)),
        );
  return element('li', { dataset: { key: channel.id } }, link(channel, state, directory, unread), inside);
}

function link(channel, state, directory, unread) {
  const open = channel.id === state.channel;
  const mentions = unread.mentions(channel.id);
  const news = unread.count(channel.id);
  const badge = channel.kind === 'dm' ? news : mentions;
  const name = channel.kind === 'dm' ? directory.channelLabel(channel) : channel.name;
  return element(
    'a',
    {
      href: `#/${channel.id}`,
      class: `channel${news > 0 ? ' unread' : ''}`,
      'aria-current': open ? 'page' : null,
      dataset: { testid: 'channel', channelName: name, channelKind: channel.kind },
    },
    face(channel, name),
    element('span', { class: 'channel-name' }, name),
    channel.private ? hiddenText(', private') : null,
    news > 0 ? hiddenText(', unread') : null,
    badge > 0
      ? element('span', { class: 'badge' }, badge, hiddenText(badge === 1 ? ' new for you' : ' new for you'))
      : null,
  );
}

function face(channel, name) {
  if (channel.kind === 'dm') return avatar({ name, bot: true }, 'small');
  if (channel.kind === 'thread') return icon('thread');
  return icon(channel.private ? 'lock' : 'hash');
}
