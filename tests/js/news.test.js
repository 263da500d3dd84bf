import assert from "node:assert/strict";
import { test } from "node:test";
import { about, aboutMe, digest } from "../../static/js/room/news.js";

/** @type {import("../../static/js/room/protocol.js").Member} */
const bob = { number: 2, uid: "b", name: "Bob", rank: "member", stage: "audience", muted: false, hand: null };

test("a raised hand is told once", () => {
  assert.deepEqual(about(bob, { ...bob, stage: "hand_up" }), { kind: "hand", name: "Bob" });
  assert.equal(about({ ...bob, stage: "hand_up" }, { ...bob, stage: "hand_up", muted: true }), undefined);
});

test("a few who move at the same time are named, many are a number", () => {
  const names = ["Alice", "Bob", "Chen", "Dana"];
  const hands = names.map((name) => ({ kind: /** @type {const} */ ("hand"), name }));
  assert.deepEqual(digest(hands.slice(0, 2)), ["Alice raised a hand", "Bob raised a hand"]);
  assert.deepEqual(digest([...hands, { kind: "on", name: "Eli" }]), ["4 people raised a hand", "Eli is on stage"]);
});

test("being moved is told, stepping down oneself is not", () => {
  /** @type {import("../../static/js/room/protocol.js").Member} */
  const speaking = { ...bob, stage: "speaking" };
  assert.match(aboutMe(speaking, bob, false), /moved to the audience/);
  assert.equal(aboutMe(speaking, bob, true), "");
});
