// While a command is being filled in, its form stands in the place of the text field.

import { CommandForm } from './command_form.js';

export class CommandMode {
  #row;
  #suggestions;
  #parts;
  #form = null;

  /**
   * @param {HTMLElement} row what makes room for the form
   * @param {object} parts directory, uses, onLeft(text), onRun()
   */
  constructor(row, suggestions, parts) {
    this.#row = row;
    this.#suggestions = suggestions;
    this.#parts = parts;
  }

  get isOpen() {
    return this.#form !== null;
  }

  enter(command, channel) {
    const { directory, uses, onLeft, onRun } = this.#parts;
    this.leave();
    this.#form = new CommandForm(command, {
      suggestions: this.#suggestions,
      directory,
      channel: () => channel,
      leave: (text = '') => {
        this.leave();
        onLeft(text);
      },
      submit: (options) => {
        this.leave();
        uses.run(
          { do: 'slash', channel, command: command.name, options },
          { channel, name: `/${command.name}` },
        );
        onRun();
      },
    });
    this.#row.hidden = true;
    this.#row.before(this.#form.node);
    this.#form.focus();
  }

  leave() {
    this.#suggestions.close();
    this.#form?.node.remove();
    this.#form = null;
    this.#row.hidden = false;
  }

  /** Puts the focus into the form, if there is one. */
  focus() {
    this.#form?.focus();
    return this.#form !== null;
  }
}
