// <stoa-banner>: one thing that is going on, with what can be done about it.

import { h, icon, shown } from "../dom.js";
import { Piece, define } from "./piece.js";

/**
 * @typedef {"" | "warn" | "danger"} Kind what it is about: a fact, caution, trouble
 * @typedef {{label: string, primary?: boolean, run: () => void}} Action
 */

const ICONS = { "": "info", warn: "warn", danger: "warn" };

export class Banner extends Piece {
  /**
   * Says this from now on. A button that had the focus hands it to the one in its place.
   * @param {string} text
   * @param {Kind} kind
   * @param {Action[]} actions
   */
  show(text, kind, actions) {
    const focused = [...this.querySelectorAll("button")].indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
    const buttons = actions.map((action) =>
      h("button", { type: "button", class: `button ${action.primary ? "primary" : ""}`.trim(), onclick: action.run }, action.label),
    );
    this.className = `banner ${kind}`.trim();
    this.replaceChildren(...shown([icon(ICONS[kind]), h("p", { class: "grow" }, text), ...buttons]));
    if (focused >= 0) (buttons[focused] ?? buttons[0])?.focus();
  }
}

define("stoa-banner", Banner);
