// What this browser remembers for a page; where storage is forbidden, nothing.

/**
 * What was kept under this key, "" for nothing.
 * @param {string} key
 */
export function recall(key) {
  try {
    return localStorage.getItem(key) ?? "";
  } catch {
    return "";
  }
}

/**
 * Keeps the text under this key, in this browser only.
 * @param {string} key
 * @param {string} text
 */
export function keep(key, text) {
  try {
    localStorage.setItem(key, text);
  } catch {
    // Storage is forbidden: it lasts until the page is closed.
  }
}
