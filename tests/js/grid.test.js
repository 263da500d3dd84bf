import assert from "node:assert/strict";
import { test } from "node:test";
import { span, step } from "../../static/js/room/grid.js";

test("of five thousand, only what is near the screen is in the document", () => {
  const view = { count: 5_000, columns: 8, row: 100, height: 800 };
  assert.deepEqual(span({ ...view, top: 300 }), { from: 0, to: 104 });
  assert.deepEqual(span({ ...view, top: -30_000 }), { from: 2_336, to: 2_528 });
  assert.deepEqual(span({ ...view, top: -61_700 }), { from: 4_872, to: 5_000 });
});

test("a list below the screen has nobody in the document, and one far above neither", () => {
  assert.deepEqual(span({ count: 10, columns: 2, row: 100, top: 3_000, height: 800 }), { from: 0, to: 0 });
  assert.deepEqual(span({ count: 10, columns: 2, row: 100, top: -3_000, height: 800 }), { from: 10, to: 10 });
});

test("arrows move by one and by row, and mirror where the page is written from the right", () => {
  const grid = { columns: 4, rows: 3, last: 40, rtl: false };
  assert.equal(step("ArrowRight", 5, grid), 6);
  assert.equal(step("ArrowRight", 5, { ...grid, rtl: true }), 4);
  assert.equal(step("ArrowDown", 5, grid), 9);
  assert.equal(step("PageDown", 5, grid), 17);
  assert.equal(step("ArrowUp", 2, grid), 0);
  assert.equal(step("End", 5, grid), 40);
  assert.equal(step("Tab", 5, grid), undefined);
});
