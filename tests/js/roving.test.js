import assert from "node:assert/strict";
import { test } from "node:test";
import { step } from "../../static/js/roving.js";

/** Three in a row, then two: 0 1 2 / 3 4. */
const places = [0, 1, 2, 3, 4].map((index) => ({ x: (index % 3) * 100, y: Math.floor(index / 3) * 100 }));

test("arrows to the sides go on in order and stop at the ends", () => {
  assert.equal(step("ArrowRight", 2, places), 3);
  assert.equal(step("ArrowLeft", 0, places), 0);
  assert.equal(step("ArrowRight", 4, places), 4);
});

test("arrows up and down go to whoever stands nearest in the next row", () => {
  assert.equal(step("ArrowDown", 1, places), 4);
  assert.equal(step("ArrowDown", 2, places), 4);
  assert.equal(step("ArrowUp", 3, places), 0);
});

test("up and down also move along a single row", () => {
  assert.equal(step("ArrowDown", 0, places.slice(0, 3)), 1);
  assert.equal(step("ArrowUp", 2, places.slice(0, 3)), 1);
});

test("where the page is written from the right, left is forward", () => {
  assert.equal(step("ArrowLeft", 0, places, true), 1);
  assert.equal(step("ArrowRight", 1, places, true), 0);
});

test("Home and End lead to the ends, other keys nowhere", () => {
  assert.equal(step("Home", 3, places), 0);
  assert.equal(step("End", 0, places), 4);
  assert.equal(step("a", 0, places), undefined);
});
