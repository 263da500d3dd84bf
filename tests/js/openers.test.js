import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Openers } from "../../static/js/room/openers.js";
import { offered, sheet, tap } from "./paper.js";

/** @type {any} what the server writes into the page, in short */
const PAGE = { id: "r", moves: { stages: [], ranks: [], out: [], room: [["end", 2]] } };
const BOB = { number: 2, uid: "b", name: "Bob", rank: "member", stage: "audience" };
/** What was done. @type {string[]} */
let done = [];
/** The line brings scripts. */
let line = true;

Object.assign(globalThis, {
  matchMedia: () => ({ matches: true }),
  localStorage: { getItem: () => null },
  fetch: async (/** @type {URL | string} */ address) => {
    if (line && address instanceof URL) return new Response("code");
    throw new TypeError("no network");
  },
});
beforeEach(() => {
  sheet.close();
  done = [];
  line = true;
});

/** What opens the sheets of a room in which I am. @param {{find?: (number: number) => any}} [room] */
function openers({ find = () => undefined } = {}) {
  const session = { snapshot: { room: { id: "r", title: "Slow Sunday", access: "open" } }, you: { number: 1, rank: "member", stage: "audience" } };
  const run = { find, weak: () => "", make: () => undefined, leave: () => undefined, settings: () => void done.push("settings") };
  return { session, openers: new Openers(PAGE, /** @type {any} */ (session), /** @type {any} */ (run)) };
}

test("the room's own sheet leads to the sound", async () => {
  await openers().openers.more();
  assert.equal(sheet.title, "Slow Sunday");
  await tap("SoundDevices and how you sound");
  assert.deepEqual(done, ["settings"]);
});

test("the list of keys opens by itself", async () => {
  await openers().openers.keys();
  assert.equal(sheet.title, "Keyboard shortcuts");
});

test("whoever has left before the script came is shown nothing", async () => {
  const { session, openers: some } = openers();
  const keys = some.keys();
  Object.assign(session, { you: undefined });
  await keys;
  assert.equal(sheet.open, false);
});

test("a person who went before the script came has no sheet", async () => {
  await openers().openers.person(BOB.number);
  assert.equal(sheet.open, false);
});

test("a person's sheet is drawn anew where they stand elsewhere, and closes as they go", async () => {
  /** @type {typeof BOB | undefined} */
  let bob = BOB;
  const { openers: some } = openers({ find: () => bob });
  some.refresh();
  assert.equal(sheet.open, false); // nobody's is open
  await some.person(BOB.number);
  assert.equal(sheet.title, "Bob");
  assert.ok(offered().some((words) => words.startsWith("Report")));
  bob = undefined;
  some.refresh();
  assert.equal(sheet.open, false);
});
