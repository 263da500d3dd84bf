import assert from "node:assert/strict";
import { test } from "node:test";
import { more } from "../../static/console/tabs.js";

const at = (/** @type {number} */ scrollLeft) => more({ scrollLeft, scrollWidth: 500, clientWidth: 300 });

test("a row that is wider than the page has more where it was not scrolled to", () => {
  assert.deepEqual(at(0), { before: false, after: true });
  assert.deepEqual(at(120), { before: true, after: true });
  assert.deepEqual(at(200), { before: true, after: false });
});

test("from the right it is the same", () => {
  assert.deepEqual(at(-120), { before: true, after: true });
  assert.deepEqual(at(-200), { before: true, after: false });
});

test("a row that fits has no more, whatever a browser rounds", () => {
  assert.deepEqual(more({ scrollLeft: 0.4, scrollWidth: 301, clientWidth: 300 }), { before: false, after: false });
});
