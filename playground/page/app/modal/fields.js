// The fields of a form, one for each kind of component. A field can be read: its value, or what is
// wrong with it, which it then shows itself.

import { element, uniqueId } from '../core/element.js';
import { choiceInput } from './choices.js';
import { fileInput } from './file_input.js';
import { textInput } from './text_input.js';

const TEXT_INPUT = 4;
const FILE_UPLOAD = 19;

/**
 * @typedef {object} Input what a kind of field has to offer
 * @property {Node} node
 * @property {boolean} [grouped] several controls, which the label is the legend of
 * @property {string} controlId
 * @property {() => void} focus
 * @property {() => {value?: any, problem?: string} | Promise<{value?: any, problem?: string}>} read
 */

/** Builds the field of a component. */
export function modalField(component, { label, description, directory }) {
  const id = uniqueId('field');
  const ids = { control: id, described: `${id}-about ${id}-problem` };
  const input = inputFor(component, ids, { label, directory });
  const problem = element('p', { class: 'field-problem', id: `${id}-problem`, role: 'alert' });
  const required = component.required ?? true;
  const name = [
    label ?? component.label ?? component.custom_id,
    required
      ? element('span', { class: 'required', title: 'required' }, ' *')
      : element('span', { class: 'optional' }, ' optional'),
  ];
  const about = element('p', { class: 'field-about', id: `${id}-about` }, description ?? '');
  const node = input.grouped
    ? element(
        'fieldset',
        { class: 'field', 'aria-describedby': ids.described },
        element('legend', {}, name),
        about,
        input.node,
        problem,
      )
    : element('div', { class: 'field' }, element('label', { for: id }, name), about, input.node, problem);
  return {
    node,
    customId: component.custom_id,
    focus: () => input.focus(),
    async read() {
      const result = await input.read();
      problem.textContent = result.problem ?? '';
      input.mark?.(Boolean(result.problem));
      return result;
    },
  };
}

/** @returns {Input & {mark?: (wrong: boolean) => void}} */
function inputFor(component, ids, about) {
  if (component.type === TEXT_INPUT) return textInput(component, ids);
  if (component.type === FILE_UPLOAD) return fileInput(component, ids);
  return choiceInput(component, ids, about);
}
