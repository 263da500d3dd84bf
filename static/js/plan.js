// What the form of a room says, as the API wants to hear it.

import { fieldTime, zone } from "./times.js";
import { format, gettext, listing } from "./text.js";

/** @typedef {{title?: string, topic?: string, language?: string, access?: string, when?: string, scheduled?: string, moderators?: string}} Fields */

/**
 * The body of the call that opens a room; a time is said with its offset.
 * @param {Fields} fields
 */
export function newRoom({ title, topic, language, access, when, scheduled, moderators }) {
  const now = { title, topic, language, access };
  return when === "later" ? { ...now, scheduled_for: instant(scheduled), moderators: names(moderators) } : now;
}

/**
 * The body of the call that changes a scheduled room. A field that shows the time it has leaves it alone: it tells no seconds, nor which
 * of the two hours it means when clocks are set back.
 * @param {Fields} fields
 * @param {Date} planned
 */
export function editedRoom({ title, topic, language, scheduled }, planned) {
  return { title, topic, language, ...(scheduled !== fieldTime(planned) && { scheduled_for: instant(scheduled) }) };
}

/**
 * The user names in a line of text.
 * @param {string} [text] with spaces or commas between them
 */
export function names(text = "") {
  return [...new Set(text.split(/[\s,;，、；]+/u).filter(Boolean))];
}

/**
 * That somebody is not here, in words: the server does not say who.
 * @param {string[]} asked the user names
 */
export function unknown(asked) {
  const text = asked.length > 1 ? gettext("Somebody of these is not here: %(names)s. Check how the user names are written.") : gettext("Nobody here has this user name: %(names)s. Check how it is written.");
  return format(text, { names: listing(asked) });
}

/** @param {string} [local] as a `datetime-local` field holds it */
function instant(local = "") {
  return new Date(local).toISOString();
}

/**
 * Keeps the field to times to come, or to the one that is planned, and names the zone they are in.
 * @param {HTMLInputElement} field
 * @param {HTMLElement} hint
 * @param {Date} [planned] which may have passed
 */
export function watchTime(field, hint, planned = new Date()) {
  const say = () => {
    const time = field.value ? new Date(field.value) : new Date();
    hint.textContent = format(gettext("By the clock where you are: %(zone)s."), { zone: zone(time) });
  };
  field.min = fieldTime(new Date(Math.min(planned.getTime(), Date.now())));
  field.addEventListener("input", say);
  say();
}
