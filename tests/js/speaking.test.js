import assert from "node:assert/strict";
import { test } from "node:test";
import { Ear } from "../../static/js/room/speaking.js";

test("a source whose timestamp no longer moves fades", () => {
  const ear = new Ear();
  const heard = [{ source: 7, timestamp: 100, audioLevel: 0.2 }];
  ear.hear(heard, 0);
  assert.equal(ear.levels(0).has(7), true);
  ear.hear(heard, 300);
  ear.hear(heard, 400);
  assert.equal(ear.levels(400).has(7), false);
});

test("silence draws no ring", () => {
  const ear = new Ear();
  ear.hear([{ source: 7, timestamp: 100, audioLevel: 0.001 }], 0);
  assert.equal(ear.levels(0).size, 0);
});

test("a voice whose level is unknown draws a ring all the same", () => {
  const ear = new Ear();
  ear.hear([{ source: 7, timestamp: 100 }], 0);
  assert.equal(ear.levels(0).get(7), 0.5);
});
