// In a narrow window the list of channels is a drawer over the messages.

import { cover } from '../core/covered.js';
import { icon } from '../core/icons.js';

const NARROW = matchMedia('(max-width: 760px)');

export function setUpDrawer({ sidebar, scrim, openButton, closeButton, behind }) {
  openButton.append(icon('menu'));
  closeButton.append(icon('close'));
  openButton.addEventListener('click', () => set(true));
  closeButton.addEventListener('click', () => set(false));
  scrim.addEventListener('click', () => set(false));
  sidebar.addEventListener('click', ({ target }) => target.closest('a') && set(false, { refocus: false }));
  sidebar.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && NARROW.matches) set(false);
  });
  NARROW.addEventListener('change', () => set(false, { refocus: false }));
  set(false, { refocus: false });

  function set(open, { refocus = true } = {}) {
    const wasOpen = sidebar.classList.contains('open');
    sidebar.classList.toggle('open', open);
    // What can't be seen must not be reached with the keyboard either.
    sidebar.inert = NARROW.matches && !open;
    scrim.hidden = !open;
    cover('drawer', open, behind);
    openButton.setAttribute('aria-expanded', String(open));
    if (open) closeButton.focus();
    else if (wasOpen && refocus) openButton.focus();
  }
}
