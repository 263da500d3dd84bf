// The form that opens a room.

import { ApiError, call } from "./api.js";
import { byId, pause } from "./dom.js";
import { names, newRoom, unknown, watchTime } from "./plan.js";
import { gettext } from "./text.js";
import { fieldTime } from "./times.js";

const HOUR = 3_600_000; // ms

const form = /** @type {HTMLFormElement} */ (byId("new-room"));
const scheduled = /** @type {HTMLInputElement} */ (byId("scheduled"));
const submit = /** @type {HTMLButtonElement} */ (byId("submit"));
const problem = byId("problem");

const fields = () => /** @type {import("./plan.js").Fields} */ (Object.fromEntries(new FormData(form)));

/** @param {Event} event */
async function open(event) {
  event.preventDefault();
  problem.hidden = true;
  const resume = pause(submit);
  try {
    const room = await call("POST", "rooms/", newRoom(fields()));
    location.assign((form.dataset.room ?? "").replace("ID", room.id));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    problem.textContent = words(error);
    problem.hidden = false;
    resume();
  }
}

/** @param {ApiError} error */
function words(error) {
  if (error.code !== "no_member") return error.message || gettext("That did not work. Check your network, then try again.");
  return unknown(names(fields().moderators));
}

function when() {
  const later = fields().when === "later";
  byId("later").hidden = !later;
  scheduled.required = later;
  submit.textContent = (later ? submit.dataset.later : submit.dataset.now) ?? "";
  if (later && !scheduled.value) scheduled.value = fieldTime(new Date(Math.ceil(Date.now() / HOUR) * HOUR + HOUR));
  watchTime(scheduled, byId("zone"));
}

form.addEventListener("submit", open);
window.addEventListener("pageshow", () => (submit.disabled = false)); // whoever comes back finds the page as they left it
form.addEventListener("change", when);
when();
