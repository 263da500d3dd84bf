import assert from "node:assert/strict";
import { test } from "node:test";
import { loudness, trouble } from "../../static/js/room/microphone.js";

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
