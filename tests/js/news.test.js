import assert from "node:assert/strict";
import { test } from "node:test";
import { about, aboutMe } from "../../static/js/room/news.js";

/** @type {import("../../static/js/room/protocol.js").Member} */
const bob = { number: 2, uid: "b", name: "Bob", rank: "member", stage: "audience", muted: false, hand: null };

test("a raised hand is told once", () => {
  assert.equal(about(bob, { ...bob, stage: "hand_up" }), "Bob raised a hand");
  assert.equal(about({ ...bob, stage: "hand_up" }, { ...bob, stage: "hand_up", muted: true }), "");
});

test("being moved is told, stepping down oneself is not", () => {
  /** @type {import("../../static/js/room/protocol.js").Member} */
  const speaking = { ...bob, stage: "speaking" };
  assert.match(aboutMe(speaking, bob, false), /moved to the audience/);
  assert.equal(aboutMe(speaking, bob, true), "");
});
