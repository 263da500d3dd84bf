// Before one comes in: those I blocked who are heard here at that moment, not only as the page came.

import { urgent } from "../announce.js";
import { call } from "../api.js";
import { byId } from "../dom.js";
import { listing } from "../text.js";

/** @typedef {{uid: string, name: string}} Person */

const PATIENCE = 3_000; // ms: a line that gives no answer keeps nobody outside

export class Warning {
  asking = false;
  /** Whether I blocked anybody at all; undefined while that is not known. @type {boolean | undefined} */
  #blocks;
  /** @type {Set<string>} */
  #warned;
  #owed = false;

  /**
   * @param {string} room
   * @param {boolean} blocks whether I had blocked anybody as the page came
   * @param {readonly string[]} warned the uids of those whom the page names already
   */
  constructor(room, blocks, warned) {
    this.room = room;
    this.#blocks = blocks;
    this.#warned = new Set(warned);
  }

  /** Asks whether I blocked anybody meanwhile, before a tap has to know it. */
  async look() {
    if (this.#blocks) return; // the tap asks more than that
    this.#blocks = undefined;
    const mine = await asked("blocks/");
    if (mine) this.#blocks = mine.length > 0;
  }

  /** In the tap that joins: whether I am to stay outside, since somebody is heard of whom I was not warned. */
  async holds() {
    this.#owed = this.#blocks === undefined;
    if (!this.#blocks) return false;
    this.asking = true;
    const news = await this.#news(() => true);
    this.asking = false;
    return news;
  }

  /**
   * As soon as I am in: whether I am to go out again, since the tap had no answer and there is such a person.
   * @param {() => boolean} here whether I am in still
   */
  async owes(here) {
    return this.#owed && this.#blocks !== false && this.#news(here);
  }

  /** @param {() => boolean} wanted */
  async #news(wanted) {
    const heard = await asked(`rooms/${this.room}/blocked/`);
    this.#owed = !heard;
    if (!heard || !wanted()) return false;
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

/**
 * The people the server names; undefined when it gives no answer in time: whoever joins is told why not.
 * @param {string} path
 * @returns {Promise<Person[] | undefined>}
 */
function asked(path) {
  return call("GET", path, undefined, AbortSignal.timeout(PATIENCE)).then(({ results }) => results, () => undefined);
}
