// How long the room has been live.

const MINUTE = 60_000; // ms

/**
 * Hours and minutes, as on a clock: "0:42".
 * @param {number} ms
 */
export function elapsed(ms) {
  const minutes = Math.max(0, Math.floor(ms / MINUTE));
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
}

/**
 * Writes into the element how long ago its `datetime` is, from now on each minute.
 * @param {HTMLElement} element
 */
export function watchClock(element) {
  const since = Date.parse(element.getAttribute("datetime") ?? "");
  if (Number.isNaN(since)) return;
  const past = Math.max(0, Date.now() - since); // a clock that is behind the server's starts at nought
  element.textContent = elapsed(past);
  setTimeout(() => watchClock(element), MINUTE - (past % MINUTE));
}
