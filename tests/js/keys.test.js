import assert from "node:assert/strict";
import { test } from "node:test";
import { taken } from "../../static/js/room/keys.js";

test("keys never act while somebody types, composes or holds a modifier", () => {
  const key = { key: "m", isComposing: false, ctrlKey: false, metaKey: false, altKey: false };
  const field = { matches: (/** @type {string} */ selector) => selector.startsWith("input") };
  const body = { matches: () => false };
  assert.equal(taken(key, field), true);
  assert.equal(taken({ ...key, isComposing: true }, body), true);
  assert.equal(taken({ ...key, ctrlKey: true }, body), true);
  assert.equal(taken(key, body), false);
});

test("space belongs to a button reached by keyboard, and to the room otherwise", () => {
  const space = { key: " ", isComposing: false, ctrlKey: false, metaKey: false, altKey: false };
  assert.equal(taken(space, { matches: (selector) => selector.includes("focus-visible") }), true);
  assert.equal(taken(space, { matches: () => false }), false);
});
