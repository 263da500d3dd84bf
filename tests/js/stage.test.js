import assert from "node:assert/strict";
import { test } from "node:test";
import { density } from "../../static/js/room/stage.js";

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
