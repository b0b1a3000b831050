// “2 minutes ago” becomes “3 minutes ago” while one looks.

import { wordMoment } from './moments.js';

const EVERY_MS = 10_000;

export function keepMomentsFresh(area) {
  setInterval(() => {
    for (const time of area.querySelectorAll('time[data-relative]')) {
      time.textContent = wordMoment(Number(time.dataset.relative), 'R');
    }
  }, EVERY_MS);
}
