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
  const element = h("p", { class: "toast" }, text);
  byId("toasts").append(element);
  setTimeout(() => element.remove(), STAY);
}
