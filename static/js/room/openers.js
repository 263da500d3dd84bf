// What opens the room's sheets: the script of each comes with the tap that wants it, or came before.

import { later } from "../later.js";
import { SHEETS } from "./sheets.js";

/**
 * @typedef {import("./protocol.js").Member} Member
 * @typedef {import("./protocol.js").Move} Move
 */

/**
 * What the sheets know of the room, and have it do; `weak` says what is wrong with somebody's line.
 * @typedef {{
 *   find: (number: number) => Member | undefined,
 *   weak: (number: number) => string,
 *   make: (move: Move, member?: Member) => void,
 *   settings: () => void,
 *   leave: () => void,
 * }} Room
 */

export class Openers {
  /** @type {import("./person.js").PersonSheet | undefined} */
  #person;

  /**
   * @param {{id: string, moves: import("./moves.js").Table}} page
   * @param {import("./session.js").Session} session
   * @param {Room} room
   */
  constructor(page, session, room) {
    this.page = page;
    this.session = session;
    this.room = room;
  }

  /** One person. @param {number} number */
  async person(number) {
    const sheet = await this.#come(SHEETS.person);
    const { find, make, weak } = this.room;
    if (!sheet || !find(number)) return;
    const report = (/** @type {Member} */ member) => this.report(member);
    this.#person ??= new sheet.PersonSheet(this.page.moves, find, () => this.session.you, make, report, weak);
    this.#person.open(number);
  }

  /** Draws the open sheet of a person anew. */
  refresh() {
    this.#person?.refresh();
  }

  /** All that is to be done in the room. */
  async more() {
    const { make, settings } = this.room;
    (await this.#come(SHEETS.room))?.openRoom(this.page.moves, this.session, { make, settings, report: () => this.report() });
  }

  async keys() {
    (await this.#come(SHEETS.room))?.openKeys();
  }

  /** Reports somebody here, or the whole room. @param {Member} [member] */
  async report(member) {
    const sheet = await this.#come(SHEETS.report);
    const { id } = this.page;
    sheet?.openReport(
      member ? sheet.memberOf(id, member) : sheet.wholeRoom(id, this.session.snapshot?.room.title ?? "", true),
      this.room.leave,
    );
  }

  /** Takes the pinned link off. */
  async unpin() {
    const edit = await this.#come(SHEETS.edit);
    if (this.session.snapshot) edit?.unpin(this.session.snapshot.room);
  }

  /**
   * What I choose in the sheet about my microphone; null for nothing.
   * @param {import("./microphone.js").Microphone} microphone
   * @param {import("./voice.js").Voice} voice
   * @param {import("./speaksheet.js").Purpose} purpose
   */
  async microphone(microphone, voice, purpose) {
    const sheet = await this.#come(SHEETS.speak);
    return sheet ? new sheet.SpeakSheet(microphone, () => voice.apply()).ask(purpose) : null;
  }

  /**
   * The script, unless one has left before it came.
   * @template T
   * @param {() => Promise<T>} load
   */
  #come(load) {
    return later(load, () => Boolean(this.session.you));
  }
}
