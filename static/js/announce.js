// What screen readers are told: politely and in batches, or at once.

import { byId } from "./dom.js";

const BATCH = 1200; // ms; what happens within it is read as one sentence

/** @type {string[]} */
let waiting = [];

/**
 * Says it when there is a pause, together with what else happened meanwhile.
 * @param {string} text
 */
export function polite(text) {
  if (waiting.push(text) > 1) return;
  setTimeout(() => {
    byId("polite").textContent = waiting.join(". ");
    waiting = [];
  }, BATCH);
}

/**
 * Says it now, over whatever is being read.
 * @param {string} text
 */
export function assertive(text) {
  byId("assertive").textContent = text;
}
