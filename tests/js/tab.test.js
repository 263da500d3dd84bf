import assert from "node:assert/strict";
import { test } from "node:test";

let loads = 0;

/** The name of a tab that is loaded with this storage. @param {any} storage */
async function loaded(storage) {
  Object.defineProperty(globalThis, "sessionStorage", { configurable: true, get: storage });
  const { tab } = await import(`${new URL("../../static/js/room/tab.js", import.meta.url).href}?${loads++}`);
  assert.equal(tab(), tab());
  return tab();
}

/** A tab's storage. */
function storage() {
  /** @type {Map<string, string>} */
  const kept = new Map();
  return () => ({ getItem: (/** @type {string} */ key) => kept.get(key) ?? null, setItem: (/** @type {string} */ key, /** @type {string} */ value) => kept.set(key, value) });
}

test("a tab that is loaded anew is the same, and another tab is another", async () => {
  const own = storage();
  const name = await loaded(own);
  assert.match(name, /^\d+$/);
  assert.equal(await loaded(own), name);
  assert.notEqual(await loaded(storage()), name);
});

test("where storage is forbidden a tab has a name for as long as it is not loaded anew", async () => {
  const forbidden = () => {
    throw new DOMException("", "SecurityError");
  };
  assert.notEqual(await loaded(forbidden), await loaded(forbidden));
});
