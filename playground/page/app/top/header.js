// The line at the top: where one is, whether the bot is there, and the page's own switches.

import { element, hiddenText } from '../core/element.js';
import { icon } from '../core/icons.js';
import { morphChildren } from '../core/morph.js';

const TITLE = 'Troupe playground';

/** Shows the open channel's name and the bot's state; the window's title counts what is unread. */
export function showHeader({ place, botState }, { state, directory, unread }) {
  const draw = () => {
    if (!state.world) return;
    const channel = directory.channel(state.channel);
    drawPlace(place, channel, directory);
    drawBot(botState, botIs(state), directory.botName());
    drawTitle(channel, directory, unread);
  };
  for (const topic of ['world', 'messages', 'channel', 'local', 'connection']) state.on(topic, draw);
}

function drawPlace(place, channel, directory) {
  if (!channel) return;
  const kind = { text: 'hash', thread: 'thread', dm: 'at' }[channel.kind];
  const parent = channel.kind === 'thread' ? directory.channel(channel.parent) : null;
  const name = channel.kind === 'dm' ? directory.channelLabel(channel) : channel.name;
  morphChildren(place, [
    icon(kind),
    element('span', { class: 'place-name' }, name),
    parent ? element('span', { class: 'place-parent' }, `in #${parent.name}`) : '',
  ]);
}

const BOT_IS = {
  online: ' online',
  offline: ' offline: reconnecting…',
  unknown: ': no connection',
};

/** What was said before the connection broke may not be so any more. */
function botIs({ world, connection }) {
  if (connection !== 'open') return 'unknown';
  return world.online ? 'online' : 'offline';
}

function drawBot(line, is, name) {
  line.dataset.bot = is;
  morphChildren(line, [
    element('span', { class: 'bot-dot', 'aria-hidden': 'true' }),
    element('span', { class: 'bot-said' }, element('span', { class: 'bot-name' }, name), BOT_IS[is]),
  ]);
}

function drawTitle(channel, directory, unread) {
  const all = directory.channels();
  const forMe = all.reduce(
    (sum, one) => sum + (one.kind === 'dm' ? unread.count(one.id) : unread.mentions(one.id)),
    0,
  );
  const news = all.some((one) => unread.isUnread(one.id));
  const mark = { true: `(${forMe}) `, false: news ? '• ' : '' }[forMe > 0];
  document.title = `${mark}${channel ? directory.channelLabel(channel) : ''} — ${TITLE}`;
}

/** A button that shows or hides a part of the page. */
export function toggleButton({ label, iconName, testid, controls, onClick }) {
  return element(
    'button',
    {
      type: 'button',
      class: 'quiet tool',
      'aria-expanded': 'false',
      'aria-controls': controls,
      title: label,
      dataset: { testid },
      click: onClick,
    },
    icon(iconName),
    element('span', { class: 'tool-label' }, label),
    element('span', { class: 'tool-count', hidden: true }),
  );
}

/** Puts a number on a toggle: how many faults are switched on. */
export function setCount(button, count, what) {
  const badge = button.querySelector('.tool-count');
  badge.hidden = count === 0;
  badge.replaceChildren(String(count), hiddenText(` ${what}`));
}
