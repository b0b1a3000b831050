// Files on their way to the server: they travel inside the JSON of an act.

const MIB = 1024 * 1024;

/** What a file may weigh, as on Discord without a subscription. */
export const LARGEST_FILE = 10 * MIB;
/**
 * What files that go at once have to stay below. The server takes 32 MiB, of which a quarter is what
 * base64 adds; the rest of the message needs a little too.
 */
const TOO_MUCH_TOGETHER = 24 * MIB;
const REST_OF_THE_MESSAGE = 64 * 1024;
/** How many files a message takes. */
export const MOST_FILES = 10;

/** Reads a file as the server wants it. */
export function encodeFile(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener('error', () => reject(new Error(`${file.name} can’t be read any more.`)));
    reader.addEventListener('load', () =>
      resolve({
        filename: file.name || 'pasted.png',
        content_type: file.type || 'application/octet-stream',
        base64: String(reader.result).split(',')[1] ?? '',
      }),
    );
    reader.readAsDataURL(file);
  });
}

/** Reads files that may go together. @returns {Promise<{value?: object[], problem?: string}>} */
export async function encodeFiles(files) {
  const problem = problemOfFiles(files);
  if (problem) return { problem };
  try {
    return { value: await Promise.all(files.map(encodeFile)) };
  } catch (error) {
    return { problem: error.message };
  }
}

/** A size for people. */
export function readableSize(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < MIB) return `${rounded(bytes / 1024)} KB`;
  return `${rounded(bytes / MIB)} MB`;
}

function rounded(amount) {
  return amount.toFixed(1).replace(/\.0$/, '');
}

/** What is wrong with files that are to go together, in words; `null` if they may. */
export function problemOfFiles(files) {
  const large = files.find((file) => file.size > LARGEST_FILE);
  if (large) return `${large.name} is too large: a file may have at most ${readableSize(LARGEST_FILE)}.`;
  if (files.length > MOST_FILES)
    return `A message takes at most ${MOST_FILES} files; these are ${files.length}.`;
  const sum = files.reduce((all, { size }) => all + size, 0);
  if (sum <= TOO_MUCH_TOGETHER - REST_OF_THE_MESSAGE) return null;
  // rounded up, so that it never reads as less
  const tenths = Math.ceil((sum / MIB) * 10);
  return `The files have ${tenths / 10} MB together: a message takes less than ${readableSize(TOO_MUCH_TOGETHER)}.`;
}

/**
 * Takes as many of the new files as fit beside those that are there.
 * @returns {{files: File[], problem: string | null}}
 */
export function takeFitting(there, added) {
  const files = [...there];
  const left = [];
  let problem = null;
  for (const file of added) {
    const wrong = problemOfFiles([...files, file]);
    if (wrong) left.push(file.name);
    else files.push(file);
    problem ??= wrong;
  }
  if (problem) problem += ` Left out: ${new Intl.ListFormat('en').format(left)}.`;
  return { files, problem };
}
