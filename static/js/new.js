// The form that opens a room.

import { ApiError, call } from "./api.js";
import { byId } from "./dom.js";
import { gettext } from "./text.js";

const form = /** @type {HTMLFormElement} */ (byId("new-room"));
const scheduled = /** @type {HTMLInputElement} */ (byId("scheduled"));
const problem = byId("problem");

/** What the API wants to hear; a time is said with its offset. @param {FormData} fields */
function plan(fields) {
  const { title, topic, language, access, when } = /** @type {Record<string, string>} */ (Object.fromEntries(fields));
  const later = when === "later" ? { scheduled_for: new Date(scheduled.value).toISOString() } : {};
  return { title, topic, language, access, ...later };
}

/** @param {Event} event */
async function open(event) {
  event.preventDefault();
  problem.hidden = true;
  const button = /** @type {HTMLButtonElement} */ (form.querySelector("button:not([type])"));
  button.disabled = true;
  try {
    const room = await call("POST", "rooms/", plan(new FormData(form)));
    location.assign((form.dataset.room ?? "").replace("ID", room.id));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    problem.textContent = error.message || gettext("That did not work. Check your network, then try again.");
    problem.hidden = false;
    button.disabled = false;
  }
}

function when() {
  const later = new FormData(form).get("when") === "later";
  byId("later").hidden = !later;
  scheduled.required = later;
}

/** Now, as a `datetime-local` field writes it. */
function earliest() {
  const now = new Date();
  return new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

scheduled.min = earliest();
form.addEventListener("submit", open);
form.addEventListener("change", when);
when();
