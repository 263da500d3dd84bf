// <stoa-toast>: what happened, in a line that goes away by itself, but not while somebody points at it or has focus in it.

import { discard } from "../dom.js";
import { Piece, define } from "./piece.js";

const STAY = 5_000; // ms
const STAY_WITH_ACTION = 10_000; // ms: long enough to reach the button

export class Toast extends Piece {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  connectedCallback() {
    for (const sign of ["pointerenter", "focusin"]) this.addEventListener(sign, () => this.hold());
    for (const sign of ["pointerleave", "focusout"]) this.addEventListener(sign, () => this.release());
    this.release();
  }

  /** Stays until it is released. */
  hold() {
    clearTimeout(this.#timer);
  }

  /** Stays its time from now on. */
  release() {
    this.hold();
    this.#timer = setTimeout(() => this.dismiss(), this.querySelector("button") ? STAY_WITH_ACTION : STAY);
  }

  /** Goes now. */
  dismiss() {
    this.hold();
    const list = this.parentElement;
    discard(this);
    if (list?.childElementCount === 0) list.hidePopover();
  }
}

define("stoa-toast", Toast);
