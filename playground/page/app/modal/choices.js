// A form's fields that are chosen in: menus, radio buttons, tick boxes. All are native controls.

import { element } from '../core/element.js';
import { offers, placeholderOf, SELECTS, wordAmount } from '../chat/selects.js';

const RADIO_GROUP = 21;
const CHECKBOX_GROUP = 22;
const CHECKBOX = 23;

/** Builds the input of a component that is chosen in. */
export function choiceInput(component, ids, { label, directory }) {
  const { type } = component;
  if (type === CHECKBOX) return singleTick(component, ids, label);
  if (type === RADIO_GROUP) return radios(component, ids);
  if (type === CHECKBOX_GROUP) return ticks(component.options, component, ids);
  if (SELECTS.has(type)) {
    const options = offers(component, directory);
    const several = (component.max_values ?? 1) > 1;
    return several
      ? ticks(options, { min_values: 1, max_values: 1, ...component }, ids)
      : menu(options, component, ids);
  }
  return unknown(component);
}

function menu(options, component, ids) {
  const required = component.required ?? true;
  const none = element('option', { value: '' }, placeholderOf(component));
  const control = element(
    'select',
    {
      id: ids.control,
      'aria-describedby': ids.described,
      'aria-required': String(required),
      dataset: { customId: component.custom_id },
    },
    none,
    options.map(({ value, label, description, default: chosen }) =>
      element('option', { value, selected: chosen }, description ? `${label} — ${description}` : label),
    ),
  );
  return {
    node: control,
    focus: () => control.focus(),
    mark: (wrong) => control.setAttribute('aria-invalid', String(wrong)),
    read: () => {
      const values = control.value === '' ? [] : [control.value];
      return required && values.length === 0 ? { problem: 'Make a choice.' } : { value: values };
    },
  };
}

function radios(component, ids) {
  const required = component.required ?? true;
  const { node, inputs } = group('radio', component.options, component, ids);
  return {
    node,
    grouped: true,
    focus: () => (inputs.find((input) => input.checked) ?? inputs[0])?.focus(),
    read: () => {
      const value = inputs.find((input) => input.checked)?.value ?? null;
      return required && value === null ? { problem: 'Choose one.' } : { value };
    },
  };
}

function ticks(options, component, ids) {
  const required = component.required ?? true;
  const least = component.min_values ?? (required ? 1 : 0);
  const most = component.max_values ?? options.length;
  const { node, inputs } = group('checkbox', options, component, ids);
  return {
    node,
    grouped: true,
    focus: () => inputs[0]?.focus(),
    read: () => {
      const values = inputs.filter((input) => input.checked).map((input) => input.value);
      const fits = values.length >= least && values.length <= most;
      const leftOut = !required && values.length === 0;
      return fits || leftOut ? { value: values } : { problem: `${wordAmount(least, most)}.` };
    },
  };
}

function group(type, options, component, ids) {
  const inputs = [];
  const lines = options.map(({ value, label, description, default: chosen }, at) => {
    const id = `${ids.control}-${at}`;
    const input = element('input', {
      type,
      value,
      id,
      name: ids.control,
      checked: chosen,
      'aria-describedby': description ? `${id}-about` : null,
    });
    inputs.push(input);
    return element(
      'div',
      { class: 'tick' },
      input,
      element(
        'div',
        {},
        element('label', { for: id }, label),
        description ? element('small', { id: `${id}-about` }, description) : null,
      ),
    );
  });
  return {
    node: element('div', { class: 'ticks', dataset: { customId: component.custom_id } }, lines),
    inputs,
  };
}

/** One tick box: its label is the field's own. */
function singleTick(component, ids, label) {
  const input = element('input', {
    type: 'checkbox',
    id: ids.control,
    checked: component.default,
    'aria-describedby': ids.described,
    'aria-label': label,
    dataset: { customId: component.custom_id },
  });
  return {
    node: element('div', { class: 'tick' }, input),
    focus: () => input.focus(),
    read: () => ({ value: input.checked }),
  };
}

function unknown({ type }) {
  return {
    node: element('p', { class: 'unknown-part' }, `A field of type ${type}, which this page can’t show.`),
    focus: () => {},
    read: () => ({}),
  };
}
