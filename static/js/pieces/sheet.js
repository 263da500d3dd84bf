// <stoa-sheet>: a dialog from the bottom on phones, in the middle elsewhere. A page has one: no sheet stands on a sheet.

import { byId, h, icon, shown } from "../dom.js";
import { gettext } from "../text.js";
import { Piece, define } from "./piece.js";

/** @typedef {import("../dom.js").Child} Child */

/** Whom to tell that what was shown is gone: once, whether it was closed or something else took its place. */
export class Closing {
  /** @type {(() => void) | undefined} */
  #tell;

  /**
   * Something else is shown now.
   * @param {(() => void) | undefined} tell
   */
  next(tell) {
    this.done();
    this.#tell = tell;
  }

  done() {
    const tell = this.#tell;
    this.#tell = undefined;
    tell?.();
  }
}

export class Sheet extends Piece {
  #body = h("div", { class: "stack" });
  #dialog = h("dialog", { class: "sheet", "aria-labelledby": "sheet-title" }, this.#body);
  #closing = new Closing();

  connectedCallback() {
    if (this.#dialog.isConnected) return;
    // While it is open, live regions outside it say nothing.
    const polite = h("div", { class: "only-read", id: "sheet-polite", role: "status" });
    const assertive = h("div", { class: "only-read", id: "sheet-assertive", role: "alert" });
    this.#dialog.append(polite, assertive);
    this.#dialog.addEventListener("close", () => this.#closed());
    this.#dialog.addEventListener("click", (event) => {
      if (event.target === this.#dialog && outside(this.#dialog, event)) this.close();
    });
    this.append(this.#dialog);
  }

  get open() {
    return this.#dialog.open;
  }

  /**
   * Shows the content under a heading, in place of what was there. Focus moves in, or stays on the button that is there again;
   * when the sheet is gone, `onclose` is called once.
   * @param {string} title
   * @param {Child[]} content
   * @param {() => void} [onclose]
   */
  show(title, content, onclose) {
    this.#closing.next(onclose);
    const label = this.open && this.#body.contains(document.activeElement) && document.activeElement?.textContent;
    const close = { class: "button quiet icon-only", type: "button", "aria-label": gettext("Close"), onclick: () => this.close() };
    const heading = h("h2", { id: "sheet-title", tabindex: "-1", autofocus: true }, h("bdi", {}, title));
    const head = h("div", { class: "sheet-head" }, heading, h("button", close, icon("close")));
    this.#body.replaceChildren(...shown([head, ...content]));
    if (!this.open) return this.#dialog.showModal();
    const same = [...this.#body.querySelectorAll("button")].find((button) => label && button.textContent === label);
    (same ?? heading).focus();
  }

  close() {
    this.#dialog.close();
  }

  /** The browser has given the focus back; where whoever had it is gone, the page's content gets it. */
  #closed() {
    this.#closing.done();
    if (document.activeElement === document.body && !this.open) byId("main").focus({ preventScroll: true });
  }
}

/**
 * @param {HTMLElement} element
 * @param {MouseEvent} event
 */
function outside(element, event) {
  const box = element.getBoundingClientRect();
  return event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
}

define("stoa-sheet", Sheet);
