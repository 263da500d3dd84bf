// <stoa-roster>: a list of people around a <ul> or <ol>; one stop of the Tab key, and nobody loses their place when it changes.

import { byId, keyed } from "../dom.js";
import { roving } from "../roving.js";
import { Piece, define } from "./piece.js";

/**
 * Where the focus goes when what had it is gone: the same place, or the last one; -1 in an empty list.
 * @param {number} index before
 * @param {number} count after
 */
export function successor(index, count) {
  return Math.min(Math.max(index, 0), count - 1);
}

export class Roster extends Piece {
  #ready = false;

  connectedCallback() {
    if (this.#ready) return;
    this.#ready = true;
    roving(this.list);
  }

  /** @returns {HTMLElement} */
  get list() {
    const list = this.querySelector("ul, ol");
    if (!list) throw new Error("a roster stands around a list");
    return /** @type {HTMLElement} */ (list);
  }

  /**
   * Makes the list stand for the items, in order. The element of each key stays; so does the focus, or it goes to whoever
   * stands there now.
   * @template Item
   * @param {Item[]} items
   * @param {(item: Item) => string} key
   * @param {(item: Item) => HTMLElement} make
   * @param {(element: HTMLElement, item: Item) => void} [update]
   */
  show(items, key, make, update = () => undefined) {
    const { list } = this;
    const index = [...list.children].findIndex((child) => child.contains(document.activeElement));
    keyed(list, items, key, make, update);
    if (index < 0 || list.contains(document.activeElement)) return;
    const next = list.children[successor(index, list.childElementCount)];
    /** @type {HTMLElement | null | undefined} */ (next?.querySelector("button, a"))?.focus();
  }
}

/**
 * The roster around the list with this id.
 * @param {string} id
 */
export function roster(id) {
  return /** @type {Roster} */ (byId(id).closest("stoa-roster"));
}

define("stoa-roster", Roster);
