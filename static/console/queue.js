// The queue by keyboard: J and K move, Enter opens (it is a link), C claims.

import { watchKeys } from "./keys.js";
import { watchRest } from "./rest.js";

/**
 * The row that a step leads to: from none the first or the last.
 * @param {number} from -1 for none
 * @param {1 | -1} step
 * @param {number} count
 */
export function next(from, step, count) {
  if (from < 0) return step > 0 ? 0 : count - 1;
  return Math.min(count - 1, Math.max(0, from + step));
}

const links = /** @type {HTMLAnchorElement[]} */ ([...(globalThis.document?.querySelectorAll("#queue .case > a") ?? [])]);
const current = () => links.findIndex((link) => link.parentElement?.contains(document.activeElement));
/** @param {1 | -1} step */
const move = (step) => links[next(current(), step, links.length)]?.focus();

if (globalThis.document) {
  watchRest();
  watchKeys({
    j: () => move(1),
    k: () => move(-1),
    c: () => /** @type {HTMLButtonElement | null | undefined} */ (links[current()]?.parentElement?.querySelector("form button"))?.click(),
  });
}
