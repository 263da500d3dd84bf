import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { about, aboutMe, digest, Listening } from "../../static/js/room/news.js";
import { polite, quiet } from "./saying.js";

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

test("a host whose room went on to another while they were gone is told, and whoever passed it on is not", () => {
  /** @type {import("../../static/js/room/protocol.js").Member} */
  const host = { ...bob, rank: "host", stage: "speaking" };
  assert.match(aboutMe(host, { ...bob, rank: "moderator" }, false), /Somebody else hosts/);
  assert.equal(aboutMe(host, { ...host, rank: "moderator" }, true), "");
});

test("how many listen is told as one number for all who come within half a minute, and only if it is another", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  quiet();
  const listening = new Listening();
  const pass = () => [30_000, 1_200].forEach((ms) => mock.timers.tick(ms));
  listening.take(3);
  pass();
  assert.equal(polite.textContent, "", "whoever comes in has it before them");
  for (const n of [4, 5, 9]) listening.take(n);
  mock.timers.tick(29_999);
  assert.equal(polite.textContent, "");
  mock.timers.tick(1);
  mock.timers.tick(1_200);
  assert.equal(polite.textContent, "9 listening");
  quiet();
  for (const n of [10, 9]) listening.take(n);
  pass();
  listening.take(10);
  listening.reset();
  listening.take(20);
  pass();
  assert.equal(polite.textContent, "");
  mock.timers.reset();
});
