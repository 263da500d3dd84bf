import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fold, listed, place } from "../../static/js/room/protocol.js";

/** @typedef {import("../../static/js/room/protocol.js").Member} Member */

/**
 * @param {number} number
 * @param {Partial<Member>} [more]
 * @returns {Member}
 */
function member(number, more = {}) {
  return { number, uid: `${number}`.repeat(16), name: `n${number}`, rank: "member", stage: "speaking", muted: false, hand: null, ...more };
}

/** @type {import("../../static/js/room/protocol.js").Room} */
const room = { id: "r", title: "Slow Sunday", topic: "", language: "", access: "open", state: "live", locked: false };
const alice = member(1, { rank: "host" });
const bob = member(2);
const start = { seq: 4, room, members: [alice, bob], listening: 3 };

test("a member event puts the member in the order of numbers", () => {
  const after = fold({ ...start, members: [alice, member(7)] }, { type: "member", seq: 5, member: bob });
  assert.deepEqual(after.members.map((one) => one.number), [1, 2, 7]);
  assert.equal(after.seq, 5);
});

test("a member event replaces the member with the same number", () => {
  const after = fold(start, { type: "member", seq: 5, member: member(2, { muted: true }) });
  assert.deepEqual(after.members, [alice, member(2, { muted: true })]);
});

test("a plain member who is audience again leaves the list", () => {
  const after = fold(start, { type: "member", seq: 5, member: member(2, { stage: "audience" }) });
  assert.deepEqual(after.members, [alice]);
});

test("a host in the audience stays in the list", () => {
  assert.equal(listed(member(1, { rank: "host", stage: "audience" })), true);
});

test("who left is gone, and nobody else", () => {
  assert.deepEqual(fold(start, { type: "left", seq: 5, number: 2, reason: "left" }).members, [alice]);
});

test("an ended room has nobody in it", () => {
  const after = fold(start, { type: "ended", seq: 5, reason: "host" });
  assert.equal(after.room.state, "ended");
  assert.deepEqual(after.members, []);
});

test("a room event replaces the room", () => {
  assert.equal(fold(start, { type: "room", seq: 5, room: { ...room, locked: true } }).room.locked, true);
});

test("fold leaves the old snapshot as it was", () => {
  const before = structuredClone(start);
  fold(start, { type: "member", seq: 5, member: member(9) });
  assert.deepEqual(start, before);
});

test("an event is the next one, an old one, or after a gap", () => {
  assert.equal(place(4, 5), "next");
  assert.equal(place(4, 4), "old");
  assert.equal(place(4, 6), "gap");
});

test("every event leads where it leads on the server", () => {
  const golden = JSON.parse(readFileSync(new URL("../golden/fold.json", import.meta.url), "utf8"));
  let state = golden.start;
  for (const { event, after } of golden.steps) {
    state = fold(state, event);
    assert.deepEqual(state, after);
  }
});
