// A person's face: the first letter of the name on a colour that belongs to the id.

import { h } from "./dom.js";

/**
 * @param {{uid: string, name: string}} person
 * @param {string} [classes]
 */
export function avatar(person, classes = "") {
  return h("span", { class: `avatar tint-${person.uid.slice(0, 1)} ${classes}`.trim(), "aria-hidden": "true" }, initial(person.name));
}

/**
 * The first letter or character of a name.
 * @param {string} name
 */
export function initial(name) {
  return ([...name.trim()][0] ?? "?").toUpperCase();
}
