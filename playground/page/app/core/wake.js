// Noticing that this window was away: the machine slept, or the browser froze the window. Timers
// stood still meanwhile, and a connection may have died without anybody saying so.

const LOOK_EVERY_MS = 20_000;
/** Browsers let the timers of a hidden window run once a minute; longer than that is sleep. */
const ASLEEP_MS = 150_000;

export function onWake(handle) {
  let last = Date.now();

  function look() {
    const now = Date.now();
    const slept = now - last > ASLEEP_MS;
    last = now;
    if (slept) handle();
  }

  setInterval(look, LOOK_EVERY_MS);
  document.addEventListener('visibilitychange', look);
  window.addEventListener('pageshow', ({ persisted }) => persisted && handle());
}
