import assert from "node:assert/strict";
import { test } from "node:test";
import { Allowance, drawn, inWords, slowMode } from "../../static/js/room/reactions.js";

test("six at once, then two a second", () => {
  const allowance = new Allowance();
  const taken = Array.from({ length: 8 }, () => allowance.take(1_000));
  assert.deepEqual(taken, [true, true, true, true, true, true, false, false]);
  assert.equal(allowance.take(1_500), true);
  assert.equal(allowance.take(1_500), false);
});

test("many reactions are drawn as few, in proportion, and the rare ones among them", () => {
  const chosen = drawn({ clap: 900, heart: 300, sad: 100 }, 12);
  assert.equal(chosen.length, 12);
  assert.equal(chosen.filter((kind) => kind === "clap").length, 9);
  assert.equal(chosen.filter((kind) => kind === "sad").length, 1);
});

test("few reactions are all drawn, as far as there is room", () => {
  assert.deepEqual(drawn({ clap: 2, wow: 1 }, 12).toSorted(), ["clap", "clap", "wow"]);
  assert.deepEqual(drawn({ clap: 2 }, 0), []);
});

test("a reaction this page does not know is left out", () => {
  const counts = /** @type {any} */ ({ clap: 1, dance: 5, constructor: 3 });
  assert.deepEqual(drawn(counts, 12), ["clap"]);
  assert.equal(inWords(counts), "Applause: 1");
});

test("the count in words begins with the most", () => {
  assert.equal(inWords({ heart: 1, clap: 3 }), "Applause: 3 · Heart: 1");
});

test("in slow mode the next one waits its turn, the first does not", () => {
  const allowance = new Allowance();
  assert.deepEqual([10, 29_000, 30_010, 31_000].map((now) => allowance.take(now, 30)), [true, false, true, false]);
});

test("slow mode is told in seconds, or in minutes where they are whole", () => {
  assert.equal(slowMode(0), "");
  assert.match(slowMode(30), /30 seconds/);
  assert.match(slowMode(90), /90 seconds/);
  assert.match(slowMode(60), /a minute/);
  assert.match(slowMode(300), /5 minutes/);
});
