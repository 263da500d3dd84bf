// Before one comes in: those I blocked who are heard here at that moment, not only as the page came.

import { urgent } from "../announce.js";
import { call } from "../api.js";
import { byId } from "../dom.js";
import { listing } from "../text.js";

/** @typedef {{uid: string, name: string}} Person */

const PATIENCE = 3_000; // ms: a line that gives no answer keeps nobody outside

export class Warning {
  asking = false;
  /** @type {Set<string>} */
  #warned;

  /**
   * @param {string} room
   * @param {boolean} blocks whether I blocked anybody at all; nobody else is kept waiting
   * @param {readonly string[]} warned the uids of those whom the page names already
   */
  constructor(room, blocks, warned) {
    this.room = room;
    this.blocks = blocks;
    this.#warned = new Set(warned);
  }

  /** Asks in the tap that joins: whether I am to stay outside, since somebody is heard of whom I was not warned. */
  async holds() {
    if (!this.blocks) return false;
    this.asking = true;
    const patience = AbortSignal.timeout(PATIENCE);
    const answer = await call("GET", `rooms/${this.room}/blocked/`, undefined, patience).catch(() => null); // whoever joins is told why not
    this.asking = false;
    if (!answer) return false;
    /** @type {Person[]} */
    const heard = answer.results;
    const news = heard.some(({ uid }) => !this.#warned.has(uid));
    this.#warned = new Set(heard.map(({ uid }) => uid));
    if (news) this.#show(heard);
    return news;
  }

  /** @param {Person[]} heard */
  #show(heard) {
    byId("blocked-names").textContent = listing(heard.map(({ name }) => name));
    byId("blocked").hidden = byId("turn-back").hidden = false;
    const { anyway = "" } = byId("join").dataset;
    byId("join-words").textContent = anyway;
    byId("join").classList.remove("primary");
    urgent(byId("blocked").textContent?.trim().replace(/\s+/g, " ") ?? "");
  }
}
