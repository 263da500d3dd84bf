// A person's face: the picture over the first letter of the name, on a colour that belongs to the id.
// templates/pieces/avatar.html makes the same on the server.

import { h } from "./dom.js";
import "./pieces/avatar.js";

/**
 * A face; `classes` is small, large or nothing.
 * @param {{uid: string, name: string, avatar?: string}} person `avatar` is the path of a picture, or empty
 * @param {string} [classes]
 */
export function avatar(person, classes = "") {
  // A picture that is gone leaves the letter under it.
  const picture = person.avatar && h("img", { src: person.avatar, alt: "", loading: "lazy", decoding: "async", onerror: ({ target }) => target.remove() });
  const look = `avatar ${classes} tint-${person.uid.slice(0, 1)}`;
  return h("stoa-avatar", { class: look, "aria-hidden": "true" }, initial(person.name), picture);
}

/**
 * The first letter or character of a name; accounts/templatetags/people.py takes the same.
 * @param {string} name
 */
function initial(name) {
  return ([...name.normalize("NFC").trim()][0] ?? "?").toUpperCase();
}
