import assert from "node:assert/strict";
import { test } from "node:test";
import { bytes, text } from "../../static/accounts/base64url.js";

test("bytes are read from and written with the two special letters, and without padding", () => {
  for (const written of ["-_8AAQ", "-_8", "AA", ""]) assert.equal(text(bytes(written).buffer), written);
  assert.deepEqual([...bytes("-_8AAQ")], [0xfb, 0xff, 0, 1]);
});
