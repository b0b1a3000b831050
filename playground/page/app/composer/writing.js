// What is being written right now: the text, the files, and what the message is about. Another place
// has something else begun; an edit lies above what was begun before it; and what the server refused
// comes back to where it was written.

import { Drafts, NOTHING, together } from './drafts.js';

export class Writing {
  /** What the next message does: `{kind: 'reply' | 'edit', message}`. */
  about = null;
  #nodes;
  #uploads;
  #onShown;
  #place = null;
  #drafts = new Drafts();
  /** What was being written when an edit began. */
  #below = NOTHING;
  /** The texts of edits that were refused while something else was being written. */
  #unsaved = new Map();

  /**
   * @param {{field: HTMLTextAreaElement, about: HTMLElement, aboutText: HTMLElement}} nodes
   * @param {Uploads} uploads
   * @param {() => void} onShown told when there is another text in the field
   */
  constructor(nodes, uploads, onShown) {
    this.#nodes = nodes;
    this.#uploads = uploads;
    this.#onShown = onShown;
  }

  get isEditing() {
    return this.about?.kind === 'edit';
  }

  /** Goes to another place, where something else may have been begun. */
  moveTo(place) {
    if (this.isEditing) this.stopAbout();
    if (this.#place) {
      this.#drafts.keep(this.#place, this.#current());
      this.#show(this.#drafts.take(place));
    }
    this.#place = place;
  }

  beginReply(message) {
    if (this.isEditing) this.stopAbout();
    this.#setAbout({ kind: 'reply', message });
  }

  /** Begins to edit a message; `text` is what it says now. */
  beginEdit(message, text) {
    if (!this.isEditing) this.#below = { ...this.#current(), files: [] };
    this.#setAbout({ kind: 'edit', message });
    this.#write(this.#unsaved.get(message.id) ?? text);
    this.#unsaved.delete(message.id);
  }

  /** Says that what it is about isn't there any more. */
  aboutHasGone() {
    this.#nodes.aboutText.textContent = 'The message that you were editing is gone';
  }

  /** The next message is a message of its own. What an edit lay above is there again. */
  stopAbout() {
    const { text, about } = this.isEditing ? this.#below : { text: this.#nodes.field.value, about: null };
    this.#below = NOTHING;
    this.#setAbout(about);
    this.#write(text);
  }

  /**
   * Hands over what was written: it is on its way. If it is refused, `giveBack` brings it back; it
   * answers whether that can be seen.
   * @returns {{draft: Draft, giveBack: () => boolean, isStillHere: () => boolean}}
   */
  take() {
    const [place, isEdit] = [this.#place, this.isEditing];
    const draft = isEdit ? { ...this.#current(), files: [] } : this.#current();
    if (isEdit) this.stopAbout();
    else this.#show(NOTHING);
    const after = this.#nodes.field.value;
    const isStillHere = () => place === this.#place;
    const untouched = () => isStillHere() && !this.isEditing && after === this.#nodes.field.value;
    const giveBack = () => (isEdit ? this.#giveBackEdit(draft, untouched()) : this.#giveBack(draft, place));
    return { draft, giveBack, isStillHere };
  }

  #giveBack(draft, place) {
    if (place !== this.#place) {
      this.#drafts.giveBack(place, draft);
    } else if (this.isEditing) {
      // Not into the text of another message: it is there again when that is done.
      this.#uploads.replace([...draft.files, ...this.#uploads.files]);
      this.#below = together({ ...draft, files: [] }, this.#below);
    } else {
      this.#show(together(draft, this.#current()));
      return true;
    }
    return false;
  }

  /** A refused edit must not become a part of another message. */
  #giveBackEdit({ text, about: { message } }, untouched) {
    if (untouched) this.beginEdit(message, text);
    else this.#unsaved.set(message.id, text);
    return untouched;
  }

  #current() {
    return { text: this.#nodes.field.value, about: this.about, files: this.#uploads.files };
  }

  #show({ text, about, files }) {
    this.#setAbout(about);
    this.#uploads.replace(files);
    this.#write(text);
  }

  #setAbout(about) {
    this.about = about;
    this.#nodes.about.hidden = about === null;
    if (!about) return;
    const { author } = about.message;
    this.#nodes.aboutText.textContent =
      about.kind === 'edit' ? 'Editing your message' : `Replying to ${author.name}`;
  }

  #write(text) {
    this.#nodes.field.value = text;
    this.#onShown();
  }
}
