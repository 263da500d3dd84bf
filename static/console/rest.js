// Moderators are people: after an hour of cases the page proposes a break, which can be put off.

import { keep, recall } from "../js/memory.js";

const KEY = "stoa.cases-since";
export const HOUR = 3_600_000; // ms
export const PAUSE = 900_000; // ms without a case count as a break, and so long is one put off
const MINUTE = 60_000;

/** When the work began, when it was last seen, and until when nothing is proposed. @typedef {{since: number, seen: number, later: number}} Shift */

/**
 * The shift as it is now: begun anew after a break.
 * @param {Shift | null} before
 * @param {number} now
 * @returns {Shift}
 */
export function shift(before, now) {
  if (!before || now - before.seen >= PAUSE || now < before.since) return { since: now, seen: now, later: 0 };
  return { ...before, seen: now };
}

/**
 * Whether a break is due.
 * @param {Shift} shift
 * @param {number} now
 */
export function due({ since, later }, now) {
  return now - since >= HOUR && now >= later;
}

/**
 * What was kept; null for nothing, or for what nobody can read.
 * @param {string} text
 * @returns {Shift | null}
 */
export function read(text) {
  try {
    const { since, seen, later } = JSON.parse(text);
    return [since, seen, later].every(Number.isFinite) ? { since, seen, later } : null;
  } catch {
    return null;
  }
}

const SIGNS = ["pointerdown", "pointermove", "keydown", "wheel", "touchmove"];

/**
 * Watches this page: work is what somebody does on it, and hearing. A page that lies open while nobody is there is none.
 * @param {() => boolean} hears whether something plays
 */
export function watchRest(hears = () => false) {
  const banner = document.getElementById("rest");
  if (!banner) return;
  let active = true; // they have just come to it
  for (const sign of SIGNS) document.addEventListener(sign, () => (active = true), { capture: true, passive: true });
  const look = () => {
    if (document.hidden || !(active || hears())) return;
    active = false;
    const now = Date.now();
    const current = shift(read(recall(KEY)), now);
    keep(KEY, JSON.stringify(current));
    banner.hidden = !due(current, now);
  };
  banner.addEventListener("click", (event) => {
    const choice = /** @type {HTMLElement} */ (event.target).dataset.rest;
    if (!choice) return;
    const now = Date.now();
    const current = shift(read(recall(KEY)), now);
    keep(KEY, JSON.stringify(choice === "later" ? { ...current, later: now + PAUSE } : { since: now, seen: now, later: 0 }));
    banner.hidden = true;
    if (choice === "taken") location.assign("/console/");
  });
  look();
  setInterval(look, MINUTE);
}
