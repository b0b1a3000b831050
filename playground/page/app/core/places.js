// Which channel is open. It stands in the address behind `#/`, so that a reload finds it again.

import { placeOf } from './directory.js';
import { recall, remember } from './memory.js';
import { viewerName } from './who.js';

const STORED = `channel.${viewerName}`;

/** @param {(channel: object) => void} onMoved told when the open channel has gone, and which is open instead */
export function followAddress(state, directory, onMoved) {
  let before = null;

  const open = () => {
    if (!state.world) return;
    const wanted = directory.channel(inAddress() ?? recall(STORED));
    const channel = wanted ?? insteadOf(before, directory);
    if (!channel) return;
    if (inAddress() !== channel.id) history.replaceState(null, '', `#/${channel.id}`);
    remember(STORED, channel.id);
    const hasMoved = before && !directory.channel(before.id) && placeOf(before) !== placeOf(channel);
    before = channel;
    state.openChannel(channel.id);
    if (hasMoved) onMoved(channel);
  };

  window.addEventListener('hashchange', open);
  state.on('world', open);
}

/** The same place under another id; else the first channel will do. */
function insteadOf(before, directory) {
  const all = directory.channels();
  const same = before && all.find((channel) => placeOf(channel) === placeOf(before));
  return same ?? all.find(({ kind }) => kind === 'text') ?? all[0];
}

function inAddress() {
  return /^#\/(\d+)$/.exec(location.hash)?.[1] ?? null;
}
