import assert from "node:assert/strict";
import { test } from "node:test";
import { stopped } from "../../static/js/room/words.js";

test("every reason to be stopped has words, unknown ones too", () => {
  assert.match(stopped("banned").title, /banned/);
  assert.ok(stopped("something new").title);
});
