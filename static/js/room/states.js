// Every state that stops or hinders somebody, by name: what `/styleguide/` shows one by one, and what tests walk through.

import { h } from "../dom.js";
import { closeSheet, openSheet } from "../sheet.js";
import { gettext } from "../text.js";
import { toast } from "../toast.js";
import { DETOURS, GOING, going } from "./going.js";
import { noMicrophone, PLACES } from "./permission.js";
import { showScreen } from "./screen.js";
import { stopped } from "./words.js";

/**
 * @typedef {{name: string, kind: "screen" | "banner" | "sheet" | "toast", show: () => void}} State
 * @typedef {import("./microphone.js").Trouble} Trouble
 */

const REASONS = [
  "left", "removed", "banned", "ended", "replaced", "not_found", "not_started", "locked", "locked_by_staff", "full", "too_many", "signed_out",
  "suspended", "closed", "braked", "old_browser", "lost",
];
const TROUBLES = /** @type {Trouble[]} */ (["missing", "busy", "insecure", "unknown"]);

/** @type {State[]} */
export const STATES = [
  ...REASONS.map((name) => screen(name)),
  ...PLACES.map((where) => microphone(`denied_${where}`, () => noMicrophone("denied", where))),
  ...TROUBLES.map((name) => microphone(name, () => noMicrophone(name))),
  ...Object.keys(GOING).map((name) => banner(/** @type {keyof typeof GOING} */ (name))),
  { name: "relayed", kind: "toast", show: () => toast(DETOURS.relay()) },
  { name: "tcp", kind: "toast", show: () => toast(DETOURS.tcp()) },
];

/** @param {string} name @returns {State} */
function screen(name) {
  return { name, kind: "screen", show: () => showScreen(stopped(name), () => history.back()) };
}

/** @param {string} name @param {() => import("./words.js").Words} words @returns {State} */
function microphone(name, words) {
  const show = () => {
    const { title, text } = words();
    const again = h("button", { type: "button", class: "button primary", onclick: closeSheet }, gettext("Try again"));
    const on = h("button", { type: "button", class: "button", onclick: closeSheet }, gettext("Go on listening"));
    openSheet(title, [h("p", {}, text), h("div", { class: "row" }, name !== "insecure" && again, on)]);
  };
  return { name: `microphone_${name}`, kind: "sheet", show };
}

/** @param {keyof typeof GOING} name @returns {State} */
function banner(name) {
  return { name, kind: "banner", show: () => going(name, () => history.back()) };
}
