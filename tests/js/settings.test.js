import assert from "node:assert/strict";
import { test } from "node:test";
import { USUAL, change, constraints, fits, read, settings } from "../../static/js/room/settings.js";

test("what was never kept, or is broken, is as usual", () => {
  for (const text of ["", "null", "7", "{", '{"noise":"yes","extra":1}']) assert.deepEqual(read(text), USUAL);
});

test("what was kept comes back", () => {
  assert.deepEqual(read('{"noise":false,"microphone":"m1"}'), { ...USUAL, noise: false, microphone: "m1" });
});

test("without storage a choice lasts as long as the page", () => {
  change({ echo: false });
  assert.equal(settings().echo, false);
  change({ echo: true });
  assert.deepEqual(settings(), USUAL);
});

test("music comes in stereo, and nothing is taken out of it", () => {
  const music = { echoCancellation: false, noiseSuppression: false, autoGainControl: false, channelCount: 2 };
  assert.deepEqual(constraints({ ...USUAL, music: true }), music);
  assert.deepEqual(constraints(USUAL), { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 });
});

test("a track fits when every switch that the browser tells of is as wanted", () => {
  const wanted = constraints({ ...USUAL, noise: false });
  assert.equal(fits({ echoCancellation: true, noiseSuppression: false, autoGainControl: true, channelCount: 1 }, wanted), true);
  assert.equal(fits({ echoCancellation: true, noiseSuppression: true, autoGainControl: true }, wanted), false);
  assert.equal(fits({}, wanted), true);
  assert.equal(fits({ channelCount: 1 }, constraints({ ...USUAL, music: true })), false);
});
