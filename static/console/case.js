// One case: its sound, its decision, its keys.

import { watchEvidence } from "./evidence.js";
import { watchKeys } from "./keys.js";
import { watchRest } from "./rest.js";
import { watchVerdict } from "./verdict.js";

const deck = watchEvidence();
watchVerdict();
watchRest(() => deck?.playing ?? false);

/** @param {string} selector */
const click = (selector) => /** @type {HTMLElement | null} */ (document.querySelector(selector))?.click();
const measures = /** @type {HTMLInputElement[]} */ ([...document.querySelectorAll(".measure input")]);

watchKeys({
  c: () => click("[data-key=c]"),
  n: () => click("[data-key=n]"),
  p: () => deck?.toggle(),
  arrowleft: () => deck?.skip(-1),
  arrowright: () => deck?.skip(1),
  f: () => /** @type {HTMLElement | null} */ (document.querySelector("#id_facts"))?.focus(),
  q: () => location.assign("/console/cases/"),
  ...Object.fromEntries(measures.slice(0, 9).map((input, at) => [String(at + 1), () => (input.click(), input.focus())])),
});
