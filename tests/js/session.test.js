import assert from "node:assert/strict";
import { test } from "node:test";
import { Session } from "../../static/js/room/session.js";

const room = { id: "r", title: "", topic: "", language: "", access: "open", state: "live", locked: false };
const carol = { number: 3, uid: "c", name: "Carol", rank: "member", stage: "audience", muted: false, hand: null };
const alice = { number: 1, uid: "a", name: "Alice", rank: "host", stage: "speaking", muted: false, hand: null };

function welcomed() {
  const session = new Session();
  session.receive({ type: "welcome", you: carol, snapshot: { seq: 4, room, members: [alice], listening: 1 } });
  let gaps = 0;
  session.gap.on(() => gaps++);
  return { session, gaps: () => gaps };
}

test("an event about me changes who I am", () => {
  const { session } = welcomed();
  session.receive({ type: "member", seq: 5, member: { ...carol, stage: "hand_up", hand: 1 } });
  assert.equal(session.you?.stage, "hand_up");
  assert.equal(session.members.length, 2);
});

test("an old event is ignored", () => {
  const { session, gaps } = welcomed();
  session.receive({ type: "left", seq: 4, number: 1, reason: "left" });
  assert.equal(session.members.length, 1);
  assert.equal(gaps(), 0);
});

test("a gap asks for a snapshot once, and nothing is folded until it is there", () => {
  const { session, gaps } = welcomed();
  session.receive({ type: "left", seq: 7, number: 1, reason: "left" });
  session.receive({ type: "left", seq: 8, number: 1, reason: "left" });
  assert.equal(gaps(), 1);
  assert.equal(session.members.length, 1);
  session.receive({ type: "snapshot", you: carol, snapshot: { seq: 8, room, members: [], listening: 1 } });
  session.receive({ type: "left", seq: 10, number: 1, reason: "left" });
  assert.equal(gaps(), 2);
});

test("a ping that is ahead of us is a gap too", () => {
  const { session, gaps } = welcomed();
  session.receive({ type: "ping", seq: 4 });
  assert.equal(gaps(), 0);
  session.receive({ type: "ping", seq: 5 });
  assert.equal(gaps(), 1);
});

test("a move is told with before and after", () => {
  const { session } = welcomed();
  /** @type {any[]} */
  const moves = [];
  session.moved.on((move) => moves.push(move));
  session.receive({ type: "left", seq: 5, number: 1, reason: "removed" });
  assert.deepEqual(moves, [{ before: alice, after: undefined, reason: "removed" }]);
});

test("the audience is a number", () => {
  const { session } = welcomed();
  session.receive({ type: "audience", listening: 128 });
  assert.equal(session.snapshot?.listening, 128);
});

test("whoever comes back is told nothing of what they were before", () => {
  const { session } = welcomed();
  session.reset();
  /** @type {any[]} */
  const told = [];
  session.me.on((change) => told.push(change.before));
  session.receive({ type: "welcome", you: carol, snapshot: { seq: 9, room, members: [], listening: 1 } });
  assert.deepEqual(told, [undefined]);
});
