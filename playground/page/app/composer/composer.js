// Where one writes: messages, replies, edits, and the beginning of commands.

import { act } from '../core/server.js';
import { avatar } from '../chat/avatar.js';
import { CommandForm } from './command_form.js';
import { matchingCommands, namedCommand, typedCommands } from './commands.js';
import { composerParts } from './composer_parts.js';
import { candidates, decodeMentions, encodeMentions, namedAt } from './mentions.js';
import { Suggestions } from './suggestions.js';
import { Uploads } from './uploads.js';

const LONGEST = 2000;
const COUNT_FROM = 1800;
const TYPING_EVERY_MS = 8000;

export class Composer {
  #parts;
  #nodes;
  #suggestions;
  #uploads;
  #form = null;
  /** What the next message does: `{kind: 'reply' | 'edit', message}`. */
  #about = null;
  #picked = new Map();
  #drafts = new Map();
  #channel = null;
  #typedAt = 0;

  /** @param {object} parts frame, state, directory, uses, announcer, personalities() */
  constructor(parts) {
    this.#parts = parts;
    this.#uploads = new Uploads((text) => this.notice(text));
    this.#nodes = composerParts(parts.frame, this.#uploads.node);
    this.#suggestions = new Suggestions(this.#nodes.popup, parts.announcer);
    this.#listen();
  }

  focus() {
    if (this.#form) this.#form.focus();
    else this.#nodes.field.focus();
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
    this.#leaveCommand();
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
    if (this.#channel) this.#drafts.set(this.#channel, this.#about?.kind === 'edit' ? '' : this.#nodes.field.value);
    this.#channel = state.channel;
    this.#leaveCommand();
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
    this.#tellTyping();
  }

  #tellTyping() {
    const { field } = this.#nodes;
    const writes = field.value !== '' && !field.value.startsWith('/') && this.#about?.kind !== 'edit';
    if (!writes || Date.now() - this.#typedAt < TYPING_EVERY_MS) return;
    this.#typedAt = Date.now();
    act({ do: 'typing', channel: this.#channel }).catch(() => {});
  }

  #suggest() {
    const { field } = this.#nodes;
    if (/^\/[^\n]*$/.test(field.value) && this.#about?.kind !== 'edit') {
      this.#suggestCommands(field.value.slice(1));
      return;
    }
    const named = this.#channel && namedAt(field.value, field.selectionStart);
    const found = named ? candidates(named, this.#parts) : [];
    this.#suggestions.show(field, found, {
      label: named?.sign === '#' ? 'Channels' : 'People and personalities',
      // A name that is there in full needs no choosing: Enter sends.
      preselect: !found.some(({ insert }) => insert.toLowerCase() === `${named.sign}${named.typed}`.toLowerCase()),
      pick: (candidate) => this.#insert(candidate, named),
    });
  }

  #suggestCommands(query) {
    const found = matchingCommands(this.#commands(), query);
    this.#suggestions.show(this.#nodes.field, found.map((command) => ({
      label: `/${command.name}`, detail: command.description, value: command, face: avatar({ name: this.#parts.directory.botName(), bot: true }, 'small'), dataset: { command: command.name },
      note: command.options.filter((option) => option.required).map((option) => option.name).join(' '),
    })), { label: 'Commands', testid: 'slash-menu', optionTestid: 'slash-option', pick: ({ value }) => this.#enterCommand(value) });
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
    const own = state.messagesIn(this.#channel).findLast(({ author, ephemeral }) => author.id === state.world.viewer.id && !ephemeral);
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
    const tooLong = [...content].length - LONGEST;
    if (tooLong > 0) return this.notice(`That is ${tooLong} characters too long. Shorten it, or send it in parts.`);
    if (content === '' && this.#uploads.count === 0) return undefined;
    return this.#deliver(content, { text: field.value, channel: this.#channel, about: this.#about });
  }

  /** Clears the field at once, so that one can go on writing; puts the text back if it was refused. */
  async #deliver(content, { text, channel, about }) {
    const body = about?.kind === 'edit'
      ? { do: 'edit', message: about.message.id, content }
      : { do: 'say', channel, content, reply_to: about?.message.id ?? null, files: await this.#uploads.encoded() };
    this.#stopAbout();
    this.#nodes.field.value = '';
    this.#suggestions.close();
    this.#fit();
    this.#typedAt = 0;
    try {
      await act(body);
      if (body.files?.length > 0) this.#uploads.clear();
      this.#parts.onSent();
    } catch (refused) {
      if (this.#channel === channel && this.#nodes.field.value === '') this.#nodes.field.value = text;
      this.#fit();
      this.notice(refused.message);
    }
  }

  #begin(about, title) {
    this.#leaveCommand();
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
    const { state, directory, uses } = this.#parts;
    const channel = this.#channel;
    this.#suggestions.close();
    this.#leaveCommand();
    this.#stopAbout();
    this.#nodes.field.value = '';
    this.#form = new CommandForm(command, {
      suggestions: this.#suggestions,
      directory,
      channel: () => channel,
      leave: (text = '') => {
        this.#leaveCommand();
        this.#write(text);
      },
      submit: (options) => {
        this.#leaveCommand();
        this.#nodes.field.focus();
        this.#fit();
        uses.run({ do: 'slash', channel, command: command.name, options }, { channel, name: `/${command.name}` });
        state.changed('local');
        this.#parts.onSent();
      },
    });
    this.#nodes.row.hidden = true;
    this.#nodes.row.before(this.#form.node);
    this.#form.focus();
  }

  #leaveCommand() {
    this.#suggestions.close();
    this.#form?.node.remove();
    this.#form = null;
    this.#nodes.row.hidden = false;
  }

  /** As tall as its text, up to a limit; and how much room is left, when it gets scarce. */
  #fit() {
    const { field, counter } = this.#nodes;
    field.style.height = 'auto';
    field.style.height = `${Math.min(field.scrollHeight, innerHeight * 0.4)}px`;
    const length = [...field.value].length;
    counter.textContent = length < COUNT_FROM ? '' : String(LONGEST - length);
    counter.classList.toggle('over', length > LONGEST);
  }
}

function acceptDrops(area, take) {
  const carriesFiles = (event) => event.dataTransfer?.types.includes('Files');
  area.addEventListener('dragover', (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    area.classList.add('dropping');
  });
  area.addEventListener('dragleave', (event) => {
    if (!area.contains(event.relatedTarget)) area.classList.remove('dropping');
  });
  area.addEventListener('drop', (event) => {
    area.classList.remove('dropping');
    if (!carriesFiles(event)) return;
    event.preventDefault();
    take(event.dataTransfer.files);
  });
}
