// What is offered while one writes: commands behind a `/`, people behind an `@`, channels behind a
// `#`.

import { avatar } from '../chat/avatar.js';
import { matchingCommands } from './commands.js';
import { candidates, namedAt } from './mentions.js';

export class Completion {
  #field;
  #suggestions;
  #parts;

  /** @param {object} parts state, directory, personalities(), commands(), onCommand(command), onInsert(candidate, named) */
  constructor(field, suggestions, parts) {
    this.#field = field;
    this.#suggestions = suggestions;
    this.#parts = parts;
  }

  /** Offers what fits to what stands before the caret. */
  offer({ commands }) {
    const { value } = this.#field;
    if (commands && /^\/[^\n]*$/.test(value)) this.#offerCommands(value.slice(1));
    else this.#offerNames(namedAt(value, this.#field.selectionStart));
  }

  #offerCommands(query) {
    const face = () => avatar({ name: this.#parts.directory.botName(), bot: true }, 'small');
    const found = matchingCommands(this.#parts.commands(), query).map((command) => ({
      label: `/${command.name}`,
      detail: command.description,
      note: command.options
        .filter((option) => option.required)
        .map((option) => option.name)
        .join(' '),
      face: face(),
      dataset: { command: command.name },
      value: command,
    }));
    this.#suggestions.show(this.#field, found, {
      label: 'Commands',
      testid: 'slash-menu',
      optionTestid: 'slash-option',
      pick: ({ value }) => this.#parts.onCommand(value),
    });
  }

  #offerNames(named) {
    const found = named ? candidates(named, this.#parts) : [];
    const whole = `${named?.sign}${named?.typed}`.toLowerCase();
    this.#suggestions.show(this.#field, found, {
      label: named?.sign === '#' ? 'Channels' : 'People and personalities',
      // A name that is there in full needs no choosing: Enter sends.
      preselect: !found.some(({ insert }) => insert.toLowerCase() === whole),
      pick: (candidate) => this.#parts.onInsert(candidate, named),
    });
  }
}
