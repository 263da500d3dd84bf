// Inviting into this room: a link with an end, or one person by name.

import { call } from "../api.js";
import { h, icon } from "../dom.js";
import { copy } from "../share.js";
import { openSheet } from "../sheet.js";
import { gettext } from "../text.js";
import { refused } from "./words.js";

const USES = 20;
const HOURS = 24;

/** @param {import("./protocol.js").Room} room */
export function openInvite(room) {
  const stage = h(
    "select",
    { id: "invite-stage" },
    h("option", { value: "audience" }, gettext("to listen")),
    h("option", { value: "speaking" }, gettext("straight to the stage")),
  );
  const name = h("input", { id: "invite-name", autocomplete: "off", autocapitalize: "none", spellcheck: "false" });
  const answer = h("div", { class: "stack tight", role: "status" });
  /** @param {object} body */
  const invite = (body) => ask(room.id, { ...body, stage: stage.value }, answer);
  openSheet(gettext("Invite people"), [
    h("div", { class: "field" }, h("label", { for: "invite-stage" }, gettext("They come in")), stage),
    h(
      "button",
      { type: "button", class: "button primary", onclick: () => invite({ uses: USES, hours: HOURS }) },
      icon("link"),
      gettext("Make a link"),
    ),
    h("p", { class: "muted small" }, gettext("A link works for 20 people and 24 hours.")),
    h(
      "form",
      { class: "field", onsubmit: (/** @type {Event} */ event) => (event.preventDefault(), invite({ username: name.value.trim() })) },
      h("label", { for: "invite-name" }, gettext("Or one person, by user name")),
      h("div", { class: "row" }, h("span", { class: "grow" }, name), h("button", { class: "button" }, gettext("Invite"))),
    ),
    answer,
  ]);
}

/**
 * @param {string} room
 * @param {object} body
 * @param {HTMLElement} answer where the outcome is shown
 */
async function ask(room, body, answer) {
  try {
    const made = await call("POST", `rooms/${room}/invites/`, body);
    answer.replaceChildren(...(made.url ? link(made.url) : [h("p", {}, gettext("Invited. They find the room in their hallway."))]));
  } catch (error) {
    const { code, message } = /** @type {import("../api.js").ApiError} */ (error);
    answer.replaceChildren(h("p", { class: "banner danger" }, refused(code, message)));
  }
}

/** @param {string} url */
function link(url) {
  return [
    h("p", { class: "code" }, url),
    h("button", { type: "button", class: "button", onclick: () => copy(url) }, icon("copy"), gettext("Copy")),
    h("p", { class: "muted small" }, gettext("It is shown only this once.")),
  ];
}
