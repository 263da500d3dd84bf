// Those who may be heard: a face, a name, a ring that follows the voice.

import { avatar } from "../avatar.js";
import { byId, h, icon, keyed } from "../dom.js";
import { format, gettext, listing } from "../text.js";
import { roving } from "../roving.js";
import { onStage } from "./roster.js";
import { role } from "./words.js";

/** @typedef {import("./protocol.js").Member} Member */

export class StageView {
  #list = byId("stage");
  /** @type {Map<number, HTMLElement>} */
  #rings = new Map();
  /** @type {Set<number>} */
  #loud = new Set();

  /** @param {(number: number) => void} open shows one person */
  constructor(open) {
    this.open = open;
    roving(this.#list);
  }

  /** @param {import("./session.js").Session} session */
  draw({ members, you }) {
    const people = onStage(members);
    keyed(this.#list, people, (member) => String(member.number), (member) => this.#make(member), (element, member) => {
      update(element, member, member.number === you?.number);
    });
    const here = new Set(people.map((member) => member.number));
    for (const number of this.#rings.keys()) if (!here.has(number)) this.#rings.delete(number);
    byId("stage-empty").hidden = people.length > 0;
  }

  /**
   * The rings now; only those that changed are touched.
   * @param {Map<number, number>} levels by member number
   */
  rings(levels) {
    for (const number of new Set([...this.#loud, ...levels.keys()])) {
      const level = levels.get(number) ?? 0;
      const ring = this.#rings.get(number);
      ring?.style.setProperty("--level", level.toFixed(2));
      ring?.classList.toggle("heard", level > 0);
    }
    this.#loud = new Set(levels.keys());
  }

  /** @param {Member} member */
  #make(member) {
    const face = h("span", { class: "ring" }, avatar(member, "large"));
    this.#rings.set(member.number, face);
    const button = h(
      "button",
      { type: "button", class: "person", onclick: () => this.open(member.number) },
      face,
      h("bdi", { class: "name" }, member.name),
      h("span", { class: "role muted" }),
    );
    return h("li", {}, button);
  }
}

/**
 * @param {HTMLElement} element
 * @param {Member} member
 * @param {boolean} own
 */
function update(element, member, own) {
  const state = [member.name, member.muted, member.rank, own].join();
  if (element.dataset.state === state) return;
  element.dataset.state = state;
  /** @type {HTMLElement} */ (element.querySelector(".name")).textContent = member.name;
  element.querySelector(".badge")?.remove();
  const badge = member.muted ? "mic-off" : member.rank === "member" ? "" : "shield";
  if (badge) element.querySelector(".ring")?.append(h("span", { class: `badge ${badge}` }, icon(badge, "small")));
  const words = [own ? gettext("You") : "", role(member), member.muted ? gettext("Muted") : ""].filter(Boolean);
  const parts = words.flatMap((word, index) => [index ? " · " : "", h("span", {}, word)]);
  element.querySelector(".role")?.replaceChildren(...parts);
  const label = format(gettext("%(name)s, on stage"), { name: member.name });
  element.querySelector("button")?.setAttribute("aria-label", listing([label, ...words]));
}
