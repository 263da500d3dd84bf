import assert from "node:assert/strict";
import { test } from "node:test";
import { whole } from "../../static/js/room/edit.js";

test("a link typed without its beginning gets it, and any other is left alone", () => {
  assert.equal(whole("example.org/a"), "https://example.org/a");
  assert.equal(whole("http://example.org"), "http://example.org");
  assert.equal(whole("javascript:alert(1)"), "javascript:alert(1)");
  assert.equal(whole(""), "");
});
