// A form's text field, of one line or several.

import { element } from '../core/element.js';

const PARAGRAPH = 2;
const COUNT_ALWAYS_UP_TO = 1000;

export function textInput(component, ids) {
  const {
    style,
    value,
    placeholder,
    max_length: most = 4000,
    min_length: least = 0,
    required = true,
  } = component;
  const counter = element('span', { class: 'counter', 'aria-hidden': 'true' });
  const control = element(style === PARAGRAPH ? 'textarea' : 'input', {
    id: ids.control,
    'aria-describedby': ids.described,
    'aria-required': String(required),
    placeholder,
    rows: style === PARAGRAPH ? 5 : null,
    type: style === PARAGRAPH ? null : 'text',
    dataset: { customId: component.custom_id },
    name: component.custom_id,
    input: () => count(),
    ...secrecy(component),
  });
  if (value) control.value = value;

  function count() {
    const length = [...control.value].length;
    const telling = component.max_length && (most <= COUNT_ALWAYS_UP_TO || length > most * 0.8);
    counter.textContent = telling ? `${length}/${most}` : '';
    counter.classList.toggle('over', length > most);
  }
  count();

  return {
    node: element('div', { class: 'counted' }, control, counter),
    focus: () => control.focus(),
    mark: (wrong) => control.setAttribute('aria-invalid', String(wrong)),
    read: () => ({ value: control.value, problem: problemOf(control.value, { required, least, most }) }),
  };
}

function problemOf(value, { required, least, most }) {
  const length = [...value].length;
  if (length === 0) return required ? 'This field is required.' : undefined;
  if (length < least) return `At least ${least} characters, please; this has ${length}.`;
  if (length > most) return `At most ${most} characters, please; this has ${length}.`;
  return undefined;
}

/** What looks like a key is nothing that the browser should keep, complete or send to be checked. */
function secrecy({ custom_id: customId, label = '' }) {
  const secret = /key|token|secret/i.test(`${customId} ${label}`);
  return secret
    ? {
        autocomplete: 'off',
        spellcheck: 'false',
        autocapitalize: 'off',
        autocorrect: 'off',
        'data-1p-ignore': true,
        'data-lpignore': 'true',
        class: 'secret',
      }
    : { autocomplete: 'off' };
}
