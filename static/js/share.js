// Giving a link away: the system's share sheet where there is one, the clipboard elsewhere.

import { gettext } from "./text.js";
import { toast } from "./toast.js";

/**
 * @param {string} url
 * @param {string} title
 */
export async function share(url, title) {
  if (!navigator.share) return copy(url);
  try {
    await navigator.share({ url, title });
  } catch (error) {
    if (/** @type {DOMException} */ (error).name !== "AbortError") await copy(url);
  }
}

/**
 * Puts the text on the clipboard and says so.
 * @param {string} text
 */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast(gettext("Copied"));
  } catch {
    toast(gettext("Copying is not allowed here. Select the text and copy it yourself."));
  }
}
