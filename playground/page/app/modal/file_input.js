// A form's field for files.

import { element } from '../core/element.js';
import { encodeFiles } from '../core/files.js';

export function fileInput(component, ids) {
  const { min_values: least = 1, max_values: most = 1, required = true } = component;
  const control = element('input', {
    id: ids.control,
    type: 'file',
    multiple: most > 1,
    'aria-describedby': ids.described,
    'aria-required': String(required),
    dataset: { customId: component.custom_id },
  });
  return {
    node: control,
    focus: () => control.focus(),
    mark: (wrong) => control.setAttribute('aria-invalid', String(wrong)),
    async read() {
      const files = [...control.files];
      const problem = problemOf(files, { required, least, most });
      return problem ? { problem } : encodeFiles(files);
    },
  };
}

function problemOf(files, { required, least, most }) {
  if (files.length === 0) return required ? 'Choose a file.' : null;
  if (files.length < least) return `Choose at least ${least} files.`;
  if (files.length > most) return `Choose at most ${most} files.`;
  return null;
}
