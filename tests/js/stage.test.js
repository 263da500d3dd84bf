import assert from "node:assert/strict";
import { test } from "node:test";
import { density, step, update } from "../../static/js/room/stage.js";

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

test("a ring has three steps, and none in silence", () => {
  assert.deepEqual([0, 0.06, 0.3, 0.5, 0.7, 1].map((level) => step(level, 0)), [0, 1, 1, 2, 3, 3]);
  assert.deepEqual([1, 2, 3].map((before) => step(0, before)), [0, 0, 0]);
});

test("a voice on the border of two steps leaves its ring as it is, one that goes on changes it", () => {
  assert.deepEqual([0.38, 0.28, 0.38].map((level) => step(level, 2)), [2, 2, 2]);
  assert.deepEqual([0.38, 0.28, 0.38].map((level) => step(level, 1)), [1, 1, 1]);
  assert.deepEqual([step(0.45, 1), step(0.2, 2), step(0.06, 1)], [2, 1, 1]);
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
