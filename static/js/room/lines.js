// Whose connection is weak, as the server tells whoever runs the room.

import { format, gettext } from "../text.js";

/**
 * What the server says of one direction of a member's line.
 * @typedef {{number: number, way: "sending" | "hearing", weak: boolean, lost: number, jitter: number, trip: number}} Line
 */

export const KEPT = 45_000; // ms: while a line is weak it is told again every 30 s

export class Lines {
  /** What is weak, and when it was told, by member and direction. @type {Map<string, Line & {at: number}>} */
  #weak = new Map();

  /**
   * @param {Line} line
   * @param {number} now ms
   */
  take(line, now) {
    const key = `${line.number} ${line.way}`;
    if (line.weak) this.#weak.set(key, { ...line, at: now });
    else this.#weak.delete(key);
  }

  /**
   * In words what is weak now, what others miss before what this member misses; empty where nothing is known to be.
   * @param {number} number
   * @param {number} now ms
   */
  words(number, now) {
    const known = ["sending", "hearing"].map((way) => this.#weak.get(`${number} ${way}`));
    const line = known.find((one) => one && now - one.at < KEPT);
    if (!line) return "";
    const text = line.way === "sending" ? gettext("Weak connection: others may hear gaps") : gettext("Weak connection: they may hear gaps");
    return `${text} (${figures(line)})`;
  }

  /** Nothing is known of anybody. */
  reset() {
    this.#weak.clear();
  }
}

/** @param {Line} line */
function figures({ lost, jitter, trip }) {
  const trips = trip < 0 ? "" : format(gettext("%(ms)s ms there and back"), { ms: trip });
  const parts = [format(gettext("loss %(share)s %"), { share: lost }), format(gettext("jitter %(ms)s ms"), { ms: jitter }), trips];
  return parts.filter(Boolean).join(" · ");
}
