// “2 minutes ago” becomes “3 minutes ago” while one looks, and “14:02” “Yesterday at 14:02” over night.

import { sameDay, wordMoment } from './moments.js';

const EVERY_MS = 10_000;

/** @param {() => void} onNewDay told when what was written today was written yesterday */
export function keepMomentsFresh(area, onNewDay) {
  let before = new Date();

  function freshen() {
    for (const time of area.querySelectorAll('time[data-relative]')) {
      time.textContent = wordMoment(Number(time.dataset.relative), 'R');
    }
    const now = new Date();
    if (!sameDay(before, now)) onNewDay();
    before = now;
  }

  setInterval(freshen, EVERY_MS);
  document.addEventListener('visibilitychange', freshen);
}
