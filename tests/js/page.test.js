import assert from "node:assert/strict";
import { test } from "node:test";
import { pause } from "../../static/js/room/audience.js";
import { nextAction } from "../../static/js/room/dock.js";
import { taken } from "../../static/js/room/keys.js";
import { about, aboutMe } from "../../static/js/room/news.js";
import { stopped } from "../../static/js/room/words.js";
import { format } from "../../static/js/text.js";

/** @type {import("../../static/js/room/protocol.js").Member} */
const bob = { number: 2, uid: "b", name: "Bob", rank: "member", stage: "audience", muted: false, hand: null };
const closed = { open: false, live: false };

test("the main button is the next thing to do", () => {
  assert.equal(nextAction(bob, closed), "raise_hand");
  assert.equal(nextAction({ ...bob, rank: "moderator" }, closed), "go_on_stage");
  assert.equal(nextAction({ ...bob, stage: "hand_up" }, closed), "lower_hand");
  assert.equal(nextAction({ ...bob, stage: "invited" }, closed), "answer");
  assert.equal(nextAction({ ...bob, stage: "speaking" }, closed), "open");
  assert.equal(nextAction({ ...bob, stage: "speaking" }, { open: true, live: false }), "unmute");
  assert.equal(nextAction({ ...bob, stage: "speaking" }, { open: true, live: true }), "mute");
});

test("keys never act while somebody types, composes or holds a modifier", () => {
  const key = { key: "m", isComposing: false, ctrlKey: false, metaKey: false, altKey: false };
  const field = { matches: (/** @type {string} */ selector) => selector.startsWith("input") };
  const body = { matches: () => false };
  assert.equal(taken(key, field), true);
  assert.equal(taken({ ...key, isComposing: true }, body), true);
  assert.equal(taken({ ...key, ctrlKey: true }, body), true);
  assert.equal(taken(key, body), false);
});

test("space belongs to a button reached by keyboard, and to the room otherwise", () => {
  const space = { key: " ", isComposing: false, ctrlKey: false, metaKey: false, altKey: false };
  assert.equal(taken(space, { matches: (selector) => selector.includes("focus-visible") }), true);
  assert.equal(taken(space, { matches: () => false }), false);
});

test("names are asked for more rarely the more people listen", () => {
  assert.equal(pause(10), 5_000);
  assert.equal(pause(5_000), 100_000);
});

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

test("every reason to be stopped has words, unknown ones too", () => {
  assert.match(stopped("banned").title, /banned/);
  assert.ok(stopped("something new").title);
});

test("format fills in what it knows and leaves the rest", () => {
  assert.equal(format("%(a)s and %(b)s", { a: 1 }), "1 and %(b)s");
});
