// Telling screen readers about new messages: each once, and not while it is still being written.

const QUIET_MS = 1000;
/** An answer that grows by edits pauses now and then; that doesn't mean that it is whole. */
const QUIET_AFTER_EDIT_MS = 2500;
const LONGEST = 700;

export class Announcer {
  #region;
  #state;
  #waiting = new Map();
  #told = new Set();

  constructor(region, state) {
    this.#region = region;
    this.#state = state;
    state.on('messages', ({ messages, anew }) => {
      if (anew) this.#tellMissed(messages);
      for (const message of messages) this.#consider(message, anew);
    });
  }

  /** Says something at once. */
  say(text) {
    const line = document.createElement('p');
    line.textContent = text;
    this.#region.append(line);
    // Old lines go, or a screen reader's user would find them when reading the page.
    setTimeout(() => line.remove(), 8000);
  }

  /** What came while there was no connection is there all at once: it is counted, not read out. */
  #tellMissed(messages) {
    for (const timer of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
    const { channel, world } = this.#state;
    const missed = messages.filter(
      (message) =>
        message.channel === channel && message.author.id !== world?.viewer.id && !this.#told.has(message.id),
    ).length;
    if (this.#told.size > 0 && missed > 0)
      this.say(missed === 1 ? 'One new message.' : `${missed} new messages.`);
  }

  #consider(message, anew) {
    clearTimeout(this.#waiting.get(message.id));
    const own = message.author?.id === this.#state.world?.viewer.id;
    if (anew || own) this.#told.add(message.id);
    if (message.deleted || this.#told.has(message.id) || isPlaceholder(message)) return;
    const quiet = message.edited ? QUIET_AFTER_EDIT_MS : QUIET_MS;
    this.#waiting.set(
      message.id,
      setTimeout(() => this.#tell(message), quiet),
    );
  }

  #tell(message) {
    this.#waiting.delete(message.id);
    if (message.channel !== this.#state.channel) return;
    this.#told.add(message.id);
    this.say(`${message.author.name}${message.ephemeral ? ', only to you' : ''}: ${spoken(message)}`);
  }
}

function isPlaceholder({ loading, content, embeds, components, attachments }) {
  const empty = /^[\s.…]*$/.test(content) && embeds.length + attachments.length === 0;
  return loading || (empty && content !== '') || (empty && components.length === 0);
}

function spoken({ content, embeds, attachments }) {
  const text = content
    .replace(/\|\|.*?\|\|/gs, 'spoiler')
    .replace(/[*_~`]{1,3}/g, '')
    .trim();
  const extras = [
    ...embeds.map((embed) => embed.title ?? embed.description ?? 'an embed'),
    ...attachments.map(({ filename }) => `file ${filename}`),
  ];
  const whole = [text, ...extras].filter(Boolean).join('; ') || 'a message with controls';
  return whole.length > LONGEST ? `${whole.slice(0, LONGEST)}…` : whole;
}
