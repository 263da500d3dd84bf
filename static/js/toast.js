// What happened, said once at the bottom of the page.

import { polite } from "./announce.js";
import { byId, h } from "./dom.js";
import "./pieces/toast.js";

const MOST = 3; // at once

/**
 * Shows the text for a while, and has it read; gives back what shows it.
 * @param {string} text
 * @param {(text: string) => void} [say] how it is read: politely, unless it concerns the reader
 * @param {{label: string, run: () => void}} [action] what can be done about it, such as taking it back
 */
export function toast(text, say = polite, action) {
  say(text);
  const toasts = byId("toasts");
  const act = () => (element.dismiss(), action?.run());
  const button = action && h("button", { type: "button", class: "button", onclick: act }, action.label);
  const element = h("stoa-toast", { class: "toast" }, h("p", {}, text), button);
  toasts.append(element);
  for (const old of [...toasts.querySelectorAll("stoa-toast")].slice(0, -MOST)) old.dismiss();
  // Shown anew, so that it stands above a sheet that was opened meanwhile; not under the hand of somebody who is about to act on one.
  if (toasts.contains(document.activeElement)) return element;
  toasts.hidePopover();
  toasts.showPopover();
  return element;
}
