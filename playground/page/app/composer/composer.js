// Where one writes: messages, replies, edits, and the beginning of commands.

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

export class Composer {
  #parts;
  #nodes;
  #suggestions;
  #completion;
  #uploads;
  #commandMode;
  #typing = new TypingNotice();
  /** What the next message does: `{kind: 'reply' | 'edit', message}`. */
  #about = null;
  #picked = new Map();
  #drafts = new Map();
  #channel = null;

  /** @param {object} parts frame, state, directory, uses, announcer, personalities() */
  constructor(parts) {
    this.#parts = parts;
    this.#uploads = new Uploads((text) => this.notice(text));
    this.#nodes = composerParts(parts.frame, this.#uploads.node);
    this.#suggestions = new Suggestions(this.#nodes.popup, parts.announcer);
    this.#completion = new Completion(this.#nodes.field, this.#suggestions, {
      ...parts,
      commands: () => this.#commands(),
      onCommand: (command) => this.#enterCommand(command),
      onInsert: (candidate, named) => this.#insert(candidate, named),
    });
    this.#commandMode = new CommandMode(this.#nodes.row, this.#suggestions, {
      ...parts,
      onLeft: (text) => this.#write(text),
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
    this.#begin({ kind: 'reply', message }, `Replying to ${message.author.name}`);
  }

  edit(message) {
    this.#begin({ kind: 'edit', message }, 'Editing your message');
    this.#write(decodeMentions(message.content, this.#picked, this.#parts.directory));
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
    aboutClose.addEventListener('click', () => this.#stopAbout());
    acceptDrops(frame.closest('main'), (dropped) => this.#uploads.add(dropped));
    state.on('channel', () => this.#switched());
    state.on('world', () => this.#label());
  }

  #switched() {
    const { state } = this.#parts;
    if (this.#channel)
      this.#drafts.set(this.#channel, this.#about?.kind === 'edit' ? '' : this.#nodes.field.value);
    this.#channel = state.channel;
    this.#commandMode.leave();
    this.#stopAbout();
    this.#nodes.field.value = this.#drafts.get(state.channel) ?? '';
    this.#label();
    this.#fit();
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
    const named = this.#about ? null : namedCommand(this.#commands(), this.#nodes.field.value);
    if (named) this.#enterCommand(named);
    else this.#suggest();
    if (this.#about?.kind !== 'edit') this.#typing.typed(this.#channel, this.#nodes.field.value);
  }

  #suggest() {
    this.#completion.offer({ commands: this.#about?.kind !== 'edit' });
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
    } else if (event.key === 'ArrowUp' && field.value === '' && !this.#about) {
      event.preventDefault();
      this.#editLast();
    } else if (event.key === 'Escape' && this.#about) {
      event.preventDefault();
      this.#stopAbout();
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
    const { field } = this.#nodes;
    const content = encodeMentions(field.value.trim(), this.#picked, this.#parts.directory);
    const problem = problemOf(content);
    if (problem) this.notice(problem);
    else if (content !== '' || this.#uploads.count > 0) await this.#deliver(content, field.value);
  }

  /** Clears the field at once, so that one can go on writing; puts the text back if it was refused. */
  async #deliver(content, text) {
    const channel = this.#channel;
    const sending = deliver({ content, channel, about: this.#about, uploads: this.#uploads });
    this.#stopAbout();
    this.#nodes.field.value = '';
    this.#suggestions.close();
    this.#fit();
    this.#typing.stop();
    try {
      await sending;
      this.#parts.onSent();
    } catch (refused) {
      if (this.#channel === channel && this.#nodes.field.value === '') this.#nodes.field.value = text;
      this.#fit();
      this.notice(refused.message);
    }
  }

  #begin(about, title) {
    this.#commandMode.leave();
    this.#stopAbout();
    this.#about = about;
    this.#nodes.aboutText.textContent = title;
    this.#nodes.about.hidden = false;
    this.#nodes.field.focus();
  }

  #stopAbout() {
    if (this.#about?.kind === 'edit') this.#nodes.field.value = '';
    this.#about = null;
    this.#nodes.about.hidden = true;
    this.#fit();
  }

  #commands() {
    const { state, directory } = this.#parts;
    const channel = directory.channel(this.#channel);
    return channel ? typedCommands(state.world.commands, channel) : [];
  }

  #enterCommand(command) {
    this.#stopAbout();
    this.#nodes.field.value = '';
    this.#commandMode.enter(command, this.#channel);
  }

  #fit() {
    fitField(this.#nodes.field, this.#nodes.counter);
  }
}
