// What screen readers are told: politely and in batches, or at once.

import { byId } from "./dom.js";

const BATCH = 1200; // ms; what happens within it is read as one sentence

/** @type {string[]} */
let waiting = [];

/**
 * Says it when there is a pause, together with what else happened meanwhile.
 * @param {string} text
 */
export function polite(text) {
  if (waiting.push(text) > 1) return;
  setTimeout(() => {
    region("polite").textContent = waiting.join(". ");
    waiting = [];
  }, BATCH);
}

/**
 * Says it now, over whatever is being read.
 * @param {string} text
 */
export function assertive(text) {
  region("assertive").textContent = text;
}

/** The page's live region, or the sheet's while one is open: everything outside an open dialog is inert. @param {string} name */
function region(name) {
  return byId(/** @type {import("./pieces/sheet.js").Sheet} */ (byId("sheet")).open ? `sheet-${name}` : name);
}
