import assert from "node:assert/strict";
import { test } from "node:test";
import { made } from "../../static/console/making.js";

test("the page is shown anew once the report is there, and asks ever less often until then", async () => {
  const answers = [202, 202, 202, 200];
  /** @type {number[]} */
  const pauses = [];
  await made(
    async () => ({ status: answers.shift() ?? 200 }),
    async (ms) => pauses.push(ms),
  );
  assert.deepEqual(answers, []);
  assert.deepEqual(pauses, [1000, 1500, 2250, 3375]);
});

test("without an answer it asks again, and never waits longer than a quarter of a minute", async () => {
  let asked = 0;
  /** @type {number[]} */
  const pauses = [];
  const ask = async () => {
    asked += 1;
    if (asked < 12) throw new TypeError("no network");
    return { status: 200 };
  };
  await made(ask, async (ms) => pauses.push(ms));
  assert.equal(asked, 12);
  assert.equal(Math.max(...pauses), 15_000);
});

test("who may not look any more is shown why", async () => {
  let asked = 0;
  await made(
    async () => ((asked += 1), { status: 403 }),
    async () => {},
  );
  assert.equal(asked, 1);
});
