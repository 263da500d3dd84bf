import assert from "node:assert/strict";
import { test } from "node:test";
import { handPlace, hands, invited, onStage } from "../../static/js/room/roster.js";

/**
 * @param {number} number
 * @param {Partial<import("../../static/js/room/protocol.js").Member>} [more]
 * @returns {import("../../static/js/room/protocol.js").Member}
 */
function member(number, more = {}) {
  return { number, uid: "", name: "", rank: "member", stage: "speaking", muted: false, hand: null, ...more };
}

const people = [
  member(1, { stage: "hand_up", hand: 30 }),
  member(2),
  member(3, { rank: "moderator" }),
  member(4, { rank: "host" }),
  member(5, { stage: "hand_up", hand: 10 }),
  member(6, { stage: "invited" }),
  member(7, { rank: "moderator", stage: "audience" }),
];
const numbers = (/** @type {{number: number}[]} */ list) => list.map((one) => one.number);

test("the stage shows the host first, then moderators, then speakers by number", () => {
  assert.deepEqual(numbers(onStage(people)), [4, 3, 2]);
});

test("hands stand in the order in which they were raised", () => {
  assert.deepEqual(numbers(hands(people)), [5, 1]);
});

test("a hand's place counts from one, and is zero without a hand", () => {
  assert.equal(handPlace(people, 1), 2);
  assert.equal(handPlace(people, 2), 0);
});

test("the invited are neither on stage nor in the queue", () => {
  assert.deepEqual(numbers(invited(people)), [6]);
});
