// Files that will go with the next message: chosen, pasted or dropped, and removable until then.

import { element } from '../core/element.js';
import { readableSize, takeFitting } from '../core/files.js';
import { icon } from '../core/icons.js';

export class Uploads {
  /** The list of chips. */
  node = element('ul', { class: 'chips', 'aria-label': 'Files to send', hidden: true });
  #files = [];
  #say;

  constructor(say) {
    this.#say = say;
  }

  get files() {
    return [...this.#files];
  }

  add(added) {
    const { files, problem } = takeFitting(this.#files, added);
    this.replace(files);
    if (problem) this.#say(problem);
  }

  /** Shows these files instead of those that were there. */
  replace(files) {
    this.#files = [...files];
    this.#draw();
  }

  #remove(at) {
    this.#files.splice(at, 1);
    this.#draw();
    (
      this.node.querySelectorAll('button')[Math.min(at, this.#files.length - 1)] ??
      this.node.parentElement.querySelector('textarea')
    )?.focus();
  }

  #draw() {
    for (const picture of this.node.querySelectorAll('img')) URL.revokeObjectURL(picture.src);
    this.node.hidden = this.#files.length === 0;
    this.node.replaceChildren(
      ...this.#files.map((file, at) =>
        element(
          'li',
          { class: 'chip' },
          preview(file),
          element('span', { class: 'chip-name' }, file.name),
          element('span', { class: 'chip-size' }, readableSize(file.size)),
          element(
            'button',
            {
              type: 'button',
              class: 'quiet icon-only',
              'aria-label': `Remove ${file.name}`,
              click: () => this.#remove(at),
            },
            icon('close'),
          ),
        ),
      ),
    );
  }
}

function preview(file) {
  return file.type.startsWith('image/')
    ? element('img', { src: URL.createObjectURL(file), alt: '' })
    : icon('file');
}
