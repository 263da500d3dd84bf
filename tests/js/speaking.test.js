import assert from "node:assert/strict";
import { test } from "node:test";
import { Ear } from "../../static/js/room/speaking.js";
import { loudness, trouble } from "../../static/js/room/microphone.js";
import { MutedHint } from "../../static/js/room/hint.js";

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

test("loudness spans 50 dB and stays within 0 and 1", () => {
  assert.equal(loudness(0), 0);
  assert.equal(loudness(1), 1);
  assert.equal(loudness(4), 1);
  assert.equal(loudness(0.001), 0);
  assert.ok(Math.abs(loudness(10 ** (-25 / 20)) - 0.5) < 1e-9);
});

test("each refusal of the browser has a meaning, and unknown ones too", () => {
  assert.equal(trouble("NotAllowedError"), "denied");
  assert.equal(trouble("NotFoundError"), "missing");
  assert.equal(trouble("NotReadableError"), "busy");
  assert.equal(trouble("SomethingNew"), "unknown");
});

test("talking while muted is said once, and again only after a while", () => {
  const hint = new MutedHint();
  assert.equal(hint.due(0.1, 1_000), false);
  assert.equal(hint.due(0.9, 1_500), false);
  assert.equal(hint.due(0.9, 1_800), true);
  assert.equal(hint.due(0.9, 3_000), false);
  assert.equal(hint.due(0.9, 22_000), true);
});
