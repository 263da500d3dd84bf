// The page's one sheet, opened and closed from anywhere.

import { byId } from "./dom.js";
import "./pieces/sheet.js";

/** @typedef {import("./dom.js").Child} Child */

/** @returns {import("./pieces/sheet.js").Sheet} */
function sheet() {
  return /** @type {import("./pieces/sheet.js").Sheet} */ (byId("sheet"));
}

/**
 * Shows the content under a heading. Focus moves in; when it closes, focus returns and `onclose` is called once.
 * @param {string} title
 * @param {Child[]} content
 * @param {() => void} [onclose]
 */
export function openSheet(title, content, onclose) {
  sheet().show(title, content, onclose);
}

/** Closes the sheet, if one is open. */
export function closeSheet() {
  sheet().close();
}
