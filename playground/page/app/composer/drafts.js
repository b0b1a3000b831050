// What was begun and not sent, by the place it is for. Nothing that somebody wrote gets lost, and
// nothing goes to another place than the one it was written for. Pure.

/**
 * @typedef {object} Draft
 * @property {string} text
 * @property {{kind: 'reply' | 'edit', message: object} | null} about
 * @property {File[]} files
 */

/** Nothing begun. */
export const NOTHING = Object.freeze({ text: '', about: null, files: [] });

/** Puts what came back before what was written since. */
export function together(back, since) {
  return {
    text: [back.text, since.text].filter(Boolean).join('\n'),
    about: since.about ?? back.about,
    files: [...back.files, ...since.files],
  };
}

export class Drafts {
  #byPlace = new Map();

  keep(place, draft) {
    this.#byPlace.set(place, draft);
  }

  /** Hands over what was begun in a place. */
  take(place) {
    const draft = this.#byPlace.get(place) ?? NOTHING;
    this.#byPlace.delete(place);
    return draft;
  }

  /** A message for a place that isn't open any more came back. */
  giveBack(place, draft) {
    this.keep(place, together(draft, this.take(place)));
  }
}
