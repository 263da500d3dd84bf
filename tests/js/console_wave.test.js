import assert from "node:assert/strict";
import { test } from "node:test";
import { path, peaks } from "../../static/console/wave.js";

test("each part is as high as its loudest sample, on either side", () => {
  assert.deepEqual(peaks(Float32Array.of(0, 0.5, -1, 0.25), 2), [0.5, 1]);
});

test("every part is there, also of fewer samples than parts", () => {
  assert.equal(peaks(Float32Array.of(1), 4).length, 4);
  assert.deepEqual(peaks(new Float32Array(0), 2), [0, 0]);
});

test("silence is drawn as a dot, and full scale nearly fills the height", () => {
  assert.equal(path([0, 1]), "M0.5 49V51M1.5 4V96");
});
