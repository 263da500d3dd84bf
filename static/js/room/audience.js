// Those who listen: a number at once, and the names of those on screen, asked for page by page.

import { polite } from "../announce.js";
import { call } from "../api.js";
import { avatar } from "../avatar.js";
import { byId, h, write } from "../dom.js";
import { format, gettext, ngettext } from "../text.js";
import { Grid } from "./grid.js";
import { Listeners } from "./listeners.js";
import { inTheAudience, Listening } from "./news.js";
import { soon } from "./soon.js";

/** @typedef {import("./listeners.js").Listener} Listener */

const SOONEST = 5_000; // ms between two askings for names
const PER_LISTENER = 20; // ms more for each listener: a room of 5,000 asks 50 times a second, all pages together
const FIRST = 300; // ms from news to the asking, in which more news may come
const MANY = 10; // listeners, before they are searched and not looked over
const TYPING = 250; // ms without a key until a search begins

/**
 * How long to wait before asking for names again.
 * @param {number} listening
 */
export function pause(listening) {
  return Math.max(SOONEST, listening * PER_LISTENER);
}

/**
 * How many people the list has, as far as one can tell: -1 while a search has not come to its end.
 * @param {{people: unknown[], complete: boolean}} listeners
 * @param {string} query
 * @param {number} seated those in the audience, by the server's count
 */
export function total({ people, complete }, query, seated) {
  if (complete) return people.length;
  return query ? -1 : Math.max(seated, people.length);
}

/**
 * The id of the words that stand where nobody is listed: nobody listens, or all who do are on their way to the stage; or "".
 * @param {number} listening
 * @param {number} seated
 * @param {string} query
 */
export function instead(listening, seated, query) {
  if (query || seated) return "";
  return listening ? "audience-waiting" : "audience-empty";
}

export class AudienceView {
  #listeners = new Listeners();
  #search = /** @type {HTMLInputElement} */ (byId("audience-search"));
  #query = "";
  #asked = -Infinity;
  #known = -1;
  #listening = 0;
  #told = new Listening();
  /** Those in the audience without those who wait to speak. */
  #seated = 0;
  /** Somebody stands elsewhere than is shown. */
  #stale = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #typing;
  /** The asking that is under way. @type {Promise<void> | undefined} */
  #asking;

  /**
   * @param {string} room its id
   * @param {(number: number) => void} open shows one person
   */
  constructor(room, open) {
    this.room = room;
    this.open = open;
    const face = (/** @type {Listener} */ person) => this.#face(person);
    const more = () => this.#more();
    this.known = new Grid(byId("known"), face, more);
    this.others = new Grid(byId("audience"), face, more);
    window.addEventListener("scroll", soon(() => this.#scrolled()), { passive: true });
    this.#search.addEventListener("input", (event) => !(/** @type {InputEvent} */ (event).isComposing) && this.#type());
    this.#search.addEventListener("compositionend", () => this.#type());
  }

  /** Who listens under this number, if that is known. @param {number} number */
  find(number) {
    return this.#listeners.people.find((person) => person.number === number);
  }

  /**
   * Before the room's other parts: sizes are read, and would all be worked out anew after what they change.
   * @param {import("./session.js").Session} session
   */
  draw({ snapshot, members }) {
    if (this.#stale) this.#show();
    const listening = snapshot?.listening ?? 0;
    this.#told.take(listening);
    const waiting = members.filter(({ stage }) => stage === "hand_up" || stage === "invited").length;
    const seated = Math.max(0, listening - waiting);
    if (listening !== this.#listening || seated !== this.#seated) {
      this.#listening = listening;
      this.#seated = seated;
      this.#count();
      this.#tally();
    }
    if (listening !== this.#known) this.#later();
  }

  /**
   * Somebody stands elsewhere now, or went: names are asked for again soon.
   * @param {number} number
   */
  moved(number) {
    this.#known = -1;
    this.#stale ||= Boolean(this.find(number));
    this.#listeners.drop(number);
  }

  /** Stops asking, and forgets. */
  close() {
    clearTimeout(this.#timer);
    clearTimeout(this.#typing);
    this.#told.reset();
    this.#timer = undefined;
    this.#listeners = new Listeners();
    this.#search.value = this.#query = "";
    this.#asked = -Infinity;
    this.#known = -1;
  }

  #count() {
    write("room-listening", inTheAudience(this.#listening));
    write("audience-count", format(this.#seated ? "%(n)s" : "", { n: this.#seated }));
  }

  #later() {
    if (this.#timer) return;
    const wait = Math.max(FIRST, this.#asked + pause(this.#listening) - Date.now());
    this.#timer = setTimeout(() => this.#again(), wait);
  }

  /** Asks again for the page on screen. */
  async #again() {
    this.#timer = undefined;
    if (document.hidden) return;
    this.#asked = Date.now();
    this.#known = this.#listening;
    const known = this.#listeners.people.filter((person) => person.known).length;
    const top = this.others.top > 0 ? known + this.others.top : this.known.top;
    await this.#ask(this.#listeners.pageOf(top));
  }

  /** Asks for those who come next, if there are any. */
  async #more() {
    if (this.#listeners.complete) return;
    this.#asking ??= this.#ask(this.#listeners.last).finally(() => (this.#asking = undefined));
    await this.#asking;
  }

  /**
   * Takes in one page. Names are a courtesy: without an answer the number stands, and the next change asks again.
   * @param {number} number
   */
  async #ask(number) {
    const listeners = this.#listeners;
    const query = new URLSearchParams({ stage: "audience", q: this.#query, after: listeners.after(number) });
    for (const name of ["q", "after"]) if (!query.get(name)) query.delete(name);
    const page = await call("GET", `rooms/${this.room}/members/?${query}`).catch(() => null);
    if (!page || listeners !== this.#listeners) return;
    listeners.take(number, page);
    this.#show();
    this.#scrolled();
  }

  #scrolled() {
    this.known.draw();
    this.others.draw();
    const end = byId("audience-end").getBoundingClientRect().top;
    if (this.#listeners.people.length && end < 2 * window.innerHeight) this.#more();
  }

  #show() {
    this.#stale = false;
    const { people } = this.#listeners;
    const known = people.filter((person) => person.known);
    this.known.show(known);
    this.others.show(people.slice(known.length));
    byId("known-heading").hidden = byId("others-heading").hidden = known.length === 0;
    byId("others-heading").hidden ||= known.length === people.length;
    this.#tally();
  }

  /** How many there are, whoever of them is shown. */
  #tally() {
    const { people, complete } = this.#listeners;
    const known = people.filter((person) => person.known).length;
    const all = total(this.#listeners, this.#query, this.#seated);
    this.known.size = complete || known < people.length ? known : -1; // all that I know are here
    this.others.size = all < 0 ? -1 : all - known;
    byId("audience-tools").hidden = !this.#query && this.#seated < MANY;
    const words = instead(this.#listening, this.#seated, this.#query);
    for (const id of ["audience-empty", "audience-waiting"]) byId(id).hidden = id !== words;
  }

  #type() {
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => this.#find(), TYPING);
  }

  /** Looks for what is typed. */
  async #find() {
    const query = this.#search.value.trim();
    if (query === this.#query) return;
    this.#query = query;
    this.#listeners = new Listeners();
    await this.#ask(0);
    if (query !== this.#query) return;
    const words = query ? found(this.#listeners) : "";
    write("audience-found", words);
    if (words) polite(words);
  }

  /** @param {Listener} person */
  #face(person) {
    const name = h("bdi", { class: "name" }, person.name);
    return h("button", { type: "button", class: "person small", onclick: () => this.open(person.number) }, avatar(person), name);
  }
}

/**
 * What a search found, in words.
 * @param {Listeners} listeners
 */
function found({ people, complete }) {
  const n = people.length;
  if (!complete) return n ? format(gettext("More than %(n)s found"), { n }) : "";
  return n ? format(ngettext("%(n)s person found", "%(n)s people found", n), { n }) : gettext("Nobody here is called that");
}
