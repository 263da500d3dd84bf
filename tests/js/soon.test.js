import assert from "node:assert/strict";
import { test } from "node:test";
import { soon } from "../../static/js/room/soon.js";

test("many calls before a frame are one run, and the next call is another", () => {
  /** @type {(() => void)[]} */
  const frames = [];
  Object.assign(globalThis, { document: { hidden: false }, requestAnimationFrame: (/** @type {() => void} */ run) => frames.push(run) });
  let runs = 0;
  const draw = soon(() => (runs += 1));
  draw();
  draw();
  frames.splice(0).forEach((frame) => frame());
  assert.equal(runs, 1);
  draw();
  frames.splice(0).forEach((frame) => frame());
  assert.equal(runs, 2);
});
