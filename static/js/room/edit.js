// What the room is about: title, topic and the pinned link, changed by those who run it.

import { ApiError, call } from "../api.js";
import { h } from "../dom.js";
import { closeSheet, openSheet } from "../sheet.js";
import { gettext } from "../text.js";
import { toast } from "../toast.js";
import { destination } from "./link.js";
import { undoable } from "./undo.js";
import { refused } from "./words.js";

/** @typedef {import("./protocol.js").Room} Room */

const LONGEST = { title: 100, topic: 200, link: 500 }; // characters the server keeps

/** Asks for the room's words. @param {Room} room */
export function openEdit(room) {
  const title = field(gettext("Title"), { value: room.title, maxlength: LONGEST.title, required: true });
  const topic = field(gettext("What it is about"), { value: room.topic, maxlength: LONGEST.topic });
  const help = gettext("Everybody here sees it above the controls.");
  const link = field(gettext("Pinned link"), { value: room.link ?? "", maxlength: LONGEST.link, inputmode: "url", autocapitalize: "none", placeholder: "https://" }, help);
  const problem = h("p", { class: "banner danger", role: "alert", hidden: true });
  const save = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const wanted = { title: value(title), topic: value(topic), link: whole(value(link)) };
    const trouble = wanted.link && !destination(wanted.link) ? gettext("This is no link. It begins with https://") : await change(room.id, wanted);
    problem.textContent = trouble;
    problem.hidden = !trouble;
    if (!trouble) closeSheet();
  };
  openSheet(gettext("About this room"), [
    h("form", { class: "stack", onsubmit: save }, title, topic, link, problem, h("button", { class: "button primary" }, gettext("Save"))),
  ]);
}

/** Takes the pinned link down, with a way back. @param {Room} room */
export async function unpin({ id, link }) {
  const trouble = await change(id, { link: "" });
  if (trouble) return void toast(trouble);
  undoable(gettext("The link is removed"), async () => {
    const again = await change(id, { link });
    if (again) toast(again);
  });
}

/**
 * Why the room could not be changed, "" when it was.
 * @param {string} id
 * @param {Partial<Pick<Room, "title" | "topic" | "link">>} wanted
 */
async function change(id, wanted) {
  try {
    await call("PATCH", `rooms/${id}/`, wanted);
    return "";
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return refused(error.code, error.message);
  }
}

/** A link as people type it. @param {string} text */
export function whole(text) {
  return text && !/^[a-z][a-z0-9+.-]*:/i.test(text) ? `https://${text}` : text;
}

/**
 * @param {string} label
 * @param {import("../dom.js").Attributes} attributes
 * @param {string} [help]
 */
function field(label, attributes, help) {
  return h("label", { class: "field" }, h("span", {}, label), h("input", attributes), help && h("span", { class: "help" }, help));
}

/** @param {HTMLElement} label */
function value(label) {
  return /** @type {HTMLInputElement} */ (label.querySelector("input")).value.trim();
}
