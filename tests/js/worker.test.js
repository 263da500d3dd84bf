import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

const ORIGIN = "https://stoa.example";

/** @type {Map<string, (event: object) => void>} */
const handlers = new Map();
/** What the device shows. @type {object[]} */
const shown = [];
/** The windows that are open, which of them came to the front, and what was opened. @type {{url: string, focus: () => void}[]} */
let windows = [];
/** @type {string[]} */
const focused = [];
/** @type {string[]} */
const opened = [];

Object.defineProperty(globalThis, "self", {
  value: {
    navigator: { userAgent: "" },
    location: { origin: ORIGIN },
    addEventListener: handlers.set.bind(handlers),
    registration: { showNotification: async (/** @type {string} */ title, /** @type {object} */ rest) => shown.push({ title, ...rest }) },
    clients: {
      // Without the second word a page that was there before the worker is not among them.
      matchAll: async (/** @type {any} */ asked) => (asked.type === "window" && asked.includeUncontrolled ? windows : []),
      openWindow: async (/** @type {string} */ url) => opened.push(url),
    },
  },
});
await import(new URL("../../static/js/worker.js", import.meta.url).href); // by an address: it is a script, no module

/** Nothing, once the worker has done what it does for the event. @param {string} name @param {object} event */
async function fire(name, event) {
  /** @type {Promise<void>[]} */
  const work = [];
  handlers.get(name)?.({ ...event, waitUntil: work.push.bind(work) });
  assert.equal(work.length, 1); // a browser may stop a worker that has it wait for nothing
  await work[0];
}

/** A tap on a notification that leads there; true when it was taken down. @param {string} url */
async function tap(url) {
  let closed = false;
  await fire("notificationclick", { notification: { data: { url }, close: () => (closed = true) } });
  return closed;
}

/** @param {string} path */
function window(path) {
  return { url: ORIGIN + path, focus: () => focused.push(path) };
}

beforeEach(() => {
  windows = [];
  for (const list of [shown, focused, opened]) list.length = 0;
});

test("a push is shown with its title and words, one for each page that they lead to, and is heard each time", async () => {
  await fire("push", { data: { json: () => ({ title: "Slow Sunday", body: "Bob opened this room", url: "/r/a" }) } });
  assert.deepEqual(shown, [
    { title: "Slow Sunday", body: "Bob opened this room", icon: "/static/icons/any-192.png", tag: "/r/a", renotify: true, data: { url: "/r/a" } },
  ]);
});

test("a tap opens the room, and the notification goes", async () => {
  windows = [window("/"), window("/r/b")];
  assert.equal(await tap("/r/a"), true);
  assert.deepEqual([opened, focused], [[`${ORIGIN}/r/a`], []]);
});

test("a tap shows the room in the window that has it open already", async () => {
  windows = [window("/"), window("/r/a")];
  assert.equal(await tap("/r/a"), true);
  assert.deepEqual([opened, focused], [[], ["/r/a"]]);
});
