// A list that is one stop of the Tab key; arrow keys, Home and End move inside it.

const STEPS = /** @type {Record<string, (index: number, last: number) => number>} */ ({
  ArrowRight: (index) => index + 1,
  ArrowDown: (index) => index + 1,
  ArrowLeft: (index) => index - 1,
  ArrowUp: (index) => index - 1,
  Home: () => 0,
  End: (_, last) => last,
});

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
    const step = STEPS[mirrored(event.key)];
    if (!step || index < 0) return;
    event.preventDefault();
    all[Math.min(all.length - 1, Math.max(0, step(index, all.length - 1)))].focus();
  });
  list.addEventListener("focusin", (event) => only(/** @type {Element} */ (event.target)));
  new MutationObserver(() => only(list.querySelector(".person[tabindex='0']"))).observe(list, { childList: true });
}

/** Left and right as they look: swapped where the page is written from the right. @param {string} key */
function mirrored(key) {
  if (document.documentElement.dir !== "rtl") return key;
  return { ArrowLeft: "ArrowRight", ArrowRight: "ArrowLeft" }[key] ?? key;
}
