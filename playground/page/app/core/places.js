// Which channel is open. It stands in the address behind `#/`, so that a reload finds it again.

import { recall, remember } from './memory.js';
import { viewerName } from './who.js';

const STORED = `channel.${viewerName}`;

export function followAddress(state, directory) {
  const open = () => {
    if (!state.world) return;
    const wanted = inAddress() ?? recall(STORED);
    const channel =
      directory.channel(wanted) ??
      directory.channels().find(({ kind }) => kind === 'text') ??
      directory.channels()[0];
    if (!channel) return;
    if (inAddress() !== channel.id) history.replaceState(null, '', `#/${channel.id}`);
    remember(STORED, channel.id);
    state.openChannel(channel.id);
  };
  window.addEventListener('hashchange', open);
  state.on('world', open);
}

function inAddress() {
  return /^#\/(\d+)$/.exec(location.hash)?.[1] ?? null;
}
