// Where one writes: messages, replies, edits, and the beginning of commands.

import { placeOf } from '../core/directory.js';
import { CommandMode } from './command_mode.js';
import { namedCommand, typedCommands } from './commands.js';
import { Completion } from './completion.js';
import { composerParts, fitField } from './composer_parts.js';
import { acceptDrops } from './drops.js';
import { decodeMentions, encodeMentions } from './mentions.js';
import { deliver, problemOf } from './outgoing.js';
import { Suggestions } from './suggestions.js';
import { TypingNotice } from './typing_notice.js';
import { Uploads } from './uploads.js';
import { Writing } from './writing.js';

const NOT_CONNECTED = 'This page is not connected to the playground yet.';
const EDIT_KEPT = 'Edit that message again to find what you wrote.';
const REPLY_GONE =
  'The message that you were replying to is gone. What you write is a message of its own now.';
const EDIT_GONE = 'The message that you were editing is gone. Copy what you want to keep; Esc ends the edit.';
const KEPT = 'What you wrote is kept where you wrote it.';

export class Composer {
  #parts;
  #nodes;
  #suggestions;
  #completion;
  #uploads;
  #commandMode;
  #typing = new TypingNotice();
  #writing;
  #picked = new Map();
  #channel = null;

  /** @param {object} parts frame, state, directory, uses, announcer, personalities() */
  constructor(parts) {
    this.#parts = parts;
    this.#uploads = new Uploads((text) => this.notice(text));
    this.#nodes = composerParts(parts.frame, this.#uploads.node);
    this.#writing = new Writing(this.#nodes, this.#uploads, () => this.#fit());
    this.#suggestions = new Suggestions(this.#nodes.popup, parts.announcer);
    this.#completion = new Completion(this.#nodes.field, this.#suggestions, {
      ...parts,
      commands: () => this.#commands(),
      onCommand: (command) => this.#typedCommand(command),
      onInsert: (candidate, named) => this.#insert(candidate, named),
    });
    this.#commandMode = new CommandMode(this.#nodes.row, this.#suggestions, {
      ...parts,
      onLeft: (text) => this.#write(text || this.#nodes.field.value),
      onRun: () => {
        this.#nodes.field.focus();
        this.#fit();
        parts.onSent();
      },
    });
    this.#listen();
  }

  focus() {
    if (!this.#commandMode.focus()) this.#nodes.field.focus();
  }

  /** Says in the composer what went wrong. */
  notice(text) {
    this.#nodes.notice.textContent = text;
  }

  replyTo(message) {
    this.#commandMode.leave();
    this.#writing.beginReply(message);
    this.#nodes.field.focus();
  }

  edit(message) {
    this.#commandMode.leave();
    this.#writing.beginEdit(message, decodeMentions(message.content, this.#picked, this.#parts.directory));
    this.#write(this.#nodes.field.value);
  }

  mention(author) {
    const user = author.webhook ? null : this.#parts.directory.user(author.id);
    const name = user ? user.name : author.name;
    if (user) this.#picked.set(`@${name}`, `<@${user.id}>`);
    this.#commandMode.leave();
    const { field } = this.#nodes;
    const gap = field.value === '' || /\s$/.test(field.value) ? '' : ' ';
    this.#write(`${field.value}${gap}@${name} `);
  }

  /** Begins a command by its name, as from a mention of it. */
  startCommand(name) {
    const command = this.#commands().find((one) => one.name === name);
    if (command) this.#enterCommand(command);
    else this.#write(`/${name}`);
  }

  #listen() {
    const { field, row, attach, files, aboutClose, send } = this.#nodes;
    const { state, frame } = this.#parts;
    field.addEventListener('input', () => this.#typed());
    field.addEventListener('keydown', (event) => this.#key(event));
    field.addEventListener('click', () => this.#suggest());
    field.addEventListener('blur', () => this.#suggestions.close(field));
    field.addEventListener('paste', (event) => this.#pasted(event));
    row.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#send();
    });
    send.addEventListener('pointerdown', (event) => event.preventDefault());
    attach.addEventListener('click', () => files.click());
    files.addEventListener('change', () => {
      this.#uploads.add(files.files);
      files.value = '';
      field.focus();
    });
    aboutClose.addEventListener('click', () => this.#writing.stopAbout());
    acceptDrops(frame.closest('main'), (dropped) => this.#uploads.add(dropped));
    state.on('channel', () => this.#switched());
    state.on('world', () => this.#label());
    state.on('messages', () => this.#checkAbout());
  }

  #switched() {
    const { state, directory } = this.#parts;
    this.#commandMode.leave();
    this.#channel = state.channel;
    this.#writing.moveTo(placeOf(directory.channel(state.channel)));
    this.#label();
    this.#checkAbout();
  }

  /** A message may be deleted, or the program started anew, while one answers or edits it. */
  #checkAbout() {
    if (this.#aboutIsThere()) return;
    if (this.#writing.isEditing) {
      this.#writing.aboutHasGone();
    } else {
      this.#writing.stopAbout();
      this.notice(REPLY_GONE);
    }
  }

  #aboutIsThere() {
    const { about } = this.#writing;
    return !about || this.#parts.state.message(about.message.id) !== null;
  }

  #label() {
    const { directory, state } = this.#parts;
    const label = directory.channelLabel(directory.channel(state.channel));
    this.#nodes.field.placeholder = `Message ${label}`;
    this.#nodes.field.setAttribute('aria-label', `Message ${label}`);
  }

  #write(text) {
    const { field } = this.#nodes;
    field.value = text;
    field.focus();
    field.setSelectionRange(text.length, text.length);
    this.#typed();
  }

  #typed() {
    this.#fit();
    this.notice('');
    const named = this.#writing.about ? null : namedCommand(this.#commands(), this.#nodes.field.value);
    if (named) this.#typedCommand(named);
    else this.#suggest();
    if (!this.#writing.isEditing) this.#typing.typed(this.#channel, this.#nodes.field.value);
  }

  #suggest() {
    this.#completion.offer({ commands: !this.#writing.isEditing });
  }

  #insert({ insert, as }, { start }) {
    const { field } = this.#nodes;
    if (as) this.#picked.set(insert, as);
    const behind = field.value.slice(field.selectionStart);
    const before = `${field.value.slice(0, start)}${insert}${/^\s/.test(behind) ? '' : ' '}`;
    field.value = before + behind;
    field.setSelectionRange(before.length, before.length);
    this.#fit();
  }

  #key(event) {
    if (this.#suggestions.takeKey(event)) return;
    const { field } = this.#nodes;
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.#send();
    } else if (event.key === 'ArrowUp' && field.value === '' && !this.#writing.about) {
      event.preventDefault();
      this.#editLast();
    } else if (event.key === 'Escape' && this.#writing.about) {
      event.preventDefault();
      this.#writing.stopAbout();
    }
  }

  #editLast() {
    const { state } = this.#parts;
    const own = state
      .messagesIn(this.#channel)
      .findLast(({ author, ephemeral }) => author.id === state.world.viewer.id && !ephemeral);
    if (own) this.edit(own);
  }

  #pasted(event) {
    const { files } = event.clipboardData;
    if (files.length === 0) return;
    event.preventDefault();
    this.#uploads.add(files);
  }

  async #send() {
    const content = encodeMentions(this.#nodes.field.value.trim(), this.#picked, this.#parts.directory);
    const files = this.#writing.isEditing ? [] : this.#uploads.files;
    const problem = this.#whyNot() ?? problemOf(content, files);
    if (problem) this.notice(problem);
    else if (content !== '' || files.length > 0) await this.#deliver(content);
  }

  #whyNot() {
    if (!this.#channel) return NOT_CONNECTED;
    return this.#writing.isEditing && !this.#aboutIsThere() ? EDIT_GONE : null;
  }

  /** Clears the field at once, so that one can go on writing; gives everything back if it was refused. */
  async #deliver(content) {
    const channel = this.#channel;
    const { draft, giveBack, isStillHere } = this.#writing.take();
    this.#suggestions.close();
    this.#typing.stop();
    try {
      await deliver({ content, channel, about: draft.about, files: draft.files });
      if (isStillHere()) this.#parts.onSent();
    } catch (refused) {
      const where = draft.about?.kind === 'edit' ? EDIT_KEPT : KEPT;
      const isBack = giveBack();
      this.#checkAbout();
      this.notice(isBack ? refused.message : `${refused.message} ${where}`);
    }
  }

  #commands() {
    const { state, directory } = this.#parts;
    const channel = directory.channel(this.#channel);
    return channel ? typedCommands(state.world.commands, channel) : [];
  }

  #typedCommand(command) {
    this.#nodes.field.value = '';
    this.#enterCommand(command);
  }

  #enterCommand(command) {
    this.#writing.stopAbout();
    this.#commandMode.enter(command, this.#channel);
  }

  #fit() {
    fitField(this.#nodes.field, this.#nodes.counter);
  }
}
