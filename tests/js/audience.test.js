import assert from "node:assert/strict";
import { test } from "node:test";
import { pause } from "../../static/js/room/audience.js";

test("names are asked for more rarely the more people listen", () => {
  assert.equal(pause(10), 5_000);
  assert.equal(pause(5_000), 100_000);
});
