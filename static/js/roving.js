// A list that is one stop of the Tab key; arrow keys, Home and End move inside it.

/** Where something stands on the page. @typedef {{x: number, y: number}} Place */

const SAME_ROW = 8; // px: faces of one row may stand a little higher or lower

/**
 * The index that a key leads to, as the list looks: to the sides in order, up and down to the nearest of the next row.
 * @param {string} key
 * @param {number} index
 * @param {Place[]} places of everything in the list
 * @param {boolean} [mirrored] the page is written from the right
 * @returns {number | undefined} nothing where the key leads nowhere
 */
export function step(key, index, places, mirrored = false) {
  const last = places.length - 1;
  const forward = mirrored ? -1 : 1;
  switch (key) {
    case "ArrowRight": return within(index + forward, last);
    case "ArrowLeft": return within(index - forward, last);
    case "ArrowDown": return nearest(index, places, 1) ?? within(index + 1, last);
    case "ArrowUp": return nearest(index, places, -1) ?? within(index - 1, last);
    case "Home": return 0;
    case "End": return last;
    default: return undefined;
  }
}

/**
 * @param {number} index
 * @param {number} last
 */
function within(index, last) {
  return Math.min(last, Math.max(0, index));
}

/**
 * Who stands nearest in the row above (-1) or below (1).
 * @param {number} index
 * @param {Place[]} places
 * @param {1 | -1} direction
 */
function nearest(index, places, direction) {
  const from = places[index];
  const away = (/** @type {Place} */ place) => (place.y - from.y) * direction;
  const beyond = places.map((place, at) => ({ place, at })).filter(({ place }) => away(place) > SAME_ROW);
  const row = Math.min(...beyond.map(({ place }) => away(place)));
  const side = (/** @type {Place} */ place) => Math.abs(place.x - from.x);
  return beyond.filter(({ place }) => away(place) - row <= SAME_ROW).sort((one, two) => side(one.place) - side(two.place))[0]?.at;
}

/** @param {HTMLElement} list whose items each hold one button that opens the item */
export function roving(list) {
  const stops = () => /** @type {HTMLElement[]} */ ([...list.querySelectorAll(".person")]);
  /** @param {Element | null} chosen */
  const only = (chosen) => {
    const all = stops();
    const one = all.find((stop) => stop === chosen) ?? all[0];
    for (const stop of all) stop.tabIndex = stop === one ? 0 : -1;
  };
  list.addEventListener("keydown", (event) => {
    const all = stops();
    const index = all.indexOf(/** @type {HTMLElement} */ (event.target));
    if (index < 0 || event.altKey || event.ctrlKey || event.metaKey) return;
    const next = step(event.key, index, all.map((stop) => stop.getBoundingClientRect()), document.documentElement.dir === "rtl");
    if (next === undefined) return;
    event.preventDefault();
    all[next].focus();
  });
  list.addEventListener("focusin", (event) => only(/** @type {Element} */ (event.target)));
  new MutationObserver(() => only(list.querySelector(".person[tabindex='0']"))).observe(list, { childList: true });
}
