import assert from "node:assert/strict";
import { test } from "node:test";
import { next } from "../../static/console/queue.js";

test("the first step leads to an end of the queue, further ones along it", () => {
  assert.deepEqual([next(-1, 1, 3), next(-1, -1, 3)], [0, 2]);
  assert.deepEqual([next(0, 1, 3), next(2, 1, 3), next(0, -1, 3)], [1, 2, 0]);
});
