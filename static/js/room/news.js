// What happens in the room, told to those who do not see it happen.

import { polite, urgent } from "../announce.js";
import { format, gettext, ngettext } from "../text.js";
import { toast } from "../toast.js";

/**
 * @typedef {import("./protocol.js").Member} Member
 * @typedef {"hand" | "on" | "off" | "host"} Kind
 * @typedef {{kind: Kind, name: string}} Piece
 */

const BATCH = 1000; // ms; what happens within it is told together
const SELDOM = 30_000; // ms; who comes to listen, or goes, within it is told as one number
const FEW = 3; // names in one sentence; more are a number

/** One person, or many at once. @type {Record<Kind, {one: () => string, many: (n: number) => string}>} */
const SENTENCES = {
  hand: { one: () => gettext("%(name)s raised a hand"), many: (n) => ngettext("%(n)s person raised a hand", "%(n)s people raised a hand", n) },
  on: { one: () => gettext("%(name)s is on stage"), many: (n) => ngettext("%(n)s person came on stage", "%(n)s people came on stage", n) },
  off: { one: () => gettext("%(name)s left the stage"), many: (n) => ngettext("%(n)s person left the stage", "%(n)s people left the stage", n) },
  host: { one: () => gettext("%(name)s is the host now"), many: () => "" },
};

/**
 * What there is to say about somebody else, if anything.
 * @param {Member | undefined} before
 * @param {Member | undefined} after
 * @returns {Piece | undefined}
 */
export function about(before, after) {
  const name = (after ?? before)?.name ?? "";
  const stage = after?.stage ?? "audience";
  const rank = after?.rank ?? before?.rank;
  if (stage === "hand_up" && before?.stage !== "hand_up" && before?.stage !== "invited") return { kind: "hand", name };
  if (stage === "speaking" && before?.stage !== "speaking") return { kind: "on", name };
  if (stage !== "speaking" && before?.stage === "speaking") return { kind: "off", name };
  if (rank === "host" && before && before.rank !== "host") return { kind: "host", name };
  return undefined;
}

/**
 * Sentences about all that happened at about the same time: a few by name, many as a number.
 * @param {Piece[]} pieces
 * @returns {string[]}
 */
export function digest(pieces) {
  return Object.entries(SENTENCES).flatMap(([kind, { one, many }]) => {
    const names = pieces.filter((piece) => piece.kind === kind).map((piece) => piece.name);
    if (names.length > FEW) return [format(many(names.length), { n: names.length })];
    return names.map((name) => format(one(), { name }));
  });
}

/** @type {Piece[]} */
let waiting = [];

/** Tells it with what else happens around me at this time. @param {Piece | undefined} piece */
export function tell(piece) {
  if (!piece || waiting.push(piece) > 1) return;
  setTimeout(() => {
    digest(waiting).forEach(polite);
    waiting = [];
  }, BATCH);
}

/**
 * How many listen, in words.
 * @param {number} n
 */
export function inTheAudience(n) {
  return format(ngettext("%(n)s listening", "%(n)s listening", n), { n });
}

/** How many listen, told when it has changed, and no more often than anybody wants to hear it. */
export class Listening {
  /** What was told last; undefined until one has come in, and found it there. @type {number | undefined} */
  #told;
  #now = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {number} n those who listen now */
  take(n) {
    this.#now = n;
    this.#told ??= n;
    if (n !== this.#told) this.#timer ??= setTimeout(() => this.#tell(), SELDOM);
  }

  /** Tells nothing more; the next number is no news. */
  reset() {
    clearTimeout(this.#timer);
    this.#timer = this.#told = undefined;
  }

  #tell() {
    this.#timer = undefined;
    if (this.#now === this.#told) return;
    this.#told = this.#now;
    polite(inTheAudience(this.#now));
  }
}

/**
 * A sentence about me that I did not ask for, or "".
 * @param {Member} before
 * @param {Member} after
 * @param {boolean} own I asked to step down or declined, or passed on hosting
 */
export function aboutMe(before, after, own) {
  if (before.rank === "host" && after.rank === "moderator" && !own) return gettext("Somebody else hosts this room now, and you are a moderator of it.");
  if (before.stage === "speaking" && after.stage === "audience" && !own) return gettext("You were moved to the audience. You go on listening.");
  if (before.stage === "invited" && (after.stage === "audience" || after.stage === "hand_up") && !own) return gettext("The invitation to the stage is over.");
  if (before.rank !== "host" && after.rank === "host") return gettext("You are the host of this room now.");
  if (before.rank === "member" && after.rank === "moderator") return gettext("You are a moderator of this room now.");
  if (before.rank !== "member" && after.rank === "member") return gettext("You are no longer a moderator of this room.");
  return "";
}

/**
 * @param {string} text something that concerns me
 * @param {{label: string, run: () => void}} [action] what I can do about it
 */
export function tellMe(text, action) {
  if (text) toast(text, urgent, action);
}
