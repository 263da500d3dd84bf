// The hallway stays as it is on the server: asked for now and then, and swapped only when something has changed.

import { byId } from "./dom.js";
import { localTimes } from "./times.js";

const EVERY = 15_000; // ms, and a little chance, so that pages opened together do not ask together

const rooms = byId("rooms");
let last = "";

async function refresh() {
  setTimeout(refresh, EVERY * (1 + Math.random() / 4));
  if (document.hidden) return;
  // Without an answer the list simply stays; the next turn asks again.
  const answer = await fetch("/?part=rooms", { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const html = await answer.text();
  if (html === last) return;
  const first = last === "";
  last = html;
  if (!first || rooms.innerHTML.trim() !== html.trim()) swap(html);
}

/** @param {string} html as the server's own template wrote it */
function swap(html) {
  const focused = document.activeElement?.getAttribute("href");
  const fresh = new DOMParser().parseFromString(html, "text/html");
  rooms.replaceChildren(...fresh.body.childNodes);
  localTimes(rooms);
  if (focused && document.activeElement === document.body) {
    /** @type {HTMLElement | null} */ (rooms.querySelector(`a[href="${CSS.escape(focused)}"]`))?.focus();
  }
}

setTimeout(refresh, EVERY);
