// What every piece is made of: an element of the page itself (no shadow), drawn by css/pieces.css.

/** The browser's element; without a browser an empty class, so that what a piece computes can be tested. @type {typeof HTMLElement} */
export const Piece = globalThis.HTMLElement ?? class {};

/**
 * Gives the piece its tag, where there is a browser.
 * @param {keyof HTMLElementTagNameMap} tag
 * @param {typeof HTMLElement} piece
 */
export function define(tag, piece) {
  globalThis.customElements?.define(tag, piece);
}
