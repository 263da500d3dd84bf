// A room that has not started: its host starts it, the others are told of that or of another time, and wait.

import { here } from "../../accounts/notifications.js";
import { ApiError, call } from "../api.js";
import { byId, pause } from "../dom.js";
import { share } from "../share.js";
import { gettext } from "../text.js";
import { toast } from "../toast.js";
import { refused } from "./words.js";

const SHUT = [401, 403, 404]; // signed out elsewhere, suspended, or not for them any more: the page, loaded anew, says which
const EVERY = 10_000; // ms, and a little chance, so that those who wait do not ask together

const planned = Date.parse(
  /** @type {HTMLTimeElement} */ (document.querySelector("#prejoin .facts time")).dateTime,
);
const path = `rooms/${byId("prejoin").dataset.room}/`;

/**
 * Makes the call for a button, which waits meanwhile; a refusal is said, and gives false.
 * @param {HTMLButtonElement} button
 * @param {"POST" | "DELETE"} method
 * @param {string} what
 */
async function attempt(button, method, what) {
  const resume = pause(button);
  byId("problem").hidden = true;
  try {
    await call(method, path + what);
    return true;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    byId("problem").textContent = refused(error.code, error.message);
    byId("problem").hidden = false;
    return false;
  } finally {
    resume();
  }
}

/** @param {HTMLButtonElement} button */
async function begin(button) {
  if (await attempt(button, "POST", "start/")) location.reload();
}

/** @param {HTMLButtonElement} button */
async function remind(button) {
  const on = button.getAttribute("aria-pressed") !== "true";
  if (!(await attempt(button, on ? "POST" : "DELETE", "reminder/"))) return;
  button.setAttribute("aria-pressed", String(on));
  if (!on) return void toast(gettext("You will not be reminded"));
  if (await here()) return void toast(gettext("You will be reminded"));
  const allow = { label: gettext("Allow it here"), run: () => location.assign("/me/#notifications") };
  toast(gettext("You will be reminded on each device where you allow it, and not on this one yet."), undefined, allow);
}

/** @param {HTMLButtonElement} button */
function hand({ dataset }) {
  return share(location.origin + location.pathname, dataset.title ?? "");
}

/** Whether the page is about to be loaded anew. Without an answer nothing is known; the next turn asks again. */
async function look() {
  const card = document.hidden ? null : await call("GET", path).catch(({ status }) => (SHUT.includes(status) ? {} : null));
  if (!card || (card.state === "scheduled" && Date.parse(card.scheduled_for) === planned)) return false;
  location.reload();
  return true;
}

async function wait() {
  if (!(await look())) setTimeout(wait, EVERY * (1 + Math.random() / 2));
}

for (const [id, act] of Object.entries({ start: begin, remind, share: hand })) {
  const button = /** @type {HTMLButtonElement | null} */ (document.getElementById(id));
  button?.addEventListener("click", () => act(button));
}
document.addEventListener("visibilitychange", look);
setTimeout(wait, EVERY);
