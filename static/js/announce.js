// What screen readers are told: politely and in batches, or at once; and what the tab says while one looks at another.

import { byId } from "./dom.js";
import { spoken } from "./text.js";

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
    region("polite").textContent = spoken(waiting);
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

/** The page's own title while the tab says something else. */
let title = "";

/**
 * Says it now, and in the title of a tab in the background until one looks at it.
 * @param {string} text
 */
export function urgent(text) {
  assertive(text);
  if (!document.hidden) return;
  title ||= document.title;
  document.title = `${text} · ${title}`;
  document.addEventListener("visibilitychange", entitle, { once: true });
}

function entitle() {
  document.title = title;
  title = "";
}

/** The page's live region, or the sheet's while one is open: everything outside an open dialog is inert. @param {string} name */
function region(name) {
  return byId(/** @type {import("./pieces/sheet.js").Sheet} */ (byId("sheet")).open ? `sheet-${name}` : name);
}
