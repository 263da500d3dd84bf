// One person's sheet: who it is, and what I may do about it.

import { avatar } from "../avatar.js";
import { h, icon } from "../dom.js";
import { closeSheet, openSheet } from "../sheet.js";
import { format, gettext } from "../text.js";
import { Blocks } from "./blocks.js";
import { item } from "./menu.js";
import { movesOn } from "./moves.js";
import { adjustable, setVolume, volumeOf } from "./volume.js";
import { role } from "./words.js";

/**
 * @typedef {import("./protocol.js").Member} Member
 * @typedef {import("./protocol.js").Move} Move
 * @typedef {{icon: string, label: () => string, help?: () => string, sure?: (name: string) => string, danger?: boolean}} Offer
 */

/** How each move is offered, in this order; `sure` is asked before those that are hard to take back. @type {Partial<Record<Move, Offer>>} */
const OFFERS = {
  raise_hand: { icon: "hand", label: () => gettext("Raise hand") },
  lower_hand: { icon: "down", label: () => gettext("Lower hand") },
  accept: { icon: "up", label: () => gettext("Go on stage") },
  step_down: { icon: "down", label: () => gettext("Step down"), help: () => gettext("You go on listening") },
  invite: { icon: "up", label: () => gettext("Invite to the stage"), help: () => gettext("They choose whether to speak") },
  mute: { icon: "mic-off", label: () => gettext("Mute"), help: () => gettext("Only they can unmute themselves") },
  move_to_audience: { icon: "down", label: () => gettext("Move to the audience") },
  make_moderator: { icon: "shield", label: () => gettext("Make moderator"), help: () => gettext("Can invite, mute and remove") },
  unmake_moderator: { icon: "shield", label: () => gettext("No longer moderator") },
  pass_host: {
    icon: "star",
    label: () => gettext("Pass on hosting"),
    help: () => gettext("They become the host, and you stay a moderator"),
    sure: (name) => format(gettext("%(name)s becomes the host of this room, and you no longer are."), { name }),
  },
  remove: {
    icon: "leave",
    label: () => gettext("Remove from the room"),
    help: () => gettext("They may come back later"),
    sure: (name) => format(gettext("%(name)s leaves the room at once and is told that a moderator did it."), { name }),
    danger: true,
  },
  ban: {
    icon: "ban",
    label: () => gettext("Ban from the room"),
    help: () => gettext("They cannot come back"),
    sure: (name) => format(gettext("%(name)s leaves the room at once and cannot come back to it."), { name }),
    danger: true,
  },
};

export class PersonSheet {
  /** Whose sheet is open: 0 for nobody's. */
  #number = 0;
  #drawn = "";
  #blocks = new Blocks();

  /**
   * @param {import("./moves.js").Table} table
   * @param {(number: number) => Member | undefined} find
   * @param {() => Member | undefined} you
   * @param {(move: Move, member: Member) => void} make
   * @param {(member: Member) => void} report
   * @param {(number: number) => string} weak what is wrong with the person's line, as far as I am told
   */
  constructor(table, find, you, make, report, weak) {
    this.table = table;
    this.find = find;
    this.you = you;
    this.make = make;
    this.report = report;
    this.weak = weak;
  }

  /** @param {number} number */
  open(number) {
    this.#number = number;
    this.#drawn = "";
    this.refresh();
    this.#blocks.load().then(() => this.refresh());
  }

  /** Draws the open sheet anew when the person has changed; closes it when they have left. */
  refresh() {
    if (!this.#number) return;
    const member = this.find(this.#number);
    const you = this.you();
    if (!member || !you) return closeSheet();
    const now = JSON.stringify([member, you.rank, this.#blocks.has(member.uid), this.weak(member.number)]);
    if (now === this.#drawn) return;
    this.#drawn = now;
    openSheet(member.name, this.#content(member, you), () => this.#closed());
    this.#number = member.number;
    this.#drawn = now;
  }

  #closed() {
    this.#number = 0;
  }

  /**
   * @param {Member} member
   * @param {Member} you
   */
  #content(member, you) {
    const moves = new Set(movesOn(this.table, you, member));
    const offers = /** @type {[Move, Offer][]} */ (Object.entries(OFFERS)).filter(([move]) => moves.has(move));
    const other = member.number !== you.number;
    return [
      h("div", { class: "row" }, avatar(member), h("p", { class: "muted grow" }, about(member, you))),
      this.weak(member.number) && h("p", { class: "row weak" }, icon("warn"), h("span", { class: "grow" }, this.weak(member.number))),
      other && member.stage === "speaking" && loudness(member),
      h(
        "div",
        {},
        ...offers.map(([move, offer]) => this.#item(member, move, offer)),
        other && this.#block(member),
        other && item("flag", gettext("Report"), () => this.report(member), gettext("To the moderators of this server")),
      ),
    ];
  }

  /** @param {Member} member */
  #block(member) {
    const { uid, name } = member;
    const blocked = this.#blocks.has(uid);
    const run = () => (closeSheet(), blocked ? this.#blocks.unblock({ uid, name }) : this.#blocks.block({ uid, name }));
    const words = blocked ? gettext("Unblock") : gettext("Block");
    return item("block", words, run, blocked ? "" : gettext("They cannot join rooms where you host or speak"));
  }

  /**
   * @param {Member} member
   * @param {Move} move
   * @param {Offer} offer
   */
  #item(member, move, offer) {
    const run = () => (offer.sure ? this.#sure(member, move, offer) : this.#do(member, move));
    const own = member.number === this.you()?.number;
    const help = own && move === "mute" ? "" : offer.help?.(); // "only they can unmute" is no news to oneself
    return item(offer.icon, offer.label(), run, help, offer.danger ? "danger" : "");
  }

  /**
   * @param {Member} member
   * @param {Move} move
   * @param {Offer} offer
   */
  #sure(member, move, offer) {
    openSheet(offer.label(), [
      h("p", {}, offer.sure?.(member.name)),
      h(
        "div",
        { class: "row" },
        h("button", { type: "button", class: `button primary ${offer.danger ? "danger" : ""}`, onclick: () => this.#do(member, move) }, offer.label()),
        h("button", { type: "button", class: "button quiet", onclick: closeSheet }, gettext("Cancel")),
      ),
    ]);
  }

  /**
   * @param {Member} member
   * @param {Move} move
   */
  #do(member, move) {
    closeSheet();
    this.make(move, member);
  }
}

/**
 * Who this is, and where they stand.
 * @param {Member} member
 * @param {Member} you
 */
export function about(member, you) {
  const where = {
    audience: () => gettext("Listening"),
    hand_up: () => gettext("Hand raised"),
    invited: () => gettext("Invited to the stage"),
    speaking: () => (member.muted ? gettext("On stage, muted") : gettext("On stage")),
  }[member.stage]();
  return [member.number === you.number ? gettext("You") : "", role(member), member.ai_voice && gettext("AI voice"), where].filter(Boolean).join(" · ");
}

/** How loud I hear this person; where the page may not set that, whether I hear them. @param {Member} member */
export function loudness({ uid }) {
  const volume = volumeOf(uid);
  if (!adjustable()) {
    const box = h("input", { type: "checkbox", checked: !volume, onchange: ({ target }) => setVolume(uid, target.checked ? 0 : 1) });
    return h("label", { class: "choice" }, box, gettext("Silent, for you alone"));
  }
  const slider = h("input", { type: "range", min: 0, max: 100, step: 5, value: Math.round(volume * 100), oninput: ({ target }) => setVolume(uid, target.value / 100) });
  return h("label", { class: "field volume" }, h("span", {}, gettext("Volume, for you alone")), slider);
}
