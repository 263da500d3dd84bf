// Raised hands, first come first; those who may, invite with one tap.

import { avatar } from "../avatar.js";
import { byId, h, icon, keyed } from "../dom.js";
import { format, gettext, ngettext } from "../text.js";
import { movesOn } from "./moves.js";
import { hands, invited } from "./roster.js";

/**
 * @typedef {import("./protocol.js").Member} Member
 * @typedef {import("./protocol.js").Move} Move
 */

export class HandsView {
  #list = byId("hands");

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
    const asked = invited(members);
    const key = (/** @type {Member} */ member) => [member.number, member.stage, member.rank, you.rank].join();
    keyed(this.#list, [...queue, ...asked], key, (member) => this.#row(you, member), (element, member) => {
      const place = queue.indexOf(member) + 1;
      /** @type {HTMLElement} */ (element.querySelector(".place")).textContent = place ? String(place) : "";
    });
    byId("hands-panel").hidden = queue.length + asked.length === 0 && you.rank === "member";
    byId("hands-empty").hidden = queue.length + asked.length > 0;
    byId("hands-count").textContent = format(ngettext("%(n)s hand", "%(n)s hands", queue.length), { n: queue.length });
  }

  /**
   * @param {Member} you
   * @param {Member} member
   */
  #row(you, member) {
    const invitable = movesOn(this.table, you, member).includes("invite");
    const waiting = member.stage === "invited";
    return h(
      "li",
      { class: "row" },
      h("span", { class: "place muted" }),
      h(
        "button",
        { type: "button", class: "person line grow", onclick: () => this.open(member.number) },
        avatar(member, "small"),
        h("bdi", { class: "name" }, member.name),
      ),
      waiting && h("span", { class: "muted small" }, gettext("Invited")),
      invitable && this.#invite(member),
    );
  }

  /** @param {Member} member */
  #invite(member) {
    const label = format(gettext("Invite %(name)s to speak"), { name: member.name });
    return h(
      "button",
      { type: "button", class: "button primary icon-only", "aria-label": label, onclick: () => this.make("invite", member) },
      icon("check"),
    );
  }
}
