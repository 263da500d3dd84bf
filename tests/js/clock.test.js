import assert from "node:assert/strict";
import { test } from "node:test";
import { elapsed } from "../../static/js/room/clock.js";

test("the time a room has been live is told in hours and minutes", () => {
  assert.equal(elapsed(42 * 60_000 + 59_000), "0:42");
  assert.equal(elapsed(605 * 60_000), "10:05");
  assert.equal(elapsed(-5), "0:00");
});
