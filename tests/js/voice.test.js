import assert from "node:assert/strict";
import { test } from "node:test";
import { Voice } from "../../static/js/room/voice.js";

/** @type {import("../../static/js/room/protocol.js").Member} */
const muted = { number: 2, uid: "b", name: "Bob", rank: "member", stage: "speaking", muted: true, hand: null };
const heard = { ...muted, muted: false };
/** @type {import("../../static/js/room/protocol.js").Member} */
const audience = { ...muted, stage: "audience", muted: false };

/** @param {import("../../static/js/room/protocol.js").Member} you */
function standing(you) {
  const track = { enabled: false };
  /** @type {string[]} */
  const asked = [];
  /** @type {any[]} */
  const sent = [];
  const voice = new Voice(
    /** @type {any} */ ({ track }),
    /** @type {any} */ ({ speak: (/** @type {any} */ one) => sent.push(one) }),
    async (move) => (asked.push(move), { type: "ok" }),
  );
  voice.heed(undefined, you);
  return { voice, track, asked, sending: () => sent.at(-1) === track };
}

test("nothing is sent before the server agrees", () => {
  const { voice, track, asked, sending } = standing(muted);
  voice.unmute();
  assert.deepEqual(asked, ["unmute"]);
  assert.equal(sending(), false);
  voice.heed(muted, heard);
  assert.equal(sending(), true);
  assert.equal(track.enabled, true);
});

test("mute is silence at once, before the server has answered", () => {
  const { voice, track, asked, sending } = standing(muted);
  voice.unmute();
  voice.heed(muted, heard);
  voice.mute();
  assert.equal(sending(), false);
  assert.equal(track.enabled, false);
  assert.deepEqual(asked, ["unmute", "mute"]);
});

test("a push-to-talk shorter than the line ends muted", () => {
  const { voice, asked, sending } = standing(muted);
  voice.unmute();
  voice.mute();
  voice.heed(muted, heard);
  assert.equal(sending(), false);
  assert.equal(asked.at(-1), "mute");
});

test("muted by somebody else is silence, and is told", () => {
  const { voice, sending } = standing(muted);
  let told = 0;
  voice.silenced.on(() => told++);
  voice.unmute();
  voice.heed(muted, heard);
  voice.heed(heard, muted);
  assert.equal(sending(), false);
  assert.equal(told, 1);
  voice.heed(muted, { ...muted, rank: "moderator" });
  assert.equal(told, 1);
});

test("an unmute that was refused leaves no wish behind", async () => {
  const { voice, sending } = standing(muted);
  voice.move = async () => ({ type: "error" });
  await voice.unmute();
  voice.heed(muted, heard);
  assert.equal(sending(), false);
});

test("the intent to speak survives until the stage is reached", () => {
  const { voice, asked, sending } = standing(audience);
  voice.intend(true);
  voice.heed(audience, { ...audience, rank: "moderator" });
  assert.equal(sending(), false);
  voice.heed(audience, heard);
  assert.equal(sending(), true);
  assert.deepEqual(asked, []);
});

test("going on stage muted tells the server so", () => {
  const { voice, asked } = standing(audience);
  voice.intend(false);
  voice.heed(audience, heard);
  assert.deepEqual(asked, ["mute"]);
});

test("leaving the stage closes the microphone line", () => {
  const { voice, sending } = standing(muted);
  voice.unmute();
  voice.heed(muted, heard);
  voice.heed(heard, audience);
  assert.equal(sending(), false);
  assert.equal(voice.wish, false);
});

test("one's own mute and unmute in quick turn follow each other, and are nobody else's mute", () => {
  const { voice, asked, sending } = standing(muted);
  let told = 0;
  voice.silenced.on(() => told++);
  voice.unmute();
  voice.heed(muted, heard);
  voice.mute();
  voice.unmute();
  voice.heed(heard, muted);
  assert.deepEqual(asked, ["unmute", "mute", "unmute"]);
  voice.heed(muted, heard);
  assert.equal(told, 0);
  assert.equal(sending(), true);
  assert.equal(asked.length, 3);
});

test("an unmute that a moderator overtook stays muted, and can be asked for again", async () => {
  const { voice, asked } = standing(muted);
  await voice.unmute();
  voice.heed(muted, muted);
  assert.deepEqual(asked, ["unmute"]);
  assert.equal(voice.wish, false);
  voice.unmute();
  assert.deepEqual(asked, ["unmute", "unmute"]);
});

test("a mute that could not be said is said when the server is back", async () => {
  const { voice, asked } = standing(muted);
  voice.unmute();
  voice.heed(muted, heard);
  voice.move = async () => ({ type: "error" });
  await voice.mute();
  voice.move = async (move) => (asked.push(move), { type: "ok" });
  voice.heed(heard, heard);
  assert.deepEqual(asked, ["unmute", "mute"]);
});

test("muted by somebody else right after one's own unmute was seen is told", () => {
  const { voice } = standing(muted);
  let told = 0;
  voice.silenced.on(() => told++);
  voice.unmute();
  voice.heed(muted, heard);
  voice.heed(heard, muted);
  assert.equal(told, 1);
});
