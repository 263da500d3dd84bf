// The page that changes a scheduled room: its words and time, its moderators, its end.

import { ApiError, call } from "./api.js";
import { avatar } from "./avatar.js";
import { byId } from "./dom.js";
import { editedRoom, unknown, watchTime } from "./plan.js";
import { format, gettext } from "./text.js";
import { fieldTime } from "./times.js";
import { toast } from "./toast.js";

const page = byId("edit");
const path = `rooms/${page.dataset.room}/`;
const form = /** @type {HTMLFormElement} */ (byId("edit-room"));
const adding = /** @type {HTMLFormElement} */ (byId("add-moderator"));
const username = /** @type {HTMLInputElement} */ (byId("username"));
const scheduled = /** @type {HTMLInputElement} */ (byId("scheduled"));
const moderators = byId("moderators");
const planned = new Date(scheduled.dataset.time ?? "");

/**
 * Makes the call; a refusal is said in the element with this id, and gives null.
 * @param {string} where
 * @param {() => Promise<any>} ask
 * @param {(error: ApiError) => string} [words]
 */
async function attempt(where, ask, words = ({ message }) => message) {
  const problem = byId(where);
  problem.hidden = true;
  try {
    return (await ask()) ?? {};
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    problem.textContent = words(error) || gettext("That did not work. Check your network, then try again.");
    problem.hidden = false;
    return null;
  }
}

const back = () => location.assign(page.dataset.page ?? "/");

/** @param {Event} event */
async function save(event) {
  event.preventDefault();
  const fields = /** @type {import("./plan.js").Fields} */ (Object.fromEntries(new FormData(form)));
  if (await attempt("problem", () => call("PATCH", path, editedRoom(fields, planned)))) back();
}

/** @param {Event} event */
async function add(event) {
  event.preventDefault();
  const name = username.value.trim();
  const person = await attempt(
    "moderator-problem",
    () => call("POST", `${path}moderators/`, { username: name }),
    ({ code, message }) => (code === "no_member" ? unknown([name]) : message),
  );
  if (!person) return;
  moderators.append(line(person));
  username.value = "";
  username.focus();
  toast(format(gettext("%(name)s is a moderator of this room"), { name: person.name }));
}

/** A moderator's line, as the server's template writes it. @param {{uid: string, name: string, avatar?: string}} person */
function line(person) {
  const template = /** @type {HTMLTemplateElement} */ (byId("moderator"));
  const item = /** @type {HTMLElement} */ (template.content.firstElementChild?.cloneNode(true));
  item.dataset.uid = person.uid;
  item.prepend(avatar(person, "small"));
  for (const element of item.querySelectorAll("[data-name]")) element.textContent = person.name;
  return item;
}

/** @param {MouseEvent} event */
async function remove({ target }) {
  const item = /** @type {Element} */ (target).closest("[data-remove]")?.closest("li");
  if (!item) return;
  const gone = await attempt("moderator-problem", () => call("DELETE", `${path}moderators/${item.dataset.uid}/`));
  if (!gone) return;
  const name = item.querySelector("[data-name]")?.textContent ?? "";
  item.remove();
  username.focus();
  toast(format(gettext("%(name)s is no moderator of this room any more"), { name }));
}

/** Calls the room off, which the page has asked twice. */
async function cancel() {
  if (await attempt("problem", () => call("POST", `${path}end/`))) back();
}

scheduled.value = fieldTime(planned);
watchTime(scheduled, byId("zone"), planned);
form.addEventListener("submit", save);
adding.addEventListener("submit", add);
moderators.addEventListener("click", remove);
byId("cancel").addEventListener("click", cancel);
