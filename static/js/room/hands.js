// Raised hands, first come first; those who may, let somebody speak with one tap.

import { avatar } from "../avatar.js";
import { byId, h, icon, write } from "../dom.js";
import { roster } from "../pieces/roster.js";
import { format, gettext } from "../text.js";
import { movesOn } from "./moves.js";
import { hands, invited } from "./roster.js";

/**
 * @typedef {import("./protocol.js").Member} Member
 * @typedef {import("./protocol.js").Move} Move
 */

export class HandsView {
  #panel = byId("hands-panel");
  #roster = roster("hands");

  /**
   * @param {import("./moves.js").Table} table
   * @param {(move: Move, member: Member) => void} make
   * @param {(number: number) => void} open shows one person
   */
  constructor(table, make, open) {
    this.table = table;
    this.make = make;
    this.open = open;
  }

  /** @param {import("./session.js").Session} session */
  draw({ members, you }) {
    if (!you) return;
    const queue = hands(members);
    const all = [...queue, ...invited(members)];
    const had = this.#panel.contains(document.activeElement);
    const key = (/** @type {Member} */ member) => [member.number, member.stage, member.rank, you.rank].join();
    this.#roster.show(all, key, (member) => this.#row(you, member), (row, member) => {
      const place = queue.indexOf(member) + 1;
      const face = /** @type {HTMLElement} */ (row.querySelector("stoa-avatar"));
      if (place) face.setAttribute("hand", String(place));
      row.querySelector("button")?.setAttribute("aria-label", label(member, place));
    });
    // On a phone a list with what to do for those who run the room; for others it would push the audience about with every hand.
    this.#panel.classList.toggle("strip", you.rank === "member");
    this.#words(queue, all, you);
    if (had && all.length === 0) byId("hands-heading").focus();
  }

  /**
   * @param {Member[]} queue
   * @param {Member[]} all
   * @param {Member} you
   */
  #words(queue, all, you) {
    write("hands-count", `${queue.length || ""}`);
    byId("hands-empty").hidden = all.length > 0;
    write("hands-empty", nobody(you, movesOn(this.table, you, you)));
  }

  /**
   * @param {Member} you
   * @param {Member} member
   */
  #row(you, member) {
    const moves = movesOn(this.table, you, member);
    return h(
      "li",
      { class: `row ${member.number === you.number ? "own" : ""}` },
      h(
        "button",
        { type: "button", class: "person line grow", onclick: () => this.open(member.number) },
        avatar(member),
        h("span", { class: "who" }, h("bdi", { class: "name" }, member.name), h("small", { class: "muted" }, member.stage === "invited" ? gettext("Invited") : "")),
      ),
      moves.includes("invite") && this.#act("invite", member, "check", "primary", gettext("Invite %(name)s to speak")),
      member.stage === "invited" && moves.includes("move_to_audience") && this.#act("move_to_audience", member, "close", "", gettext("Take back the invitation to %(name)s")),
    );
  }

  /**
   * @param {Move} move
   * @param {Member} member
   * @param {string} sign
   * @param {string} look
   * @param {string} words
   */
  #act(move, member, sign, look, words) {
    const attributes = { type: "button", class: `button icon-only ${look}`, "aria-label": format(words, { name: member.name }) };
    return h("button", { ...attributes, onclick: () => this.make(move, member) }, icon(sign));
  }
}

/**
 * @param {Member} member
 * @param {number} place 0 for somebody who is invited
 */
function label({ name }, place) {
  if (!place) return format(gettext("%(name)s, invited to speak"), { name });
  return format(gettext("%(name)s, hand raised, number %(n)s"), { name, n: place });
}

/**
 * What is said while nobody waits.
 * @param {Member} you
 * @param {Move[]} moves mine
 */
export function nobody({ rank }, moves) {
  if (rank !== "member") return gettext("Nobody waits to speak. You can invite people from the audience: tap a name.");
  if (moves.includes("raise_hand")) return gettext("Nobody waits to speak. Raise your hand when you have something to say.");
  return gettext("Nobody waits to speak.");
}
