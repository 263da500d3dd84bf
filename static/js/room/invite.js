// Inviting into this room: links with an end, which can be taken back, or one person by name.

import { ApiError, call } from "../api.js";
import { h, icon } from "../dom.js";
import { copy } from "../share.js";
import { openSheet } from "../sheet.js";
import { format, gettext, ngettext } from "../text.js";
import { moment } from "../times.js";
import { refused } from "./words.js";

/**
 * @typedef {{id: string, stage: "audience" | "speaking", uses: number, uses_left: number, expires_at: string, url?: string}} Invite
 */

const USES = [1, 5, 20, 100];
const HOURS = [1, 24, 168];

/** @param {import("./protocol.js").Room} room */
export function openInvite(room) {
  const stage = choice(gettext("They come in"), [["audience", intent("audience")], ["speaking", intent("speaking")]]);
  const uses = choice(gettext("For"), USES.map((n) => [n, format(ngettext("%(n)s person", "%(n)s people", n), { n })]), 20);
  const hours = choice(gettext("Works for"), HOURS.map((n) => [n, lasting(n)]), 24);
  const name = h("input", { id: "invite-name", autocomplete: "off", autocapitalize: "none", spellcheck: "false" });
  const answer = h("div", { class: "stack tight", role: "status" });
  const links = h("ul", { class: "list", tabindex: "-1" });
  const list = () => show(room.id, links);
  /** @param {object} body */
  const invite = (body) => ask(room.id, { ...body, stage: value(stage) }, answer).then(list);
  const byName = (/** @type {Event} */ event) => (event.preventDefault(), invite({ username: name.value.trim() }));
  openSheet(gettext("Invite people"), [
    stage,
    h("div", { class: "row" }, h("div", { class: "grow" }, uses), h("div", { class: "grow" }, hours)),
    h(
      "button",
      { type: "button", class: "button primary", onclick: () => invite({ uses: Number(value(uses)), hours: Number(value(hours)) }) },
      icon("link"),
      gettext("Make a link"),
    ),
    answer,
    h(
      "form",
      { class: "field", onsubmit: byName },
      h("label", { for: "invite-name" }, gettext("Or one person, by user name")),
      h("div", { class: "row" }, h("span", { class: "grow" }, name), h("button", { class: "button" }, gettext("Invite"))),
    ),
    links,
  ]);
  list();
}

/** @param {"audience" | "speaking"} stage */
function intent(stage) {
  return stage === "speaking" ? gettext("straight to the stage") : gettext("to listen");
}

/** @param {number} hours */
function lasting(hours) {
  const days = hours / 24;
  if (days > 1) return format(ngettext("%(n)s day", "%(n)s days", days), { n: days });
  return format(ngettext("%(n)s hour", "%(n)s hours", hours), { n: hours });
}

/**
 * @param {string} label
 * @param {[string | number, string][]} options
 * @param {string | number} [chosen]
 */
function choice(label, options, chosen) {
  const list = options.map(([key, text]) => h("option", { value: key, selected: key === chosen }, text));
  return h("label", { class: "field" }, h("span", {}, label), h("select", {}, ...list));
}

/** @param {HTMLElement} field */
function value(field) {
  return /** @type {HTMLSelectElement} */ (field.querySelector("select")).value;
}

/**
 * @param {string} room
 * @param {object} body
 * @param {HTMLElement} answer where the outcome is shown
 */
async function ask(room, body, answer) {
  try {
    const made = await call("POST", `rooms/${room}/invites/`, body);
    answer.replaceChildren(...(made.url ? fresh(made.url) : [h("p", {}, gettext("Invited. They find the room in their hallway."))]));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    answer.replaceChildren(h("p", { class: "banner danger" }, refused(error.code, error.message)));
  }
}

/** @param {string} url */
function fresh(url) {
  return [
    h("p", { class: "code" }, url),
    h("button", { type: "button", class: "button", onclick: () => copy(url) }, icon("copy"), gettext("Copy")),
    h("p", { class: "muted small" }, gettext("It is shown only this once.")),
  ];
}

/**
 * The links that still open the room; without an answer the list stays as it is.
 * @param {string} room
 * @param {HTMLElement} links
 */
async function show(room, links) {
  const page = await call("GET", `rooms/${room}/invites/`).catch(() => null);
  if (!page) return;
  links.replaceChildren(...page.results.map((/** @type {Invite} */ invite) => row(room, invite, links)));
}

/**
 * @param {string} room
 * @param {Invite} invite
 * @param {HTMLElement} links
 */
function row(room, invite, links) {
  const left = format(gettext("%(left)s of %(uses)s left"), { left: invite.uses_left, uses: invite.uses });
  const until = format(gettext("until %(time)s"), { time: moment(invite.expires_at) });
  const revoke = async () => {
    await call("DELETE", `rooms/${room}/invites/${invite.id}/`).catch(() => null); // the list tells whether it is gone
    await show(room, links);
    if (document.activeElement === document.body) links.focus(); // the button that had it is gone
  };
  return h(
    "li",
    { class: "row" },
    h("p", { class: "grow small" }, format(gettext("A link %(intent)s"), { intent: intent(invite.stage) }), h("br"), h("span", { class: "muted" }, `${left} · `, h("time", { datetime: invite.expires_at }, until))),
    h("button", { type: "button", class: "button danger", onclick: revoke }, gettext("Take back")),
  );
}
