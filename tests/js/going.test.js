import assert from "node:assert/strict";
import { test } from "node:test";
import { GOING } from "../../static/js/room/going.js";

test("what waits for the person has a button that says what it does", () => {
  for (const name of /** @type {const} */ (["tap", "paused", "interrupted", "gone", "line", "wall"])) assert.ok(GOING[name].act(), name);
});

test("two words about one thing share one banner, so that the later one stands in place of the earlier", () => {
  assert.equal(GOING.weak_sending.place, GOING.weak_hearing.place);
  assert.equal(GOING.interrupted.place, GOING.gone.place);
  assert.equal(GOING.unavailable.place, GOING.line.place);
  assert.notEqual(GOING.sound.place, GOING.line.place);
});
