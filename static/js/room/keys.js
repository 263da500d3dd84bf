// Single keys of the room: M, Space, H, R, U, L and ?. They can be turned off, and never act while somebody types or composes.

import { keep, recall } from "../memory.js";

const KEY = "stoa.keys";

/** @typedef {{mic: () => void, hand: () => void, react: () => void, undo: () => void, leave: () => void, help: () => void, talk: (down: boolean) => boolean}} Keys */

/** Whether single keys act. */
export function keysOn() {
  return recall(KEY) !== "off";
}

/** @param {boolean} on */
export function setKeys(on) {
  keep(KEY, on ? "on" : "off");
}

/**
 * Whether a key press belongs to the element that has focus, and not to the room.
 * @param {{key: string, isComposing: boolean, ctrlKey: boolean, metaKey: boolean, altKey: boolean}} event
 * @param {{matches: (selector: string) => boolean} | null} focused
 */
export function taken(event, focused) {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return true;
  if (!focused) return false;
  if (focused.matches("input, textarea, select, [contenteditable]")) return true;
  return event.key === " " && focused.matches(":is(button, a, summary):focus-visible");
}

/**
 * @param {() => boolean} active whether keys act at all at this moment
 * @param {Keys} keys what each key does; `talk` says whether it took the press
 */
export function watchKeys(active, keys) {
  let talking = false;
  /** @type {Record<string, () => void>} */
  const table = { m: keys.mic, h: keys.hand, r: keys.react, u: keys.undo, l: keys.leave, "?": keys.help };
  document.addEventListener("keydown", (event) => {
    if (!active() || !keysOn() || taken(event, document.activeElement) || document.querySelector("dialog[open]")) return;
    if (event.key === " ") {
      if (!talking && !event.repeat) talking = keys.talk(true);
      if (talking) event.preventDefault();
    } else if (!event.repeat) table[event.key.toLowerCase()]?.();
  });
  const release = (/** @type {Event} */ event) => {
    if (!talking || (event instanceof KeyboardEvent && event.key !== " ")) return;
    event.preventDefault(); // or the release would press the button that has focus
    talking = false;
    keys.talk(false);
  };
  document.addEventListener("keyup", release);
  window.addEventListener("blur", release);
}
