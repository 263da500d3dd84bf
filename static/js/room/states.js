// Every state that stops or hinders somebody, by name: what `/styleguide/` shows one by one, and what tests walk through.

import { h } from "../dom.js";
import { closeSheet, openSheet } from "../sheet.js";
import { gettext } from "../text.js";
import { showScreen } from "./screen.js";
import { noMicrophone, stopped } from "./words.js";

/**
 * @typedef {{name: string, kind: "screen" | "banner" | "sheet", show: () => void}} State
 * @typedef {import("./microphone.js").Trouble} Trouble
 */

const REASONS = [
  "left", "removed", "banned", "ended", "replaced", "not_found", "not_started", "locked", "too_many", "signed_out", "old_browser", "lost",
];
const TROUBLES = /** @type {Trouble[]} */ (["denied", "missing", "busy", "insecure", "unknown"]);

/** @type {State[]} */
export const STATES = [
  ...REASONS.map((name) => screen(name)),
  ...TROUBLES.map((name) => microphone(name)),
];

/** @param {string} name @returns {State} */
function screen(name) {
  return { name, kind: "screen", show: () => showScreen(stopped(name), () => history.back()) };
}

/** @param {Trouble} name @returns {State} */
function microphone(name) {
  const show = () => {
    const { title, text } = noMicrophone(name);
    openSheet(title, [h("p", {}, text), h("button", { type: "button", class: "button", onclick: closeSheet }, gettext("Go on listening"))]);
  };
  return { name: `microphone_${name}`, kind: "sheet", show };
}
