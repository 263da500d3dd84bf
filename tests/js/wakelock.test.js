import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { WakeLock } from "../../static/js/room/wakelock.js";

const page = Object.assign(new EventTarget(), { visibilityState: "visible" });
Object.assign(globalThis, { document: page });

let held = 0;
const wakeLock = {
  async request() {
    held += 1;
    return { release: async () => (held -= 1) };
  },
};

/** A browser that keeps the screen on in this way. @param {object | undefined} way */
function browser(way) {
  Object.defineProperty(globalThis, "navigator", { configurable: true, value: { wakeLock: way } });
}

/** The page is seen, or it is not. @param {"visible" | "hidden"} state */
function turn(state) {
  page.visibilityState = state;
  page.dispatchEvent(new Event("visibilitychange"));
}

/** How many locks are held, once what was begun is done. */
async function locks() {
  await new Promise((resolve) => setImmediate(resolve));
  return held;
}

afterEach(() => turn("visible"));

test("the screen stays on by one lock for as long as it is wanted", async () => {
  browser(wakeLock);
  const lock = new WakeLock();
  for (const on of [true, true]) lock.hold(on);
  assert.equal(await locks(), 1);
  lock.hold(false);
  assert.equal(await locks(), 0);
});

test("a page that is not seen takes none, and takes it when it is", async () => {
  browser(wakeLock);
  const lock = new WakeLock();
  turn("hidden");
  lock.hold(true);
  assert.equal(await locks(), 0);
  for (const state of /** @type {const} */ (["visible", "hidden", "visible"])) turn(state);
  assert.equal(await locks(), 1);
  lock.hold(false);
  turn("visible");
  assert.equal(await locks(), 0);
});

test("where the battery is low, or the browser knows no locks, nothing happens", async () => {
  for (const way of [{ request: () => Promise.reject(new Error("low")) }, undefined]) {
    browser(way);
    const lock = new WakeLock();
    lock.hold(true);
    assert.equal(await locks(), 0);
    lock.hold(false);
    assert.equal(await locks(), 0);
  }
});
