// Those who listen: a number at once, and some of their names now and then.

import { call } from "../api.js";
import { avatar } from "../avatar.js";
import { byId, h, keyed } from "../dom.js";
import { roving } from "../roving.js";
import { format, gettext, ngettext } from "../text.js";

/** @typedef {import("./protocol.js").Member} Member */

const SOONEST = 5_000; // ms between two askings for names
const PER_LISTENER = 20; // ms more for each listener: a room of 5,000 asks 50 times a second, all pages together

/**
 * How long to wait before asking for names again.
 * @param {number} listening
 */
export function pause(listening) {
  return Math.max(SOONEST, listening * PER_LISTENER);
}

export class AudienceView {
  #list = byId("audience");
  #asked = -Infinity;
  #known = -1;
  /** Those in the audience without those who wait to speak. */
  #seated = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {Map<number, Member>} */
  people = new Map();

  /**
   * @param {string} room its id
   * @param {(number: number) => void} open shows one person
   */
  constructor(room, open) {
    this.room = room;
    this.open = open;
    roving(this.#list);
  }

  /** @param {import("./session.js").Session} session */
  draw({ snapshot, members }) {
    const listening = snapshot?.listening ?? 0;
    const waiting = members.filter((member) => member.stage === "hand_up" || member.stage === "invited").length;
    this.#seated = listening - waiting;
    for (const place of document.querySelectorAll("[data-listening]")) {
      place.textContent = format(ngettext("%(n)s listening", "%(n)s listening", listening), { n: listening });
    }
    this.#more();
    if (listening !== this.#known) this.#later(listening);
  }

  /** Asks for names again soon, for instance because somebody stepped down. */
  stale() {
    this.#known = -1;
  }

  /** Stops asking. */
  close() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.stale();
  }

  /** @param {number} listening */
  #later(listening) {
    if (this.#timer) return;
    const wait = Math.max(300, this.#asked + pause(listening) - Date.now());
    this.#timer = setTimeout(() => this.#ask(listening), wait);
  }

  /** @param {number} listening */
  async #ask(listening) {
    this.#timer = undefined;
    if (document.hidden) return;
    this.#asked = Date.now();
    this.#known = listening;
    // Names are a courtesy: without an answer the number stands, and the next change asks again.
    const page = await call("GET", `rooms/${this.room}/members/?stage=audience`).catch(() => null);
    if (!page) return;
    this.#show(page.results);
    this.#more();
  }

  /** @param {Member[]} people */
  #show(people) {
    this.people = new Map(people.map((member) => [member.number, member]));
    keyed(this.#list, people, (member) => String(member.number), (member) => this.#make(member), () => undefined);
  }

  /** Says how many are not named. */
  #more() {
    const more = Math.max(0, this.#seated - this.people.size);
    byId("audience-more").hidden = more === 0;
    byId("audience-more").textContent = format(gettext("and %(n)s more"), { n: more });
  }

  /** @param {Member} member */
  #make(member) {
    return h(
      "li",
      {},
      h(
        "button",
        { type: "button", class: "person small", onclick: () => this.open(member.number) },
        avatar(member),
        h("bdi", { class: "name" }, member.name),
      ),
    );
  }
}
