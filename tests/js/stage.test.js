import assert from "node:assert/strict";
import { test } from "node:test";
import { density, update } from "../../static/js/room/stage.js";

test("the more people are on stage, the smaller their faces", () => {
  assert.deepEqual([1, 6, 7, 15, 16, 30, 31, 50].map((count) => density(count, "large")), [
    "large", "large", "medium", "medium", "small", "small", "tiny", "tiny",
  ]);
});

test("somebody who comes and goes at the edge changes nobody's size twice", () => {
  assert.equal(density(7, "large"), "medium");
  assert.equal(density(6, "medium"), "medium");
  assert.equal(density(5, "medium"), "medium");
  assert.equal(density(4, "medium"), "large");
});

test("a stage that empties at once is drawn for those who are left", () => {
  assert.equal(density(2, "tiny"), "large");
});

test("somebody on stage is said to be what is drawn beside them, a machine's voice as well", () => {
  /** @type {Record<string, unknown>} */
  const drawn = {};
  const part = {
    toggleAttribute: (/** @type {string} */ name, /** @type {boolean} */ on) => (drawn[name] = on),
    setAttribute: (/** @type {string} */ name, /** @type {string} */ value) => (drawn[name] = value),
  };
  const item = /** @type {HTMLElement} */ (/** @type {unknown} */ ({ dataset: {}, classList: { toggle() {} }, querySelector: () => part }));
  const bob = { number: 2, uid: "b0", name: "Bob", rank: /** @type {const} */ ("moderator"), stage: /** @type {const} */ ("speaking"), muted: true, hand: null };
  update(item, { ...bob, ai_voice: true }, false, "");
  assert.deepEqual(drawn, { muted: true, weak: false, ai: true, rank: "moderator", "aria-label": "Bob, on stage, Moderator, AI voice, Muted" });
  update(item, { ...bob, ai_voice: false }, false, "");
  assert.deepEqual([drawn.ai, drawn["aria-label"]], [false, "Bob, on stage, Moderator, Muted"]);
});
