import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Warning } from "../../static/js/room/warning.js";
import { quiet } from "./saying.js";

const alice = { uid: "a", name: "Alice" };
const bob = { uid: "b", name: "Bob" };
/** What the page asked of the server. @type {string[]} */
let asked = [];
/** @type {Record<string, any>} */
let parts = {};

const { getElementById } = document;
Object.assign(document, {
  querySelector: () => ({ value: "token" }),
  getElementById: (/** @type {string} */ id) => parts[id] ?? getElementById(id),
});
beforeEach(() => {
  quiet();
  asked = [];
  const classes = new Set(["primary"]);
  parts = {
    blocked: { hidden: true, textContent: "" },
    "blocked-names": { textContent: "" },
    "turn-back": { hidden: true },
    "join-words": { textContent: "Listen" },
    join: { dataset: { anyway: "Listen anyway" }, classList: { remove: (/** @type {string} */ name) => classes.delete(name), classes } },
  };
});

/** A server that names these people, answer by answer, and is away after that. @param {...object[]} answers */
function heard(...answers) {
  globalThis.fetch = async (path) => {
    asked.push(String(path));
    const results = answers.shift();
    if (!results) throw new TypeError("no network");
    return new Response(JSON.stringify({ results }));
  };
}

const here = () => true;

/** A server whose one answer comes when it is given. */
function slow() {
  let answer = (/** @type {object[]} */ _results) => {};
  globalThis.fetch = (path) => {
    asked.push(String(path));
    return new Promise((resolve) => (answer = (results) => resolve(new Response(JSON.stringify({ results })))));
  };
  return (/** @type {object[]} */ ...results) => answer(results);
}

test("who blocked nobody comes in without a question", async () => {
  heard([bob]);
  const warning = new Warning("r", false, []);
  assert.deepEqual([await warning.holds(), await warning.owes(here)], [false, false]);
  assert.deepEqual(asked, []);
});

test("somebody who came on stage since the page was loaded is warned of, once, and the next tap comes in", async () => {
  heard([bob], [bob]);
  const warning = new Warning("r", true, []);
  assert.equal(await warning.holds(), true);
  assert.deepEqual(asked, ["/api/v1/rooms/r/blocked/"]);
  assert.deepEqual([parts["blocked-names"].textContent, parts.blocked.hidden, parts["turn-back"].hidden], ["Bob", false, false]);
  assert.deepEqual([parts["join-words"].textContent, parts.join.classList.classes.size], ["Listen anyway", 0]);
  assert.equal(await warning.holds(), false);
});

test("whom the page named already is no news, but somebody else beside them is", async () => {
  heard([alice], [alice, bob]);
  const warning = new Warning("r", true, ["a"]);
  assert.equal(await warning.holds(), false);
  assert.equal(parts.blocked.hidden, true);
  assert.equal(await warning.holds(), true);
  assert.equal(parts["blocked-names"].textContent, "Alice, Bob");
});

test("who left the stage and came back is news again", async () => {
  heard([], [bob]);
  const warning = new Warning("r", true, ["b"]);
  assert.deepEqual([await warning.holds(), await warning.holds()], [false, true]);
});

test("without an answer one comes in, and until there is none it is known that it was asked", async () => {
  heard();
  const warning = new Warning("r", true, []);
  const answer = warning.holds();
  assert.equal(warning.asking, true);
  assert.deepEqual([await answer, warning.asking], [false, false]);
});

test("a line that gives no answer keeps one outside for three seconds, and who was named before is no news after it", async (t) => {
  let patience = 0;
  t.mock.method(AbortSignal, "timeout", (/** @type {number} */ ms) => ((patience = ms), AbortSignal.abort()));
  globalThis.fetch = (_path, how) =>
    new Promise((_resolve, reject) => {
      const { signal } = /** @type {{signal: AbortSignal}} */ (how);
      if (signal.aborted) reject(signal.reason);
    });
  const warning = new Warning("r", true, ["b"]);
  assert.deepEqual([await warning.holds(), warning.asking, patience], [false, false, 3000]);
  heard([bob]);
  assert.equal(await warning.holds(), false);
});

test("a block of another page that was looked for is known at the tap, and who is heard is asked there", async () => {
  heard([bob], [bob]);
  const warning = new Warning("r", false, []);
  await warning.look();
  assert.equal(await warning.holds(), true);
  assert.deepEqual(asked, ["/api/v1/blocks/", "/api/v1/rooms/r/blocked/"]);
});

test("who blocked nobody meanwhile either comes in without another question", async () => {
  heard([]);
  const warning = new Warning("r", false, []);
  await warning.look();
  assert.deepEqual([await warning.holds(), await warning.owes(here), asked.length], [false, false, 1]);
});

test("whoever is known to have blocked somebody is asked about at the tap alone", async () => {
  heard([bob]);
  const warning = new Warning("r", true, []);
  await warning.look();
  assert.deepEqual(asked, []);
  assert.equal(await warning.holds(), true);
});

test("a look without its answer keeps nobody outside, and whoever is in then goes out again, warned", async () => {
  const answer = slow();
  const warning = new Warning("r", false, []);
  const look = warning.look();
  assert.deepEqual([await warning.holds(), warning.asking, asked.length], [false, false, 1]);
  answer(bob);
  await look;
  heard([bob]);
  assert.equal(await warning.owes(here), true);
  assert.deepEqual([parts["blocked-names"].textContent, parts.blocked.hidden], ["Bob", false]);
  assert.deepEqual([await warning.holds(), await warning.owes(here)], [false, false]); // the next tap comes in, and stays
});

test("whoever is in before a look was answered that names nobody stays there", async () => {
  const answer = slow();
  const warning = new Warning("r", false, []);
  const look = warning.look();
  await warning.holds();
  answer();
  await look;
  assert.deepEqual([await warning.owes(here), asked.length], [false, 1]);
});

test("a look that failed is made up for inside, until it is answered once", async () => {
  heard();
  const warning = new Warning("r", false, []);
  await warning.look();
  assert.deepEqual([await warning.holds(), await warning.owes(here)], [false, false]);
  heard([bob]);
  assert.deepEqual([await warning.owes(here), await warning.owes(here)], [true, false]);
});

test("a tap without an answer is made up for inside", async () => {
  heard();
  const warning = new Warning("r", true, []);
  assert.equal(await warning.holds(), false);
  heard([bob]);
  assert.deepEqual([await warning.owes(here), await warning.owes(here)], [true, false]);
});

test("who went out meanwhile is not warned inside, but at the next tap", async () => {
  heard();
  const warning = new Warning("r", true, []);
  await warning.holds();
  heard([bob], [bob]);
  assert.deepEqual([await warning.owes(() => false), parts.blocked.hidden, await warning.holds()], [false, true, true]);
});
