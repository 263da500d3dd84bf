import assert from "node:assert/strict";
import { test } from "node:test";
import { due, HOUR, PAUSE, read, shift } from "../../static/console/rest.js";

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
