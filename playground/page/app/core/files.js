// Files on their way to the server: they travel inside the JSON of an act.

/** What a file may weigh, as on Discord without a subscription. */
export const LARGEST_FILE = 10 * 1024 * 1024;

/** Reads a file as the server wants it. */
export function encodeFile(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener('error', () => reject(reader.error));
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

/** A size for people. */
export function readableSize(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(1)} KB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
