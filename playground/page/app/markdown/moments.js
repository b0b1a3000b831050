// Points in time, worded: `<t:…>` in messages, and when a message was written. Pure.

const STYLES = {
  t: { timeStyle: 'short' },
  T: { timeStyle: 'medium' },
  d: { dateStyle: 'short' },
  D: { dateStyle: 'long' },
  f: { dateStyle: 'long', timeStyle: 'short' },
  F: { dateStyle: 'full', timeStyle: 'short' },
  s: { dateStyle: 'short', timeStyle: 'short' },
  S: { dateStyle: 'short', timeStyle: 'medium' },
};

const UNITS = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
];

/** A moment in one of Discord's styles, in the reader's language and timezone. */
export function wordMoment(seconds, style, now = Date.now()) {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return 'Invalid date';
  if (style === 'R') return wordDistance(seconds - now / 1000);
  return new Intl.DateTimeFormat(undefined, STYLES[style] ?? STYLES.f).format(date);
}

/** How far away something is: “in 2 hours”, “3 days ago”. */
export function wordDistance(seconds) {
  const [unit, length] = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? UNITS.at(-1);
  return new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' }).format(
    Math.round(seconds / length),
    unit,
  );
}

/** The time of day. */
export function wordTime(date) {
  return new Intl.DateTimeFormat(undefined, { timeStyle: 'short' }).format(date);
}

/** A day, for the line between two days. */
export function wordDay(date) {
  return new Intl.DateTimeFormat(undefined, { dateStyle: 'full' }).format(date);
}

/** When a message was written: short for today and yesterday. */
export function wordWritten(date, now = new Date()) {
  if (sameDay(date, now)) return wordTime(date);
  const yesterday = new Date(now);
  yesterday.setDate(now.getDate() - 1);
  if (sameDay(date, yesterday)) return `Yesterday at ${wordTime(date)}`;
  return new Intl.DateTimeFormat(undefined, { dateStyle: 'short', timeStyle: 'short' }).format(date);
}

export function sameDay(one, other) {
  return one.toDateString() === other.toDateString();
}
