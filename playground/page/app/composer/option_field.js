// One option of a slash command: its field, with what Discord would offer for it.

import { element, uniqueId } from '../core/element.js';
import { encodeFiles } from '../core/files.js';
import { act } from '../core/server.js';
import {
  ATTACHMENT,
  checkTyped,
  fixedValues,
  INTEGER,
  isChosen,
  matchingValues,
  NUMBER,
  wordKind,
} from './option_values.js';

const PAUSE_MS = 200;

export class OptionField {
  node;
  option;
  #parts;
  #input;
  #problem;
  #chosen = null;
  #timer = null;
  #asked = 0;

  /** @param {object} parts suggestions, directory, ask(option, value), onChosen(field) */
  constructor(option, parts) {
    this.option = option;
    this.#parts = parts;
    this.node = this.#draw();
  }

  focus() {
    this.#input.focus();
  }

  get isEmpty() {
    return this.option.type === ATTACHMENT ? this.#input.files.length === 0 : this.#input.value === '';
  }

  get input() {
    return this.#input;
  }

  /** What would be sent now, without a word about what is wrong: for the bot's suggestions. */
  peek() {
    if (this.option.type === ATTACHMENT || this.isEmpty) return undefined;
    return this.#chosen?.label === this.#input.value
      ? this.#chosen.value
      : checkTyped(this.option, this.#input.value).value;
  }

  /** What is to be sent, or a problem, which is also shown. */
  async read() {
    const result = await this.#check();
    this.#problem.textContent = result.problem ?? '';
    this.#input.setAttribute('aria-invalid', String(Boolean(result.problem)));
    return result;
  }

  async #check() {
    const { option } = this;
    if (option.type === ATTACHMENT) return this.#checkFile();
    const text = this.#input.value;
    if (this.#chosen && this.#chosen.label === text) return { value: this.#chosen.value };
    if (text !== '' && isChosen(option)) {
      const exact = fixedValues(option, this.#parts.directory).find(
        ({ label }) => label.toLowerCase() === text.trim().toLowerCase(),
      );
      return exact ? { value: exact.value } : { problem: `Choose ${option.name} from the list.` };
    }
    return checkTyped(option, text);
  }

  async #checkFile() {
    const [file] = this.#input.files;
    if (!file) return this.option.required ? { problem: `${this.option.name} is required.` } : {};
    const { value, problem } = await encodeFiles([file]);
    return problem ? { problem } : { value: value[0] };
  }

  #draw() {
    const { option } = this;
    const id = uniqueId('option');
    this.#problem = element('span', { class: 'field-problem', id: `${id}-problem`, role: 'alert' });
    this.#input = element('input', {
      id,
      type: option.type === ATTACHMENT ? 'file' : 'text',
      class: 'option-input',
      autocomplete: 'off',
      spellcheck: 'false',
      'aria-describedby': `${id}-about ${id}-problem`,
      'aria-required': option.required ? 'true' : null,
      inputmode: { [INTEGER]: 'numeric', [NUMBER]: 'decimal' }[option.type],
      placeholder: wordKind(option),
      dataset: { optionName: option.name },
      ...this.#listBehaviour(),
    });
    return element(
      'div',
      { class: 'option', dataset: { testid: 'slash-field', optionName: option.name } },
      element(
        'label',
        { for: id },
        option.name,
        option.required ? null : element('span', { class: 'optional' }, ' optional'),
      ),
      this.#input,
      element('span', { class: 'option-about', id: `${id}-about` }, option.description),
      this.#problem,
    );
  }

  /** A field with a list is a combobox. */
  #listBehaviour() {
    const { option } = this;
    if (!isChosen(option) && !option.autocomplete) return { input: () => this.#clearProblem() };
    return {
      role: 'combobox',
      'aria-expanded': 'false',
      'aria-autocomplete': 'list',
      focus: () => this.#suggest(),
      click: () => this.#suggest(),
      input: () => {
        this.#clearProblem();
        this.#suggest();
      },
      blur: () => this.#left(),
    };
  }

  #clearProblem() {
    this.#problem.textContent = '';
    this.#input.removeAttribute('aria-invalid');
  }

  #left() {
    clearTimeout(this.#timer);
    this.#asked += 1;
    this.#parts.suggestions.close(this.#input);
  }

  #suggest() {
    const typed = this.#chosen?.label === this.#input.value ? '' : this.#input.value;
    if (!this.option.autocomplete) {
      this.#show(matchingValues(fixedValues(this.option, this.#parts.directory), typed), typed);
      return;
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#askTheBot(), PAUSE_MS);
  }

  async #askTheBot() {
    const typed = this.#input.value;
    this.#asked += 1;
    const ticket = this.#asked;
    try {
      const { choices } = await act(this.#parts.autocomplete(this.option, typed));
      // An answer to what was typed earlier is of no use any more.
      if (ticket !== this.#asked || document.activeElement !== this.#input) return;
      this.#show(
        choices.map(({ name, value }) => ({ label: name, value })),
        typed,
      );
    } catch (refused) {
      if (ticket === this.#asked) this.#problem.textContent = `No suggestions: ${refused.message}`;
    }
  }

  #show(values, typed) {
    this.#parts.suggestions.show(this.#input, values, {
      label: `${this.option.name}: ${this.option.description}`,
      // Enter in an empty optional field runs the command rather than choose something.
      preselect: typed !== '' || Boolean(this.option.required),
      pick: (value) => this.#choose(value),
    });
  }

  #choose(value) {
    this.#chosen = value;
    this.#input.value = value.label;
    this.#clearProblem();
    this.#parts.onChosen(this);
  }
}
