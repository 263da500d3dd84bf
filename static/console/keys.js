// Single keys of the console; like those of a room, they never act while somebody types, and can be turned off there.

import { keysOn, taken } from "../js/room/keys.js";

/**
 * Calls what belongs to a key. Choices and sliders have no use for letters, so those act there, too.
 * @param {Record<string, (event: KeyboardEvent) => void>} table by key, letters small
 */
export function watchKeys(table) {
  document.addEventListener("keydown", (event) => {
    const focused = document.activeElement;
    const choosing = focused?.matches("[type=radio], [type=range]") ?? false;
    if (choosing && event.key.length > 1) return;
    if (event.repeat || !keysOn() || taken(event, choosing ? null : focused) || document.querySelector("dialog[open]")) return;
    const act = table[event.key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    act(event);
  });
}
