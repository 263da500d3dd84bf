// What stops you, said instead of the room.

import { byId, h } from "../dom.js";
import { gettext } from "../text.js";

/**
 * Shows the words in place of everything else and moves focus to them.
 * @param {import("./words.js").Words} words
 * @param {() => void} again
 */
export function showScreen(words, again) {
  const heading = h("h1", { tabindex: "-1" }, words.title);
  const back = words.again && h("button", { type: "button", class: "button primary", onclick: again }, words.again);
  const next = `/accounts/login/?next=${encodeURIComponent(location.pathname)}`;
  const signIn = words.signIn && h("a", { class: "button primary", href: next }, words.signIn);
  const more = words.more && h("a", { class: "button primary", href: words.more }, gettext("Read the reasons, or appeal"));
  const first = back ?? signIn ?? more;
  byId("screen").replaceChildren(
    heading,
    h("p", { class: "muted" }, words.text),
    h("div", { class: "row" }, first, h("a", { class: `button ${first ? "" : "primary"}`, href: "/" }, gettext("To the hallway"))),
  );
  view("screen");
  heading.focus();
}

/**
 * Which of the page's parts is seen.
 * @param {"prejoin" | "room" | "screen"} part
 */
export function view(part) {
  for (const name of ["prejoin", "room", "screen"]) byId(name).hidden = name !== part;
  document.body.dataset.view = part;
}
