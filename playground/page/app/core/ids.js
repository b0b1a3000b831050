// Discord's ids are numbers too large for JavaScript, written as text. Older ones are smaller.

/** Orders two ids by age, the older first. */
export function compareIds(one, other) {
  return one.length - other.length || (one < other ? -1 : Number(one > other));
}

/** Whether the first id is younger. A missing id is older than all others. */
export function isYounger(id, than) {
  return !than || compareIds(id, than) > 0;
}
