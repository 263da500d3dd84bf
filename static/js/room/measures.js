// What the moderation of the server does to me, or to the whole room: said at once, with the reasons and the way to appeal.

import { urgent } from "../announce.js";
import { hideBanner, showBanner } from "../banner.js";
import { gettext, sentences } from "../text.js";

/**
 * @typedef {{measure: string, text: string, decision: number | null, url: string}} Measure
 * @typedef {import("./words.js").Words} Words
 */

const BANNER = "measure";

/** What was done, in a sentence. @type {Record<string, () => string>} */
const DONE = {
  warn: () => gettext("A moderator of this server warns you."),
  mute: () => gettext("A moderator of this server muted you. You can unmute yourself when it is your turn."),
  mute_all: () => gettext("A moderator of this server muted everybody. You can unmute yourself when it is your turn."),
  lock: () => gettext("A moderator of this server locked this room: nobody new comes in."),
  unlock: () => gettext("A moderator of this server opened this room to newcomers again."),
  slow: () => gettext("A moderator of this server changed the slow mode of this room."),
  // A rule of the server may have done it, until a person looks.
  move_to_audience: () => gettext("The moderation of this server moved you to the audience. You go on listening."),
  remove: () => gettext("A moderator of this server removed you. You no longer hear this room, and nobody there hears you."),
  ban_room: () => gettext("A moderator of this server banned you from this room."),
  suspend: () => gettext("You cannot take part for now."),
  ban: () => gettext("You cannot take part here any more."),
  prune: () => gettext("You cannot take part for now."),
  end_room: () => gettext("A moderator of this server ended it."),
  server: () => gettext("This server closes for now: every room ends within a minute."),
  restrict_reporting: () => gettext("You cannot report anything for now."),
};

/** Which measures end a visit, by the reason for which it ends. @type {Record<string, string[]>} */
const ENDS = {
  removed: ["remove"],
  banned: ["ban_room"],
  suspended: ["suspend", "ban", "prune"],
  ended: ["end_room", "server"],
};

/**
 * What was done and why.
 * @param {Measure} measure
 */
export function told({ measure, text }) {
  return sentences([DONE[measure]?.() ?? gettext("A moderator of this server decided something about you."), text]);
}

/**
 * Shows it until it is closed, and says it over whatever is being read.
 * @param {Measure} measure
 */
export function showMeasure(measure) {
  const read = { label: gettext("Reasons and appeal"), primary: true, run: () => void window.open(measure.url, "_blank", "noopener") };
  const close = { label: gettext("Close"), run: () => hideBanner(BANNER) };
  showBanner(BANNER, told(measure), { kind: "danger", actions: measure.url ? [read, close] : [close] });
  urgent(told(measure));
}

export class Measures {
  /** The last one. @type {Measure | undefined} */
  #last;
  /** What follows from it has not been told yet. */
  #fresh = false;

  /** @param {(measure: Measure) => void} say at once; what ends the visit is said once more by its screen */
  constructor(say) {
    this.say = say;
  }

  /** @param {Measure} measure */
  take(measure) {
    this.#last = measure;
    this.#fresh = true;
    this.say(measure);
  }

  /**
   * Whether what has just happened to me is the last measure, of one of these kinds: then it was said in better words.
   * @param {...string} kinds
   */
  said(...kinds) {
    const said = this.#fresh && kinds.includes(this.#last?.measure ?? "");
    this.#fresh &&= !said;
    return said;
  }

  /**
   * The words of the screen that ends a visit, with the reasons of the measure that ended it.
   * @param {string} reason
   * @param {Words} words
   * @returns {Words}
   */
  conclude(reason, words) {
    const last = this.#last;
    this.#last = undefined;
    if (!last || !ENDS[reason]?.includes(last.measure)) return words;
    return { ...words, text: told(last), more: last.url || words.more };
  }
}
