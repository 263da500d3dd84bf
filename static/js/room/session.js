// The room as this page knows it: the last snapshot with every event since, and who I am in it.

import { Signal } from "../signal.js";
import { fold, place } from "./protocol.js";

/**
 * @typedef {import("./protocol.js").Member} Member
 * @typedef {import("./protocol.js").Snapshot} Snapshot
 * @typedef {import("./socket.js").Message} Message
 */

export class Session {
  /** The state changed: draw it. @type {Signal<Session>} */
  changed = new Signal();
  /** One member changed, as told by an event. @type {Signal<{before: Member | undefined, after: Member | undefined, reason: string}>} */
  moved = new Signal();
  /** I changed. @type {Signal<{before: Member | undefined, after: Member}>} */
  me = new Signal();
  /** An event is missing: ask for a snapshot. @type {Signal<void>} */
  gap = new Signal();

  /** @type {Snapshot | undefined} */
  snapshot;
  /** @type {Member | undefined} */
  you;

  #asked = false;

  /** @returns {Member[]} */
  get members() {
    return this.snapshot?.members ?? [];
  }

  /**
   * Takes in one message of the server; those that are not about the room's state are ignored.
   * @param {Message} message
   */
  receive(message) {
    switch (message.type) {
      case "welcome":
      case "snapshot":
        this.#asked = false;
        this.snapshot = message.snapshot;
        this.#setYou(message.you);
        break;
      case "member":
      case "left":
      case "room":
      case "ended":
        if (!this.#take(/** @type {any} */ (message))) return;
        break;
      case "audience":
        if (this.snapshot) this.snapshot = { ...this.snapshot, listening: message.listening };
        break;
      case "ping":
        if (this.snapshot && place(this.snapshot.seq, message.seq) !== "old") this.#missed();
        return;
      default:
        return;
    }
    this.changed.emit(this);
  }

  /**
   * Folds an event in; false when it was an old one or left a gap.
   * @param {import("./protocol.js").RoomEvent} event
   */
  #take(event) {
    if (!this.snapshot) return false;
    const where = place(this.snapshot.seq, event.seq);
    if (where === "gap") this.#missed();
    if (where !== "next") return false;
    const number = event.type === "member" ? event.member.number : event.type === "left" ? event.number : 0;
    const before = this.#find(number);
    this.snapshot = fold(this.snapshot, event);
    if (event.type === "member" && event.member.number === this.you?.number) this.#setYou(event.member);
    if (number) this.moved.emit({ before, after: this.#find(number), reason: event.type === "left" ? event.reason : "" });
    return true;
  }

  /** Forgets the room: whoever comes back finds it as it is then. */
  reset() {
    this.snapshot = this.you = undefined;
    this.#asked = false;
  }

  #missed() {
    if (this.#asked) return;
    this.#asked = true;
    this.gap.emit();
  }

  /** @param {number} number */
  #find(number) {
    return this.members.find((member) => member.number === number);
  }

  /** @param {Member} member */
  #setYou(member) {
    const before = this.you;
    this.you = member;
    this.me.emit({ before, after: member });
  }
}
