import assert from "node:assert/strict";
import { test } from "node:test";
import { KEPT, Lines } from "../../static/js/room/lines.js";

const BOB = 7;
const sending = { number: BOB, way: /** @type {const} */ ("sending"), weak: true, lost: 12, jitter: 30, trip: -1 };
const hearing = { number: BOB, way: /** @type {const} */ ("hearing"), weak: true, lost: 6, jitter: 10, trip: 90 };

test("a weak line is told in words and figures, and what others miss comes first", () => {
  const lines = new Lines();
  assert.equal(lines.words(BOB, 0), "");
  lines.take(hearing, 0);
  assert.equal(lines.words(BOB, 1), "Weak connection: they may hear gaps (loss 6 % · jitter 10 ms · 90 ms there and back)");
  lines.take(sending, 2);
  assert.equal(lines.words(BOB, 3), "Weak connection: others may hear gaps (loss 12 % · jitter 30 ms)");
  assert.equal(lines.words(8, 3), "");
});

test("a line that is well again, or of which nothing is heard any more, is not told", () => {
  const lines = new Lines();
  lines.take(sending, 0);
  lines.take({ ...sending, weak: false }, 1);
  assert.equal(lines.words(BOB, 2), "");
  lines.take(hearing, 3);
  assert.equal(lines.words(BOB, 3 + KEPT), "");
});
