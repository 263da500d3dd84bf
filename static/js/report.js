// Reporting somebody, or a room: the tap on a reason sends it; what else there is to say may follow.

import { ApiError, call } from "./api.js";
import { data, h, icon, pause } from "./dom.js";
import { closeSheet, openSheet } from "./sheet.js";
import { format, gettext } from "./text.js";
import { toast } from "./toast.js";

/**
 * What is reported: `path` of the API that takes it, with `member` for somebody in a room; `live` where speech is held.
 * @typedef {{path: string, member?: number, name: string, live: boolean}} Target
 * @typedef {{number: string, sound: boolean}} Receipt
 * @typedef {{reasons: [string, string][], ring: boolean}} Offered
 */

const LONGEST = 1000;
/** Where somebody may be in danger right now. */
const URGENT = ["threats", "minors", "self_harm"];

/**
 * Somebody in a room.
 * @param {string} room
 * @param {{number: number, name: string}} member
 * @returns {Target}
 */
export function memberOf(room, { number, name }) {
  return { path: `rooms/${room}/reports/`, member: number, name, live: true };
}

/**
 * A whole room.
 * @param {string} room
 * @param {string} name its title
 * @param {boolean} live
 * @returns {Target}
 */
export function wholeRoom(room, name, live) {
  return { path: `rooms/${room}/reports/`, name, live };
}

/**
 * Somebody who is shown outside of rooms.
 * @param {string} uid
 * @param {string} name
 * @returns {Target}
 */
export function outside(uid, name) {
  return { path: `people/${uid}/reports/`, name, live: false };
}

/**
 * Asks what is wrong.
 * @param {Target} target
 * @param {() => void} [leave] the way out of the room, offered once it is sent
 */
export function openReport(target, leave) {
  /** @type {Offered} */
  const { reasons, ring } = data("report-data");
  const problem = h("p", { class: "banner danger", role: "alert", hidden: true });
  let open = true;
  let sending = false;
  /** @param {string} policy */
  const choose = async (policy) => {
    if (sending) return;
    sending = true;
    list.setAttribute("aria-busy", "true");
    try {
      const receipt = await send(target, policy);
      if (open) openReceipt(receipt, URGENT.includes(policy), leave);
      else toast(format(gettext("Reported. Your number is %(number)s."), { number: receipt.number }));
    } catch (error) {
      problem.textContent = trouble(error);
      problem.hidden = false;
      if (open) problem.scrollIntoView({ block: "nearest" });
      else toast(problem.textContent);
    } finally {
      sending = false;
      list.removeAttribute("aria-busy");
    }
  };
  const list = h("div", { class: "reasons", role: "group", "aria-labelledby": "report-what" }, ...reasons.map(([policy, title]) => reason(title, () => choose(policy))));
  openSheet(
    format(gettext("Report %(name)s"), { name: target.name }),
    [
      problem,
      h("p", {}, gettext("Nobody you report learns that it was you.")),
      h("p", { id: "report-what" }, gettext("What is wrong? A tap sends it.")),
      list,
      h("p", { class: "muted small" }, kept(target.live && ring)),
    ],
    () => {
      open = false;
    },
  );
}

/**
 * @param {string} title
 * @param {() => void} run
 */
function reason(title, run) {
  return h("button", { type: "button", class: "menu-item", onclick: run }, h("span", { class: "grow" }, title));
}

/**
 * What goes along with a report.
 * @param {boolean} sound
 */
export function kept(sound) {
  if (!sound) return gettext("No sound goes with it: nothing that was said is kept for that long.");
  return gettext("The last 60 seconds of those who speak are sealed with it. A moderator can hear them only when a second one agrees, and each time is written down.");
}

/**
 * @param {Target} target
 * @param {string} policy
 * @returns {Promise<Receipt>}
 */
function send({ path, member }, policy) {
  return call("POST", path, member ? { policy, member } : { policy });
}

/**
 * Thanks, the number, and what may follow.
 * @param {Receipt} receipt
 * @param {boolean} urgent
 * @param {() => void} [leave]
 */
function openReceipt({ number, sound }, urgent, leave) {
  openSheet(gettext("Thank you, it is reported"), [
    urgent && h("p", { class: "banner warn" }, icon("warn"), h("span", { class: "grow" }, gettext("If somebody is in danger right now, call the emergency number of your country."))),
    h("p", {}, sound ? gettext("The last 60 seconds are sealed, and a moderator is told.") : gettext("A moderator is told. No sound goes with it.")),
    h("p", {}, gettext("Your number"), " ", h("strong", { class: "code" }, number)),
    h("p", { class: "elsewhere small" }, h("a", { href: `/privacy/reports/${number}/`, target: "_blank" }, gettext("See what becomes of it"))),
    addition(number),
    h(
      "div",
      { class: "row" },
      h("button", { type: "button", class: "button primary", onclick: closeSheet }, gettext("Done")),
      leave && h("button", { type: "button", class: "button", onclick: leave }, icon("leave"), gettext("Leave the room")),
    ),
  ]);
}

/** A field for words of one's own, which go to the report. @param {string} number */
function addition(number) {
  const words = h("textarea", { rows: 2, maxlength: LONGEST });
  const answer = h("p", { class: "small", role: "status" });
  const button = h("button", { class: "button" }, gettext("Add"));
  const add = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (!words.value.trim()) return words.focus();
    const resume = pause(button);
    try {
      await call("PATCH", `reports/${number}/`, { words: words.value });
      words.readOnly = true;
      answer.textContent = gettext("Added.");
      if (document.activeElement === document.body) words.focus(); // the button that had it waits for good
    } catch (error) {
      resume();
      answer.textContent = trouble(error);
    }
  };
  return h(
    "form",
    { class: "stack tight", onsubmit: add },
    h("label", { class: "field" }, h("span", {}, gettext("Anything to add? You need not.")), words),
    h("div", { class: "row" }, button, answer),
  );
}

/**
 * Why it was not sent.
 * @param {unknown} error
 */
function trouble(error) {
  if (!(error instanceof ApiError)) throw error;
  if (error.code === "offline") return gettext("You are offline at the moment; nothing was sent. Try again.");
  return error.message || gettext("That did not work. Try again.");
}
