// The hallway as it is on the server: asked for now and then, searched and lengthened in place.

import { polite } from "./announce.js";
import { byId, keyed } from "./dom.js";
import { Part } from "./part.js";
import { gettext } from "./text.js";
import { localTimes } from "./times.js";
import { toast } from "./toast.js";

const EVERY = 15_000; // ms, and a little chance, so that pages opened together do not ask together
const PAUSE = 300; // ms after a letter, before the search asks

const rooms = byId("rooms");
const form = /** @type {HTMLFormElement} */ (byId("search"));
const field = /** @type {HTMLInputElement} */ (byId("q"));
/** Where one is to be once the language is another. */
const next = /** @type {HTMLInputElement} */ (document.querySelector("#me-menu [name=next]"));
const asked = new URLSearchParams(location.search);
const shown = { q: (asked.get("q") ?? "").trim(), page: asked.get("page") ?? "1" };
const part = new Part(address({ part: "rooms" }), rooms.dataset.etag ?? "");
let typing = 0;

/** Where what is shown stands on the server. @param {Record<string, string>} [more] */
function address(more = {}) {
  const { q, page } = shown;
  const query = new URLSearchParams({ ...(q && { q }), ...(page !== "1" && { page }), ...more }).toString();
  return query ? `/?${query}` : "/";
}

/** Whether what the server has now is on the page. */
async function refresh() {
  const html = await part.ask(address({ part: "rooms" }));
  if (html) swap(html);
  return html !== null;
}

/** @param {string} html as the server's own template wrote it */
function swap(html) {
  const focused = document.activeElement;
  const fresh = new DOMParser().parseFromString(html, "text/html").body;
  localTimes(fresh);
  renew(rooms, fresh);
  if (!focused || document.contains(focused)) return;
  const same = focused.id ? `#${CSS.escape(focused.id)}` : `a[href="${CSS.escape(focused.getAttribute("href") ?? "")}"]`;
  /** @type {HTMLElement | null} */ (rooms.querySelector(same))?.focus({ preventScroll: true });
}

/**
 * Makes the element's content that of the fresh one, and leaves alone what is the same: focus and scroll stay.
 * @param {Element} old
 * @param {Element} fresh
 */
function renew(old, fresh) {
  if (old === fresh || old.isEqualNode(fresh)) return;
  const items = /** @type {HTMLElement[]} */ ([...fresh.children]);
  const list = items.length > 0 && items.every((item) => item.dataset.key);
  if (!list) old.replaceChildren(...fresh.childNodes);
  else keyed(/** @type {HTMLElement} */ (old), items, (item) => item.dataset.key ?? "", (item) => item, renew);
}

/** Shows another search or page. @param {Partial<typeof shown>} change */
async function show(change) {
  Object.assign(shown, change);
  next.value = address();
  history.replaceState(null, "", next.value);
  if (await refresh()) return true;
  toast(gettext("That did not work. Check your network, then try again."));
  return false;
}

async function search() {
  clearTimeout(typing);
  const q = field.value.trim();
  if (q === shown.q || !(await show({ q, page: "1" })) || q !== shown.q) return;
  polite(document.getElementById("found")?.textContent?.trim() ?? gettext("All rooms"));
}

/** @param {MouseEvent} event */
async function more(event) {
  const link = /** @type {Element} */ (event.target).closest("#more");
  if (!(link instanceof HTMLElement) || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const known = new Set([...rooms.querySelectorAll(".room-card")].map(({ id }) => id));
  if (!(await show({ page: link.dataset.page }))) return;
  const first = [...rooms.querySelectorAll(".room-card")].find(({ id }) => !known.has(id));
  /** @type {HTMLElement | null | undefined} */ (first?.querySelector("a"))?.focus();
}

async function tick() {
  if (!document.hidden) await refresh(); // without an answer the list simply stays; the next turn asks again
  setTimeout(tick, EVERY * (1 + Math.random() / 4));
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  void search();
});
field.addEventListener("input", (event) => {
  clearTimeout(typing);
  if (!(/** @type {InputEvent} */ (event).isComposing)) typing = window.setTimeout(search, PAUSE);
});
field.addEventListener("compositionend", search);
rooms.addEventListener("click", more);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) void refresh();
});
setTimeout(tick, EVERY);
