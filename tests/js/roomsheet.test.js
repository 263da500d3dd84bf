import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { keysOn } from "../../static/js/room/keys.js";
import { openKeys, openRoom } from "../../static/js/room/roomsheet.js";
import { choose, field, offered, sheet, tap } from "./paper.js";

/** @type {any} what the server writes into the page, in short */
const TABLE = { stages: [], ranks: [], out: [], room: [["lock", 1], ["unlock", 1], ["end", 2]] };
/** What was asked for. @type {string[]} */
let done = [];
let mouse = true;

const kept = new Map();
Object.assign(globalThis, {
  matchMedia: () => ({ matches: mouse }),
  localStorage: { getItem: (/** @type {string} */ key) => kept.get(key) ?? null, setItem: kept.set.bind(kept) },
});
beforeEach(() => {
  sheet.close();
  done = [];
  mouse = true;
});

/** What the sheet offers to somebody of this rank, line by line without what comes of it. @param {string} rank */
function lines(rank, { access = "open", locked = false, stage = "audience" } = {}) {
  const session = { snapshot: { room: { id: "r", title: "Slow Sunday", access, locked } }, you: { number: 2, rank, stage } };
  const make = (/** @type {string} */ move) => void done.push(`make ${move}`);
  openRoom(TABLE, /** @type {any} */ (session), { make, settings: () => void done.push("settings"), report: () => void done.push("report") });
  return offered();
}

/** Those of the words that begin one of the lines. @param {string[]} lines @param {...string} words */
function among(lines, ...words) {
  return words.filter((word) => lines.some((line) => line.startsWith(word)));
}

/** Somebody taps the line that begins so. @param {string} words */
function tapLine(words) {
  return tap(offered().find((line) => line.startsWith(words)) ?? words);
}

test("a listener shares the room, sets their sound and may report it, and no more", () => {
  assert.deepEqual(lines("member"), [
    "Share the link", "SoundDevices and how you sound", "Keyboard shortcuts", "Report the roomTo the moderators of this server",
  ]);
  assert.equal(sheet.title, "Slow Sunday");
});

test("a room that its link does not open is shared by invitations of its staff alone", () => {
  assert.deepEqual(among(lines("member", { access: "invite" }), "Share", "Invite"), []);
  assert.deepEqual(among(lines("moderator", { access: "invite" }), "Share", "Invite"), ["Invite"]);
});

test("whoever speaks can step down, at once", async () => {
  assert.deepEqual(among(lines("member"), "Step down"), []);
  lines("member", { stage: "speaking" });
  await tapLine("Step down");
  assert.deepEqual([done, sheet.open], [["make step_down"], false]);
});

test("a moderator locks an open room and opens a locked one, and does not end it", async () => {
  assert.deepEqual(among(lines("moderator"), "Lock", "Unlock", "End", "About", "Report"), ["Lock", "About", "Report"]);
  assert.deepEqual(among(lines("moderator", { locked: true }), "Lock", "Unlock"), ["Unlock"]);
  await tapLine("Unlock");
  assert.deepEqual([done, sheet.open], [["make unlock"], false]);
});

test("a host ends the room only after a question, and does not report it", async () => {
  assert.deepEqual(among(lines("host"), "Report", "End"), ["End"]);
  await tapLine("End the room");
  assert.deepEqual([done, sheet.title, offered()], [[], "End the room?", ["End it for everybody", "Cancel"]]);
  await tap("Cancel");
  assert.deepEqual([done, sheet.open], [[], false]);
  lines("host");
  await tapLine("End the room");
  await tap("End it for everybody");
  assert.deepEqual([done, sheet.open], [["make end"], false]);
});

test("sound and the report are somebody else's to open", async () => {
  lines("member");
  await tapLine("Sound");
  await tapLine("Report");
  assert.deepEqual(done, ["settings", "report"]);
});

test("keys are of no use to a finger", () => {
  mouse = false;
  assert.deepEqual(among(lines("member"), "Keyboard"), []);
});

test("whoever is not in the room is shown nothing", () => {
  openRoom(TABLE, /** @type {any} */ ({ snapshot: undefined, you: undefined }), /** @type {any} */ ({}));
  assert.equal(sheet.open, false);
});

test("the list of keys turns them off and on", async () => {
  openKeys();
  assert.equal(field("input").attributes.checked, "");
  await choose("input", false);
  assert.equal(keysOn(), false);
  openKeys();
  assert.equal(field("input").attributes.checked, undefined);
  await choose("input", true);
  assert.equal(keysOn(), true);
});
