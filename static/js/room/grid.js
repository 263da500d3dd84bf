// Thousands of people as a grid, of whom only those on screen, and a screen more on either side, are in the document.

import { h, keyed } from "../dom.js";

/**
 * @typedef {{number: number}} Item
 * @typedef {{from: number, to: number}} Span from the first index to before the second
 */

const ROW = 6.25; // rem
const COLUMN = 4.9; // rem at least

/**
 * Which items are to be in the document.
 * @param {{count: number, columns: number, row: number, top: number, height: number}} view `top` of the list in the window, and
 *   the window's `height` and each row's, in px
 * @returns {Span}
 */
export function span({ count, columns, row, top, height }) {
  const first = Math.max(0, Math.floor((-top - height) / row));
  const last = Math.max(0, Math.ceil((2 * height - top) / row));
  return { from: Math.min(count, first * columns), to: Math.min(count, last * columns) };
}

/**
 * Where a key leads from `index`; undefined for keys that lead nowhere.
 * @param {string} key
 * @param {number} index
 * @param {{columns: number, rows: number, last: number, rtl: boolean}} grid `rows` on one screen; `last` index
 */
export function step(key, index, { columns, rows, last, rtl }) {
  const ahead = rtl ? -1 : 1;
  const to = /** @type {Record<string, number>} */ ({
    ArrowRight: index + ahead,
    ArrowLeft: index - ahead,
    ArrowDown: index + columns,
    ArrowUp: index - columns,
    PageDown: index + columns * rows,
    PageUp: index - columns * rows,
    Home: 0,
    End: last,
  })[key];
  return to === undefined ? undefined : Math.max(0, to);
}

/** @template {Item} Person */
export class Grid {
  /** @type {Person[]} */
  #people = [];
  /** How many there are in truth, -1 while nobody can say. */
  #size = 0;
  /** The index that Tab leads to. */
  #active = 0;
  #columns = 1;

  /**
   * @param {HTMLElement} list
   * @param {(person: Person) => HTMLElement} face a button
   * @param {() => Promise<void>} more asks for those who come next
   */
  constructor(list, face, more) {
    this.list = list;
    this.face = face;
    this.more = more;
    list.addEventListener("keydown", (event) => this.#key(event));
    list.addEventListener("focusin", (event) => this.#focused(/** @type {HTMLElement} */ (event.target)));
    new ResizeObserver(() => this.draw()).observe(list);
  }

  /** @param {Person[]} people those known of, in order */
  show(people) {
    this.#people = people;
    this.#active = Math.max(0, Math.min(this.#active, people.length - 1));
    this.draw();
  }

  /** How many there are in truth now; who is in the document stays. @param {number} size */
  set size(size) {
    if (size === this.#size) return;
    this.#size = size;
    for (const item of this.list.children) item.setAttribute("aria-setsize", String(size));
  }

  /** The index of the first person on screen. */
  get top() {
    const row = ROW * rem();
    const hidden = Math.max(0, -this.list.getBoundingClientRect().top);
    return Math.min(Math.floor(hidden / row) * this.#columns, Math.max(0, this.#people.length - 1));
  }

  /** Puts into the document who is on screen now. */
  draw() {
    const count = this.#people.length;
    this.list.hidden = count === 0;
    const width = this.list.clientWidth;
    if (!width || !count) return this.list.replaceChildren();
    this.#columns = Math.max(1, Math.floor(width / (COLUMN * rem())));
    this.list.style.blockSize = `${Math.ceil(count / this.#columns) * ROW}rem`;
    const shown = this.#span();
    const stop = shown.includes(this.#active) ? this.#active : shown[0];
    const had = this.list.contains(document.activeElement);
    keyed(this.list, shown, (index) => String(this.#people[index].number), (index) => h("li", {}, this.face(this.#people[index])), (item, index) => {
      this.#place(item, index, index === stop);
    });
    if (had && !this.list.contains(document.activeElement)) this.#focus(this.#active);
  }

  /** Every index that belongs into the document: what is on screen, and what has the focus. */
  #span() {
    const { top } = this.list.getBoundingClientRect();
    const count = this.#people.length;
    const { from, to } = span({ count, columns: this.#columns, row: ROW * rem(), top, height: window.innerHeight });
    const shown = Array.from({ length: to - from }, (_, offset) => from + offset);
    if (!this.list.contains(document.activeElement) || (this.#active >= from && this.#active < to)) return shown;
    return this.#active < from ? [this.#active, ...shown] : [...shown, this.#active];
  }

  /**
   * @param {HTMLElement} item
   * @param {number} index
   * @param {boolean} stop
   */
  #place(item, index, stop) {
    const now = [index, this.#columns, stop].join();
    if (item.dataset.place === now) return;
    item.dataset.place = now;
    item.dataset.index = String(index);
    item.style.insetBlockStart = `${Math.floor(index / this.#columns) * ROW}rem`;
    item.style.insetInlineStart = `${((index % this.#columns) * 100) / this.#columns}%`;
    item.style.inlineSize = `${100 / this.#columns}%`;
    item.style.blockSize = `${ROW}rem`;
    item.setAttribute("aria-posinset", String(index + 1));
    item.setAttribute("aria-setsize", String(this.#size));
    /** @type {HTMLElement} */ (item.firstElementChild).tabIndex = stop ? 0 : -1;
  }

  /** @param {KeyboardEvent} event */
  async #key(event) {
    const rows = Math.max(1, Math.floor(window.innerHeight / (ROW * rem())) - 1);
    const rtl = document.documentElement.dir === "rtl";
    const to = step(event.key, this.#active, { columns: this.#columns, rows, last: this.#people.length - 1, rtl });
    if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    if (to >= this.#people.length) await this.more();
    this.#focus(Math.min(to, this.#people.length - 1));
  }

  /** @param {number} index */
  #focus(index) {
    const had = /** @type {HTMLElement | undefined} */ (this.list.querySelector("[tabindex='0']") ?? undefined);
    had?.focus({ preventScroll: true }); // so that the list counts as focused while it is drawn around the new one
    this.#active = index;
    this.draw();
    const item = /** @type {HTMLElement | null} */ (this.list.querySelector(`[data-index="${index}"]`));
    /** @type {HTMLElement | null | undefined} */ (item?.firstElementChild)?.focus();
  }

  /** @param {HTMLElement} button */
  #focused(button) {
    const index = Number(button.closest("li")?.dataset.index ?? this.#active);
    if (index === this.#active) return;
    this.#active = index;
    this.draw();
  }
}

/** Pixels of one rem, which a reader may have changed. */
function rem() {
  return parseFloat(getComputedStyle(document.documentElement).fontSize);
}
