// The one sheet of a page: a dialog from the bottom on phones, in the middle elsewhere. Opening another replaces it.

import { byId, h, icon, shown } from "./dom.js";
import { gettext } from "./text.js";

/** @typedef {import("./dom.js").Child} Child */

/** @type {(() => void) | undefined} */
let closed;

/** @returns {HTMLDialogElement} */
function dialog() {
  return /** @type {HTMLDialogElement} */ (byId("sheet"));
}

/**
 * Shows the content under a heading. Focus moves in; when it closes, focus returns and `onclose` is called once.
 * @param {string} title
 * @param {Child[]} content
 * @param {() => void} [onclose]
 */
export function openSheet(title, content, onclose) {
  const element = dialog();
  settle();
  closed = onclose;
  const close = h("button", { class: "button quiet icon-only", type: "button", onclick: closeSheet }, icon("close"));
  close.setAttribute("aria-label", gettext("Close"));
  const heading = h("h2", { id: "sheet-title", tabindex: "-1", autofocus: true }, h("bdi", {}, title));
  const head = h("div", { class: "sheet-head" }, heading, close);
  byId("sheet-body").replaceChildren(...shown([head, ...content]));
  element.setAttribute("aria-labelledby", "sheet-title");
  element.onclose = settle;
  element.onclick = (event) => {
    if (event.target === element && outside(element, event)) closeSheet();
  };
  if (element.open) heading.focus();
  else element.showModal();
}

/** Closes the sheet, if one is open. */
export function closeSheet() {
  const element = dialog();
  if (element.open) element.close();
}

function settle() {
  const last = closed;
  closed = undefined;
  last?.();
}

/**
 * @param {HTMLElement} element
 * @param {MouseEvent} event
 */
function outside(element, event) {
  const box = element.getBoundingClientRect();
  return event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
}
