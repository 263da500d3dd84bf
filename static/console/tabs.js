// The console's tabs, shelves and tables on a narrow page: the tab where one is can be seen, and on which side there is more.

/** @typedef {{scrollLeft: number, scrollWidth: number, clientWidth: number}} Strip */

/**
 * On which sides of a row there is more than is seen. Where one reads from the right, browsers count to the left of zero.
 * @param {Strip} strip
 */
export function more({ scrollLeft, scrollWidth, clientWidth }) {
  const gone = Math.abs(scrollLeft);
  return { before: gone > 1, after: scrollWidth - clientWidth - gone > 1 };
}

/** @param {HTMLElement} row */
function watch(row) {
  const show = () => {
    const { before, after } = more(row);
    row.toggleAttribute("data-before", before);
    row.toggleAttribute("data-after", after);
  };
  row.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center", behavior: "instant" });
  row.addEventListener("scroll", show, { passive: true });
  new ResizeObserver(show).observe(row);
}

for (const row of /** @type {HTMLElement[]} */ ([...(globalThis.document?.querySelectorAll(".console-nav ul, .shelves ul, .scrolls") ?? [])])) watch(row);
