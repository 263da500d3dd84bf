// <stoa-avatar>: a face with a ring that follows the voice, and badges for what the person is and does.
//
// Attributes: `muted`, `rank` (host or moderator), `hand` (the place in the queue), `ai` (the voice is declared as a machine's),
// `weak` (the connection).
// It is decoration: whoever shows a face says the same in words beside it.

import { h, icon } from "../dom.js";
import { gettext } from "../text.js";
import { Piece, define } from "./piece.js";

/**
 * One sign at the edge of a face: `look` is its class and says where, `text` stands beside or instead of the icon.
 * @typedef {{look: string, icon?: string, text?: string}} Badge
 */

const MOST = 0.999; // opacity, to the eye 1: to 1 or from it, Chromium makes all layers of the page anew
const REST = 3_000; // ms that a ring is kept unseen after a voice: a breath, and a pause between sentences
const RANKS = /** @type {Record<string, string>} */ ({ host: "star", moderator: "shield" });

/**
 * The badges of a face, by the values of its attributes.
 * @param {{muted?: boolean, rank?: string | null, hand?: string | null, ai?: boolean, weak?: boolean}} state
 * @returns {Badge[]}
 */
export function badges({ muted, rank, hand, ai, weak }) {
  const sign = RANKS[rank ?? ""];
  return [
    ...(sign ? [{ look: "rank", icon: sign }] : []),
    ...(muted ? [{ look: "mic-off", icon: "mic-off" }] : []),
    ...(hand ? [{ look: "hand", icon: "hand", text: hand }] : []),
    ...(weak ? [{ look: "weak", icon: "warn" }] : []),
    ...(ai ? [{ look: "ai", text: gettext("AI voice") }] : []),
  ];
}

export class Avatar extends Piece {
  static observedAttributes = ["muted", "rank", "hand", "ai", "weak"];

  /** @type {HTMLElement | undefined} */
  #ring;
  /** @type {HTMLElement | undefined} */
  #halo;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #rest;

  /**
   * How loud the person is now, 0 (silent: no ring) to 1. Meant for every frame: only opacities change, which the compositor
   * draws without laying out, painting or layering anything anew, and the ring outlasts a breath unseen.
   * @param {number} level
   */
  set level(level) {
    clearTimeout(this.#rest);
    if (!this.#ring?.isConnected && level <= 0) return;
    this.#draw(level);
    if (level <= 0) this.#rest = setTimeout(() => this.#ring?.remove(), REST);
  }

  /** @param {number} level */
  #draw(level) {
    this.#halo ??= h("span", { class: "halo" });
    this.#ring ??= h("span", { class: "ring" }, this.#halo);
    this.#halo.style.opacity = Math.min(level, MOST).toFixed(3);
    this.#ring.classList.toggle("unheard", level <= 0);
    if (!this.#ring.isConnected) this.insertBefore(this.#ring, this.querySelector(".badge"));
  }

  /**
   * @param {string} _
   * @param {string | null} before
   * @param {string | null} after
   */
  attributeChangedCallback(_, before, after) {
    if (before === after) return;
    for (const old of this.querySelectorAll(".badge")) old.remove();
    const state = Object.fromEntries([...this.attributes].map(({ name, value }) => [name, value || true]));
    this.append(...badges(state).map(({ look, icon: sign, text }) => h("span", { class: `badge ${look}` }, sign && icon(sign), text)));
  }
}

define("stoa-avatar", Avatar);
