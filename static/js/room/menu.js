// One line of a sheet that does something.

import { h, icon } from "../dom.js";

/**
 * @param {string} sign its icon
 * @param {string} label
 * @param {() => void} run
 * @param {string} [help] what comes of it
 * @param {"" | "danger"} [look]
 */
export function item(sign, label, run, help, look = "") {
  return h(
    "button",
    { type: "button", class: `menu-item ${look}`.trim(), onclick: run },
    icon(sign),
    h("span", {}, label, help && h("small", {}, help)),
  );
}
