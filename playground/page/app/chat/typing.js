// “Viola is typing…”, under the messages.

import { element } from '../core/element.js';

export function showTyping(line, state) {
  const draw = () => {
    const names = state.channel ? state.typingIn(state.channel) : [];
    const dots = element(
      'span',
      { class: 'dots', 'aria-hidden': 'true' },
      element('i'),
      element('i'),
      element('i'),
    );
    if (names.length === 0) line.replaceChildren();
    else line.replaceChildren(dots, word(names));
  };
  state.on('typing', draw);
  state.on('channel', draw);
}

function word(names) {
  if (names.length > 3) return 'Several people are typing…';
  const list = new Intl.ListFormat('en', { type: 'conjunction' }).format(names);
  return `${list} ${names.length === 1 ? 'is' : 'are'} typing…`;
}
