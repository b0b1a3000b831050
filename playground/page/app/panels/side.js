// The side of the page: “Behind the curtain” and “Faults”, each shown by its own button. Both may be
// open at once: a fault is best watched from behind the curtain.

import { cover } from '../core/covered.js';
import { recall, remember } from '../core/memory.js';

const OVERLAY = matchMedia('(max-width: 1100px)');
/** So narrow that the overlay leaves nothing else to be seen. */
const WHOLE = matchMedia('(max-width: 760px)');

/** @param {{[name: string]: {panel: HTMLElement, button: HTMLElement, onShown: (shown: boolean) => void}}} parts */
export function setUpSide(side, parts, behind) {
  const shown = new Set(OVERLAY.matches ? [] : recall('side', []));
  side.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || event.defaultPrevented) return;
    const name = Object.keys(parts).find((one) => parts[one].panel.contains(event.target));
    if (name) set(name, false);
  });
  for (const [name, { button, panel }] of Object.entries(parts)) {
    button.addEventListener('click', () => set(name, !shown.has(name)));
    panel.querySelector('.panel-close').addEventListener('click', () => set(name, false));
  }
  WHOLE.addEventListener('change', coverRest);
  for (const name of Object.keys(parts)) apply(name);

  function set(name, visible) {
    if (visible) shown.add(name);
    else shown.delete(name);
    remember('side', [...shown]);
    apply(name);
    if (visible) parts[name].panel.querySelector('h2').focus();
    else parts[name].button.focus();
  }

  function coverRest() {
    const covers = WHOLE.matches && shown.size > 0;
    // over everything else it is a dialog, and said to be one
    side.setAttribute('role', covers ? 'dialog' : 'complementary');
    side.ariaModal = covers ? 'true' : null;
    cover('side', covers, behind);
  }

  function apply(name) {
    const { panel, button, onShown } = parts[name];
    panel.hidden = !shown.has(name);
    side.hidden = shown.size === 0;
    button.setAttribute('aria-expanded', String(shown.has(name)));
    onShown(shown.has(name));
    coverRest();
  }
}
