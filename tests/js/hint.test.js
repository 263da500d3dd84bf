import assert from "node:assert/strict";
import { test } from "node:test";
import { MutedHint } from "../../static/js/room/hint.js";

test("talking while muted is said once, and again only after a while", () => {
  const hint = new MutedHint();
  assert.equal(hint.due(0.1, 1_000), false);
  assert.equal(hint.due(0.9, 1_500), false);
  assert.equal(hint.due(0.9, 1_800), true);
  assert.equal(hint.due(0.9, 3_000), false);
  assert.equal(hint.due(0.9, 22_000), true);
});
