import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { due, HOUR, PAUSE, read, shift, watchRest } from "../../static/console/rest.js";

test("after an hour of cases a break is due, not before", () => {
  const work = { since: 0, seen: HOUR - 1, later: 0 };
  assert.equal(due(work, HOUR - 1), false);
  assert.equal(due(work, HOUR), true);
});

test("put off, it comes again a quarter of an hour later", () => {
  const work = { since: 0, seen: HOUR, later: HOUR + PAUSE };
  assert.equal(due(work, HOUR + PAUSE - 1), false);
  assert.equal(due(work, HOUR + PAUSE), true);
});

test("whoever was away for a quarter of an hour begins anew", () => {
  const work = { since: 0, seen: 1000, later: 0 };
  assert.deepEqual(shift(work, 1000 + PAUSE - 1), { ...work, seen: 1000 + PAUSE - 1 });
  assert.deepEqual(shift(work, 1000 + PAUSE), { since: 1000 + PAUSE, seen: 1000 + PAUSE, later: 0 });
  assert.equal(shift(null, 5).since, 5);
});

test("a clock that was put back, or what cannot be read, begins anew", () => {
  assert.equal(shift({ since: 50, seen: 60, later: 0 }, 10).since, 10);
  assert.equal(read("{"), null);
  assert.equal(read('{"since": 1}'), null);
  assert.deepEqual(read('{"since": 1, "seen": 2, "later": 0}'), { since: 1, seen: 2, later: 0 });
});

test("a page that lies open while nobody is there is no work; hearing is", () => {
  const kept = new Map();
  const page = new EventTarget();
  const banner = Object.assign(new EventTarget(), { hidden: true });
  Object.assign(globalThis, {
    document: Object.assign(page, { hidden: false, getElementById: () => banner }),
    localStorage: { getItem: (/** @type {string} */ key) => kept.get(key) ?? null, setItem: kept.set.bind(kept) },
  });
  mock.timers.enable({ apis: ["setInterval", "Date"], now: 1_000_000 });
  let hears = false;
  watchRest(() => hears);
  const after = (/** @type {number} */ ms) => {
    for (let passed = 0; passed < ms; passed += 60_000) mock.timers.tick(60_000);
    return !banner.hidden;
  };
  assert.equal(after(2 * HOUR), false); // nobody was there
  page.dispatchEvent(new Event("keydown"));
  assert.equal(after(60_000), false); // and begins anew
  hears = true;
  assert.equal(after(HOUR - 60_000), false);
  assert.equal(after(60_000), true);
  mock.timers.reset();
});
