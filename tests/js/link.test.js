import assert from "node:assert/strict";
import { test } from "node:test";
import { destination } from "../../static/js/room/link.js";

test("a link shows the host as the network knows it, so that a look-alike name is seen", () => {
  assert.equal(destination("https://example.org/a?b=c")?.host, "example.org");
  assert.equal(destination("https://example.org/a?b=c")?.rest, "/a?b=c");
  assert.equal(destination("https://аpple.com/")?.host, "xn--pple-43d.com");
  assert.equal(destination("https://bank.example@mallory.example/")?.host, "mallory.example");
});

test("what is no web address leads nowhere", () => {
  for (const link of ["", "javascript:alert(1)", "data:text/html,x", "/r/1", "https://"]) assert.equal(destination(link), undefined);
});
