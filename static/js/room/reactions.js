// Reactions: sent in moderation, shown as a brief motion over the stage; where motion is unwanted, as a quiet count.

import { byId, h, icon } from "../dom.js";
import { format, gettext, ngettext } from "../text.js";
import { toast } from "../toast.js";

/** @typedef {"clap" | "heart" | "laugh" | "wow" | "sad"} Reaction */

/** What each is called; its icon has its own name. @type {Record<Reaction, () => string>} */
const REACTIONS = {
  clap: () => gettext("Applause"),
  heart: () => gettext("Heart"),
  laugh: () => gettext("Laughter"),
  wow: () => gettext("Amazement"),
  sad: () => gettext("Sadness"),
};

const RATE = 2; // a second, and
const BURST = 6; // at once: as the server allows
const IN_FLIGHT = 8; // elements that move at the same time, at most
const SPREAD = 500; // ms over which a second's reactions start
const QUIET = 6_000; // ms that a count stays

/** What one page may send. */
export class Allowance {
  #left = BURST;
  #at = 0;
  /** @type {number | undefined} */
  #last;

  /**
   * Whether one more may go out.
   * @param {number} now ms
   * @param {number} [slow] seconds that must lie between two
   */
  take(now, slow = 0) {
    if (this.#last !== undefined && now - this.#last < slow * 1000) return false;
    this.#left = Math.min(BURST, this.#left + ((now - this.#at) * RATE) / 1000);
    this.#at = now;
    if (this.#left < 1) return false;
    this.#left -= 1;
    this.#last = now;
    return true;
  }
}

/**
 * Which reactions to draw of those that were counted: at most `room`, each kind in proportion, and none of few left out for many.
 * @param {Partial<Record<Reaction, number>>} counts
 * @param {number} room
 * @returns {Reaction[]}
 */
export function drawn(counts, room) {
  const left = /** @type {[Reaction, number][]} */ (Object.entries(counts).filter(([kind]) => Object.hasOwn(REACTIONS, kind)));
  /** @type {Reaction[]} */
  const chosen = [];
  while (chosen.length < room) {
    const most = left.reduce((best, one) => (share(one, chosen) > share(best, chosen) ? one : best), left[0]);
    if (!most || share(most, chosen) <= 0) break;
    chosen.push(most[0]);
  }
  return chosen;
}

/**
 * How much a kind is owed: one in any case, then its count by how often it has been chosen, as parliaments divide seats.
 * @param {[Reaction, number]} kind
 * @param {Reaction[]} chosen
 */
function share([kind, count], chosen) {
  const had = chosen.filter((one) => one === kind).length;
  if (had >= count) return 0;
  return had ? count / (had + 1) : Infinity;
}

/**
 * The counts in words, most first.
 * @param {Partial<Record<Reaction, number>>} counts
 */
export function inWords(counts) {
  const known = /** @type {[Reaction, number][]} */ (Object.entries(counts)).filter(([kind]) => Object.hasOwn(REACTIONS, kind));
  return known
    .sort(([, one], [, two]) => two - one)
    .map(([kind, n]) => format(gettext("%(reaction)s: %(n)s"), { reaction: REACTIONS[kind](), n }))
    .join(" · ");
}

/**
 * What slow mode means here; "" where it is off.
 * @param {number} seconds
 */
export function slowMode(seconds) {
  if (!seconds) return "";
  if (seconds % 60) return format(ngettext("Slow mode: one hand or reaction a second", "Slow mode: one hand or reaction in %(n)s seconds", seconds), { n: seconds });
  return format(ngettext("Slow mode: one hand or reaction a minute", "Slow mode: one hand or reaction in %(n)s minutes", seconds / 60), { n: seconds / 60 });
}

export class ReactionsView {
  /** Seconds that must lie between two of mine. */
  slow = 0;
  #picker = byId("reactions");
  #sky = byId("sky");
  #count = byId("reactions-count");
  #allowance = new Allowance();
  #still = matchMedia("(prefers-reduced-motion: reduce)");
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {(reaction: Reaction) => void} send */
  constructor(send) {
    const kinds = /** @type {[Reaction, () => string][]} */ (Object.entries(REACTIONS));
    this.#picker.append(
      ...kinds.map(([kind, name]) =>
        h(
          "button",
          { type: "button", class: `button quiet icon-only reaction ${kind}`, "aria-label": name(), onclick: () => this.#react(kind, send) },
          icon(kind),
        ),
      ),
    );
  }

  /**
   * Sends it; in slow mode it is said why one too soon is not sent.
   * @param {Reaction} kind
   * @param {(reaction: Reaction) => void} send
   */
  #react(kind, send) {
    if (this.#allowance.take(performance.now(), this.slow)) return send(kind);
    if (this.slow) toast(slowMode(this.slow));
  }

  /** Shows or hides the choice of reactions. */
  toggle() {
    const open = this.#picker.togglePopover();
    if (open) this.#picker.querySelector("button")?.focus();
  }

  /** Shows what people sent within the last second. @param {Partial<Record<Reaction, number>>} counts */
  show(counts) {
    this.#count.textContent = inWords(counts);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => (this.#count.textContent = ""), QUIET);
    if (this.#still.matches || document.hidden) return;
    const free = IN_FLIGHT - this.#sky.querySelectorAll(".flight").length;
    this.#launch(drawn(counts, free).map((kind) => this.#fly(kind)));
  }

  /** A second's reactions come and go in one piece: for each that left by itself the page would be laid out anew. @param {HTMLElement[]} flights */
  async #launch(flights) {
    if (flights.length === 0) return;
    const swarm = h("div", {}, ...flights);
    this.#sky.append(swarm);
    await Promise.allSettled(swarm.getAnimations({ subtree: true }).map(({ finished }) => finished));
    swarm.remove();
  }

  /** @param {Reaction} kind */
  #fly(kind) {
    const one = h("span", { class: `flight ${kind}` }, icon(kind));
    one.style.insetInlineStart = `${8 + Math.random() * 80}%`;
    one.style.animationDelay = `${Math.random() * SPREAD}ms`;
    return one;
  }
}
