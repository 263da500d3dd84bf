import assert from "node:assert/strict";
import { test } from "node:test";
import { nextAction } from "../../static/js/room/dock.js";

/** @type {import("../../static/js/room/protocol.js").Member} */
const bob = { number: 2, uid: "b", name: "Bob", rank: "member", stage: "audience", muted: false, hand: null };
const closed = { open: false, wish: false };

test("the main button is the next thing to do", () => {
  assert.equal(nextAction(bob, closed), "raise_hand");
  assert.equal(nextAction({ ...bob, rank: "moderator" }, closed), "go_on_stage");
  assert.equal(nextAction({ ...bob, stage: "hand_up" }, closed), "lower_hand");
  assert.equal(nextAction({ ...bob, stage: "invited" }, closed), "answer");
  assert.equal(nextAction({ ...bob, stage: "speaking" }, closed), "open");
  assert.equal(nextAction({ ...bob, stage: "speaking" }, { open: true, wish: false }), "unmute");
  assert.equal(nextAction({ ...bob, stage: "speaking" }, { open: true, wish: true }), "mute");
});
