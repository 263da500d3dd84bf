import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { format, sentences, spoken } from "../../static/js/text.js";

/** Where the script of the page's language puts its words. */
const words = /** @type {{gettext?: (message: string) => string | undefined}} */ (/** @type {unknown} */ (globalThis));

afterEach(() => delete words.gettext);

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

test("phrases that are read out in one go have a stop between them, and no second one", () => {
  assert.equal(spoken(["Copied", "It is over.", "Bob is on stage"]), "Copied. It is over. Bob is on stage");
  assert.equal(spoken(["Bob is on stage"]), "Bob is on stage");
  assert.equal(spoken([]), "");
});

test("in Chinese they have its own stop, which brings its own space", () => {
  words.gettext = (message) => (message === "%(sentence)s." ? "%(sentence)s。" : undefined);
  assert.equal(spoken(["房间已结束", "感谢您的参与。", "再见"]), "房间已结束。感谢您的参与。再见");
});
