// Those who may be heard: a face, a name, a ring that follows the voice. The more there are, the smaller they are.

import { avatar } from "../avatar.js";
import { byId, h, write } from "../dom.js";
import { roster } from "../pieces/roster.js";
import { format, gettext, listing } from "../text.js";
import { onStage } from "./roster.js";
import { role } from "./words.js";

/**
 * @typedef {import("./protocol.js").Member} Member
 * @typedef {import("../pieces/avatar.js").Avatar} Avatar
 * @typedef {"large" | "medium" | "small" | "tiny"} Density
 */

/** How many fit at most, by size. @type {[Density, number][]} */
const DENSITIES = [["large", 6], ["medium", 15], ["small", 30], ["tiny", Infinity]];
const SLACK = 2; // fewer than would fit the next size, before faces grow again: one who comes and goes moves nobody
const STEPS = 5; // of a ring's size, about a pixel each: finer ones are not seen, and each costs a frame

/**
 * How large faces are for so many people.
 * @param {number} count
 * @param {Density} before
 * @returns {Density}
 */
export function density(count, before) {
  const fits = DENSITIES.findIndex(([, most]) => count <= most);
  const was = DENSITIES.findIndex(([name]) => name === before);
  const grown = was > fits && count > DENSITIES[was - 1][1] - SLACK;
  return DENSITIES[grown ? was : fits][0];
}

export class StageView {
  #stage = byId("stage");
  #roster = roster("stage");
  /** @type {Map<number, Avatar>} */
  #faces = new Map();
  /** Steps of the ring now, by member number. @type {Map<number, number>} */
  #rings = new Map();
  #still = matchMedia("(prefers-reduced-motion: reduce)");

  /**
   * @param {(number: number) => void} open shows one person
   * @param {(number: number) => string} weak what is wrong with the person's line, as far as I am told
   */
  constructor(open, weak) {
    this.open = open;
    this.weak = weak;
  }

  /** @param {import("./session.js").Session} session */
  draw({ members, you }) {
    const people = onStage(members);
    this.#stage.dataset.density = density(people.length, /** @type {Density} */ (this.#stage.dataset.density));
    this.#roster.show(people, key, (member) => this.#make(member), (item, member) => update(item, member, member.number === you?.number, this.weak(member.number)));
    const here = new Set(people.map((member) => member.number));
    for (const number of this.#faces.keys()) if (!here.has(number)) this.#faces.delete(number);
    write("stage-count", `${people.length > 1 ? people.length : ""}`);
    byId("stage-empty").hidden = people.length > 0;
  }

  /**
   * The rings now; only those that changed are touched.
   * @param {Map<number, number>} levels 0 to 1, by member number
   */
  rings(levels) {
    for (const number of new Set([...this.#rings.keys(), ...levels.keys()])) {
      const level = levels.get(number) ?? 0;
      const step = this.#still.matches ? Math.sign(level) * Math.ceil(STEPS / 2) : Math.ceil(level * STEPS);
      if (step === (this.#rings.get(number) ?? 0)) continue;
      const face = this.#faces.get(number);
      if (face) face.level = step / STEPS;
      if (step) this.#rings.set(number, step);
      else this.#rings.delete(number);
    }
  }

  /** @param {Member} member */
  #make(member) {
    this.#rings.delete(member.number);
    const face = /** @type {Avatar} */ (avatar(member));
    this.#faces.set(member.number, face);
    return h(
      "li",
      {},
      h(
        "button",
        { type: "button", class: "person", onclick: () => this.open(member.number) },
        face,
        h("bdi", { class: "name" }),
        h("span", { class: "role muted" }),
      ),
    );
  }
}

/** A new picture is a new face. @param {Member} member */
function key(member) {
  return `${member.number} ${member.avatar ?? ""}`;
}

/**
 * Makes what stands for somebody on stage show how they are now.
 * @param {HTMLElement} item
 * @param {Member} member
 * @param {boolean} own
 * @param {string} weak
 */
export function update(item, member, own, weak) {
  const state = [member.name, member.muted, member.rank, member.ai_voice, own, weak].join();
  if (item.dataset.state === state) return;
  item.dataset.state = state;
  const face = /** @type {HTMLElement} */ (item.querySelector("stoa-avatar"));
  face.toggleAttribute("muted", member.muted);
  face.toggleAttribute("weak", Boolean(weak));
  face.toggleAttribute("ai", Boolean(member.ai_voice));
  face.setAttribute("rank", member.rank);
  item.classList.toggle("own", own);
  /** @type {HTMLElement} */ (item.querySelector(".name")).textContent = member.name;
  const words = [own ? gettext("You") : "", role(member)].filter(Boolean);
  /** @type {HTMLElement} */ (item.querySelector(".role")).textContent = words.join(" · ");
  const label = format(gettext("%(name)s, on stage"), { name: member.name });
  item.querySelector("button")?.setAttribute("aria-label", listing([label, ...words, member.ai_voice && gettext("AI voice"), member.muted && gettext("Muted"), weak]));
}
