import assert from "node:assert/strict";
import { test } from "node:test";
import { kept, memberOf, openReport, outside, wholeRoom } from "../../static/js/report.js";
import { field, sheet, submit, tap } from "./paper.js";

test("a member is reported by number, a room without one, and a person by their id", () => {
  assert.deepEqual(memberOf("abc", { number: 7, name: "Bob" }), { path: "rooms/abc/reports/", member: 7, name: "Bob", live: true });
  assert.deepEqual(wholeRoom("abc", "Slow Sunday", true), { path: "rooms/abc/reports/", name: "Slow Sunday", live: true });
  assert.deepEqual(outside("0123456789abcdef", "Bob"), { path: "people/0123456789abcdef/reports/", name: "Bob", live: false });
});

test("a room that is over is reported without sound", () => {
  assert.equal(wholeRoom("abc", "Slow Sunday", false).live, false);
});

test("the sheet says what goes along, and who may hear it", () => {
  assert.match(kept(true), /last 60 seconds .* sealed .* second one agrees/);
  assert.match(kept(false), /^No sound goes with it/);
});

test("words that were added leave the focus on them, since the button that sent them waits for good", async (t) => {
  const { getElementById } = document;
  const offered = { textContent: JSON.stringify({ reasons: [["spam", "Spam"]], ring: false }) };
  t.mock.method(document, "getElementById", (/** @type {string} */ id) => (id === "report-data" ? offered : getElementById(id)));
  t.mock.method(globalThis, "fetch", async () => Response.json({ number: "R1", sound: false }));
  openReport(outside("b", "Bob"));
  await tap("Spam");
  assert.match(sheet.textContent, /Your number R1/);
  const words = /** @type {any} */ (field("textarea"));
  words.value = "In the room of yesterday.";
  document.body.focus(); // where a button leaves the focus that it loses
  await submit();
  assert.equal(document.activeElement, words);
});
