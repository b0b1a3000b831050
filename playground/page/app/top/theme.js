// Dark, light, or as the system has it.

import { element } from '../core/element.js';
import { icon } from '../core/icons.js';
import { recall, remember } from '../core/memory.js';

const ORDER = ['auto', 'dark', 'light'];
const ICONS = { auto: 'auto', dark: 'moon', light: 'sun' };

/** Applies the stored theme. Called before anything is drawn. */
export function applyTheme(theme = recall('theme', 'auto')) {
  if (theme === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

/** A button that goes from one theme to the next. */
export function themeButton() {
  let theme = recall('theme', 'auto');
  const button = element('button', {
    type: 'button',
    class: 'quiet icon-only',
    dataset: { testid: 'theme-toggle' },
    click: next,
  });

  function next() {
    theme = ORDER[(ORDER.indexOf(theme) + 1) % ORDER.length];
    remember('theme', theme);
    applyTheme(theme);
    draw();
  }

  function draw() {
    const label = `Theme: ${theme === 'auto' ? 'as the system' : theme}`;
    button.setAttribute('aria-label', label);
    button.title = label;
    button.replaceChildren(icon(ICONS[theme]));
  }

  draw();
  return button;
}
