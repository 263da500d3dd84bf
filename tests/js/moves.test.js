import assert from "node:assert/strict";
import { test } from "node:test";
import { movesOn, movesOnRoom } from "../../static/js/room/moves.js";

/** @type {import("../../static/js/room/moves.js").Table} */
const table = {
  stages: [
    ["audience", "raise_hand", "SELF"],
    ["audience", "invite", "HIGHER"],
    ["audience", "accept", "RANKED"],
    ["speaking", "mute", "ANY"],
    ["speaking", "unmute", "SELF"],
  ],
  ranks: [["member", "make_moderator", "HOST"]],
  out: [["remove", "HIGHER"]],
  room: [["lock", 1], ["unlock", 1], ["end", 2]],
};

/**
 * @param {number} number
 * @param {Partial<import("../../static/js/room/protocol.js").Member>} [more]
 * @returns {import("../../static/js/room/protocol.js").Member}
 */
function member(number, more = {}) {
  return { number, uid: "", name: "", rank: "member", stage: "audience", muted: false, hand: null, ...more };
}

test("a listener may only raise their own hand", () => {
  assert.deepEqual(movesOn(table, member(1), member(1)), ["raise_hand"]);
  assert.deepEqual(movesOn(table, member(1), member(2)), []);
});

test("a moderator may invite and remove a listener, and never another moderator", () => {
  const moderator = member(1, { rank: "moderator" });
  assert.deepEqual(movesOn(table, moderator, member(2)), ["invite", "remove"]);
  assert.deepEqual(movesOn(table, moderator, member(2, { rank: "moderator" })), []);
});

test("only the host makes moderators", () => {
  assert.deepEqual(movesOn(table, member(1, { rank: "host" }), member(2)), ["invite", "make_moderator", "remove"]);
});

test("a move that would change nothing is not offered", () => {
  const host = member(1, { rank: "host" });
  assert.equal(movesOn(table, host, member(2, { stage: "speaking", muted: true })).includes("mute"), false);
});

test("nobody unmutes somebody else", () => {
  const host = member(1, { rank: "host" });
  assert.equal(movesOn(table, host, member(2, { stage: "speaking", muted: true })).includes("unmute"), false);
});

test("a locked room offers to unlock, and only the host may end it", () => {
  assert.deepEqual(movesOnRoom(table, member(1, { rank: "moderator" }), true), ["unlock"]);
  assert.deepEqual(movesOnRoom(table, member(1, { rank: "host" }), false), ["lock", "end"]);
  assert.deepEqual(movesOnRoom(table, member(1), false), []);
});
