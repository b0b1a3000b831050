// Who this window is. The name is in the page's address, so that two windows can be two people.

/** Who somebody is who says nothing, and who is always there. */
export const DEFAULT_PERSON = 'alice';

/** The name of the person who sits in front of this window. */
export const viewerName = new URLSearchParams(location.search).get('as') || DEFAULT_PERSON;

/** The address of an API call made as this person. */
export function apiPath(path) {
  return `${path}?as=${encodeURIComponent(viewerName)}`;
}

/** The address of this page for somebody, in the same channel. */
export function pageOf(name, hash = location.hash) {
  return `/?as=${encodeURIComponent(name)}${hash}`;
}
