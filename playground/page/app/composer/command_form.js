// A slash command that was chosen, with its options as fields. Enter runs it, Escape leaves it.

import { element } from '../core/element.js';
import { icon } from '../core/icons.js';
import { orderedOptions } from './commands.js';
import { OptionField } from './option_field.js';

export class CommandForm {
  node;
  #command;
  #parts;
  #fields = [];
  #fieldList = element('div', { class: 'options' });
  #more = element('div', { class: 'more-options' });
  #run;

  /** @param {object} parts suggestions, directory, channel(), submit(options), leave() */
  constructor(command, parts) {
    this.#command = command;
    this.#parts = parts;
    this.#run = element(
      'button',
      { type: 'submit', class: 'component-button primary run', dataset: { testid: 'slash-run' } },
      'Run',
      icon('send'),
    );
    const leave = element(
      'button',
      {
        type: 'button',
        class: 'quiet icon-only',
        'aria-label': 'Leave the command',
        click: () => parts.leave(),
      },
      icon('close'),
    );
    this.node = element(
      'form',
      {
        class: 'command-form',
        novalidate: true,
        'aria-label': `/${command.name}`,
        dataset: { testid: 'slash-form', command: command.name },
        submit: (event) => this.#submit(event),
        keydown: (event) => this.#key(event),
      },
      element(
        'div',
        { class: 'command-head' },
        element('span', { class: 'command-name' }, `/${command.name}`),
        element('span', { class: 'command-about' }, command.description),
        leave,
      ),
      this.#fieldList,
      element('div', { class: 'command-foot' }, this.#more, this.#run),
    );
    this.#begin();
  }

  focus() {
    const first = this.#fields.find((field) => field.isEmpty) ?? this.#fields[0];
    (first ?? this.#run).focus();
  }

  #begin() {
    const options = orderedOptions(this.#command.options);
    const required = options.filter((option) => option.required);
    const shown = required.length > 0 ? required : options.slice(0, 1);
    for (const option of shown) this.#add(option);
    this.#offerMore();
  }

  #add(option) {
    const field = new OptionField(option, {
      suggestions: this.#parts.suggestions,
      directory: this.#parts.directory,
      autocomplete: (asked, value) => this.#autocomplete(asked, value),
      onChosen: (chosen) => this.#nextAfter(chosen),
    });
    this.#fields.push(field);
    this.#fieldList.append(field.node);
    return field;
  }

  /** The optional ones that aren't there yet, by name. */
  #offerMore() {
    const shown = new Set(this.#fields.map(({ option }) => option.name));
    const rest = this.#command.options.filter(({ name }) => !shown.has(name));
    const buttons = rest.map((option) =>
      element(
        'button',
        {
          type: 'button',
          class: 'add-option',
          title: option.description,
          dataset: { testid: 'slash-add-option', optionName: option.name },
          click: () => {
            const field = this.#add(option);
            this.#offerMore();
            field.focus();
          },
        },
        icon('plus'),
        option.name,
      ),
    );
    this.#more.replaceChildren(
      ...(rest.length > 0 ? [element('span', { class: 'more-title' }, 'Optional:'), ...buttons] : []),
    );
  }

  #autocomplete(option, value) {
    const others = this.#fields
      .filter((field) => field.option !== option)
      .map((field) => [field.option.name, field.peek()]);
    return {
      do: 'autocomplete',
      channel: this.#parts.channel(),
      command: this.#command.name,
      option: option.name,
      value,
      options: Object.fromEntries(others.filter(([, other]) => other !== undefined)),
    };
  }

  #nextAfter(field) {
    const next = this.#fields.find((other) => other !== field && other.option.required && other.isEmpty);
    next?.focus();
  }

  #key(event) {
    if (this.#parts.suggestions.takeKey(event)) return;
    if (event.key === 'Escape') {
      event.preventDefault();
      this.#parts.leave();
    } else if (event.key === 'Backspace' && this.#goesBack(event.target)) {
      event.preventDefault();
      this.#parts.leave(`/${this.#command.name}`);
    }
  }

  /** Backspace where there is nothing to erase leads back to the command's name. */
  #goesBack(target) {
    if (target === this.#run) return this.#fields.every((field) => field.isEmpty);
    return (
      target === this.#fields[0]?.input &&
      target.type === 'text' &&
      target.value === '' &&
      this.#fields.every((field) => field.isEmpty)
    );
  }

  async #submit(event) {
    event.preventDefault();
    const results = await Promise.all(this.#fields.map(async (field) => [field, await field.read()]));
    const wrong = results.find(([, { problem }]) => problem);
    if (wrong) {
      wrong[0].focus();
      return;
    }
    const given = results.filter(([, { value }]) => value !== undefined);
    this.#parts.submit(Object.fromEntries(given.map(([field, { value }]) => [field.option.name, value])));
  }
}
