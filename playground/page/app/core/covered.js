// What lies behind a drawer or an overlay must not be reached with the keyboard.

const covers = new Set();

/** Notes that `name` covers the parts, or no longer does. */
export function cover(name, covered, parts) {
  if (covered) covers.add(name);
  else covers.delete(name);
  for (const part of parts) part.inert = covers.size > 0;
}
