// What happened, said once at the bottom of the page.

import { polite } from "./announce.js";
import { byId, h } from "./dom.js";

const STAY = 5000; // ms

/**
 * Shows the text for a while, and has it read.
 * @param {string} text
 * @param {(text: string) => void} [say] how it is read: politely, unless it concerns the reader
 */
export function toast(text, say = polite) {
  say(text);
  const toasts = byId("toasts");
  const element = h("p", { class: "toast" }, text);
  toasts.append(element);
  // Shown anew, so that it stands above a sheet that was opened meanwhile.
  toasts.hidePopover();
  toasts.showPopover();
  setTimeout(() => {
    element.remove();
    if (!toasts.childElementCount) toasts.hidePopover();
  }, STAY);
}
