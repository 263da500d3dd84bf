// What is going on, said above the content until it is over.

import { byId, discard, h } from "./dom.js";
import "./pieces/banner.js";

/**
 * @typedef {import("./pieces/banner.js").Kind} Kind
 * @typedef {import("./pieces/banner.js").Action} Action
 */

/**
 * Shows the banner of this name, or has it say something else.
 * @param {string} name
 * @param {string} text
 * @param {{kind?: Kind, actions?: Action[]}} [options]
 */
export function showBanner(name, text, { kind = "", actions = [] } = {}) {
  const banner = find(name) ?? h("stoa-banner", { "data-name": name });
  banner.show(text, kind, actions);
  if (!banner.isConnected) byId("banners").append(banner);
}

/** @param {string} name */
export function hideBanner(name) {
  const banner = find(name);
  if (banner) discard(banner);
}

/**
 * @param {string} name
 * @returns {import("./pieces/banner.js").Banner | null}
 */
function find(name) {
  return byId("banners").querySelector(`stoa-banner[data-name="${name}"]`);
}
