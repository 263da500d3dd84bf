// The live rooms as they are on the server: asked for now and then, while the page is seen and nobody fills in a form.

import { byId, keyed } from "../js/dom.js";
import { watchRest } from "./rest.js";

const EVERY = 30_000; // ms; each answer is an entry of the log, as every read is

const list = byId("live-rooms");
const address = new URL(location.href);
address.searchParams.set("part", "rooms");

async function refresh() {
  if (document.hidden || list.querySelector("details[open]") || list.contains(document.activeElement)) return;
  const answer = await fetch(address, { redirect: "manual" }).catch(() => null);
  if (!answer?.ok) return; // what stands there stays; the next turn asks again
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").body;
  const rooms = /** @type {HTMLElement[]} */ ([...fresh.children]);
  keyed(list, rooms, (room) => room.dataset.key ?? "", (room) => room, (old, room) => {
    if (old !== room && !old.isEqualNode(room)) old.replaceChildren(...room.childNodes);
    old.className = room.className;
  });
}

watchRest();
setInterval(refresh, EVERY);
document.addEventListener("visibilitychange", refresh);
