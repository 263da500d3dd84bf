// The queue by keyboard: J and K move, Enter opens (it is a link), C claims. What comes meanwhile is said, and moves nothing.

import { byId } from "../js/dom.js";
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

const EVERY = 20_000; // ms

/** Says how many cases have come since the page was made: whoever reads in the list is not pushed about. */
async function look() {
  if (document.hidden) return;
  const answer = await fetch(`/console/cases/new/?seen=${byId("shelves").dataset.seen}`, { redirect: "manual" }).catch(() => null);
  if (!answer?.ok) return; // what stands there stays; the next turn asks again
  const { words, shelves } = await answer.json();
  for (const count of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-shelf]"))) {
    count.textContent = String(shelves[count.dataset.shelf ?? ""] ?? "");
  }
  const link = byId("new");
  if (link.textContent !== words) link.textContent = words;
  link.hidden = !words;
}

const links = /** @type {HTMLAnchorElement[]} */ ([...(globalThis.document?.querySelectorAll("#queue .case > a") ?? [])]);
const current = () => links.findIndex((link) => link.parentElement?.contains(document.activeElement));
/** @param {1 | -1} step */
const move = (step) => links[next(current(), step, links.length)]?.focus();

if (globalThis.document) {
  watchRest();
  setInterval(look, EVERY);
  document.addEventListener("visibilitychange", look);
  watchKeys({
    j: () => move(1),
    k: () => move(-1),
    c: () => /** @type {HTMLButtonElement | null | undefined} */ (links[current()]?.parentElement?.querySelector("form button"))?.click(),
  });
}
