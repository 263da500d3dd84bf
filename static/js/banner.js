// What is going on, said above the content until it is over.

import { byId, h } from "./dom.js";

/** @typedef {{label: string, primary?: boolean, run: () => void}} Action */

/**
 * Shows (or replaces) the banner of this name.
 * @param {string} name
 * @param {string} text
 * @param {{kind?: "" | "warn" | "danger", actions?: Action[]}} [options]
 */
export function showBanner(name, text, { kind = "", actions = [] } = {}) {
  const buttons = actions.map((action) =>
    h("button", { type: "button", class: `button ${action.primary ? "primary" : ""}`, onclick: action.run }, action.label),
  );
  const element = h("div", { class: `banner ${kind}`, "data-name": name }, h("p", { class: "grow" }, text), ...buttons);
  const old = find(name);
  if (old) old.replaceWith(element);
  else byId("banners").append(element);
}

/** @param {string} name */
export function hideBanner(name) {
  find(name)?.remove();
}

/** @param {string} name */
function find(name) {
  return byId("banners").querySelector(`[data-name="${name}"]`);
}
