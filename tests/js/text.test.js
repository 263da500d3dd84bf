import assert from "node:assert/strict";
import { test } from "node:test";
import { format, sentences } from "../../static/js/text.js";

test("format fills in what it knows and leaves the rest", () => {
  assert.equal(format("%(a)s and %(b)s", { a: 1 }), "1 and %(b)s");
});

test("format writes numbers as people do, and words as they stand", () => {
  assert.equal(format("%(n)s of %(code)s", { n: 4999, code: "4999" }), `${(4999).toLocaleString()} of 4999`);
});

test("sentences stand apart by a space, except where a full-width stop brings its own", () => {
  assert.equal(sentences(["It is over.", "", "Come again."]), "It is over. Come again.");
  assert.equal(sentences(["结束了。", "欢迎再来。"]), "结束了。欢迎再来。");
});
