// <stoa-meter>: how loud somebody is, to see and, for those who ask for it, to hear; it never speaks by itself.

import { h } from "../dom.js";
import { gettext } from "../text.js";
import { Piece, define } from "./piece.js";

const TICK = 80; // ms between two readings
const HEARD = 0.2; // of the scale: below it others hardly hear anything

/**
 * The level in words.
 * @param {number} level 0 to 1
 */
export function loudness(level) {
  return level > HEARD ? gettext("You can be heard") : gettext("Quiet");
}

/**
 * A meter of one's own voice, and what stops it.
 * @param {() => number} level reads how loud it is now, 0 to 1
 */
export function meter(level) {
  const element = h("stoa-meter", { class: "meter", "aria-label": gettext("How loud you are") });
  const timer = setInterval(() => (element.level = level()), TICK);
  return { element, stop: () => clearInterval(timer) };
}

export class Meter extends Piece {
  connectedCallback() {
    this.setAttribute("role", "meter");
    this.setAttribute("aria-valuemin", "0");
    this.setAttribute("aria-valuemax", "100");
    this.level = 0;
  }

  /** @param {number} level 0 to 1 */
  set level(level) {
    this.style.setProperty("--level", level.toFixed(2));
    this.setAttribute("aria-valuenow", String(Math.round(level * 100)));
    this.setAttribute("aria-valuetext", loudness(level));
  }
}

define("stoa-meter", Meter);
