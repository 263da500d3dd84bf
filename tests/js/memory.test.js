import assert from "node:assert/strict";
import { test } from "node:test";
import { keep, recall } from "../../static/js/memory.js";

test("without storage nothing is remembered, and nothing breaks", () => {
  keep("stoa.test", "kept");
  assert.equal(recall("stoa.test"), "");
});
