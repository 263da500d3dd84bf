import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Me } from "../../static/js/room/me.js";
import { Signal } from "../../static/js/signal.js";

/** @typedef {import("../../static/js/room/protocol.js").Member} Member */

/** What was said over whatever is being read. @type {string[]} */
const said = [];
/** The names of the buttons of the banner that is shown, with what they do; undefined without one. @type {Record<string, () => void> | undefined} */
let banner;

const banners = {
  querySelector: () => banner && { contains: () => false, remove: () => (banner = undefined) },
  append: () => undefined,
};
const toasts = { append() {}, querySelectorAll: () => [], contains: () => false, hidePopover() {}, showPopover() {} };
const made = {
  isConnected: false,
  setAttribute() {},
  append() {},
  show: (/** @type {string} */ _text, /** @type {string} */ _kind, /** @type {{label: string, run: () => void}[]} */ actions) => {
    banner = Object.fromEntries(actions.map(({ label, run }) => [label, run]));
  },
};
/** @type {Record<string, object>} */
const page = { sheet: { open: false }, assertive: { set textContent(/** @type {string} */ text) { said.push(text); } }, banners, toasts };
Object.assign(globalThis, {
  Node: class {},
  document: { hidden: false, getElementById: (/** @type {string} */ id) => page[id], createElement: () => made },
});

/** @type {Member} */
const audience = { number: 2, uid: "b", name: "Bob", rank: "member", stage: "audience", muted: false, hand: null };
/** @type {Member} */
const invited = { ...audience, stage: "invited" };
/** @type {Member} */
const speaking = { ...audience, stage: "speaking" };

/** Me, my voice as it stands, what became of my microphone, and what I answered. @param {string[]} measures said already */
function someone(...measures) {
  /** @type {string[]} */
  const done = [];
  const session = { me: new Signal() };
  const voice = { live: false, speaking: true, changed: new Signal(), silenced: new Signal(), heed() {}, microphone: { close: () => done.push("closed") } };
  const known = { said: (/** @type {string[]} */ ...kinds) => kinds.some((kind) => measures.includes(kind)) };
  const answer = { accept: () => done.push("accepted"), decline: () => done.push("declined") };
  const me = new Me(/** @type {any} */ (session), /** @type {any} */ (voice), /** @type {any} */ (known), answer);
  const become = (/** @type {Member} */ before, /** @type {Member} */ after) => session.me.emit({ before, after });
  return { me, voice, done, become };
}

beforeEach(() => {
  said.length = 0;
  banner = undefined;
});

test("an invitation to the stage is said, and can be answered until it is over", () => {
  const { become, done } = someone();
  become(audience, invited);
  become(invited, { ...invited, rank: "moderator" });
  assert.deepEqual(said.filter((text) => text === "You are invited to speak").length, 1);
  banner?.["Accept"]();
  banner?.["Not now"]();
  assert.deepEqual(done, ["accepted", "declined"]);
  become(invited, speaking);
  assert.equal(banner, undefined);
});

test("off the stage the microphone is closed", () => {
  const { become, done } = someone();
  become(audience, audience);
  assert.deepEqual(done, []);
  become(speaking, audience);
  assert.deepEqual(done, ["closed"]);
});

test("what was done to me is told, and what I asked for or a measure said is not", () => {
  someone().become(speaking, audience);
  assert.deepEqual(said, ["You were moved to the audience. You go on listening."]);
  const own = someone();
  own.me.asked = "step_down";
  own.become(speaking, audience);
  someone("move_to_audience").become(speaking, audience);
  assert.equal(said.length, 1);
  own.become(speaking, audience); // asked for once is not asked for again
  assert.equal(said.length, 2);
});

test("whoever passes on hosting is told once, and a host who loses it later is told of that", () => {
  const { me, become } = someone();
  /** @type {Member} */
  const host = { ...speaking, rank: "host" };
  /** @type {Member} */
  const moderator = { ...speaking, rank: "moderator" };
  me.asked = "pass_host";
  become(host, moderator);
  assert.deepEqual(said, []);
  become(host, moderator);
  assert.deepEqual(said, ["Somebody else hosts this room now, and you are a moderator of it."]);
});

test("a host who could not pass on hosting, and loses it then, is told", () => {
  const { me, become } = someone();
  /** @type {Member} */
  const host = { ...speaking, rank: "host" };
  for (const move of /** @type {const} */ (["mute", "pass_host"])) {
    me.asked = "pass_host";
    me.failed(move);
    become(host, { ...speaking, rank: "moderator" });
  }
  assert.deepEqual(said, ["Somebody else hosts this room now, and you are a moderator of it."]);
});

test("on the stage it is said whenever my microphone opens or closes", () => {
  const { voice } = someone();
  voice.changed.emit(voice);
  voice.live = true;
  voice.changed.emit(voice);
  voice.changed.emit(voice);
  voice.live = false;
  voice.changed.emit(voice);
  assert.deepEqual(said, ["You are heard", "You are muted"]);
  voice.speaking = false;
  voice.live = true;
  voice.changed.emit(voice);
  assert.equal(said.length, 2);
});

test("a moderator's mute is said in its own words, and a measure's in those of the measure", () => {
  const { voice } = someone();
  voice.live = true;
  voice.changed.emit(voice);
  voice.live = false;
  voice.silenced.emit(undefined);
  voice.changed.emit(voice);
  someone("mute").voice.silenced.emit(undefined);
  assert.deepEqual(said, ["You are heard", "The host or a moderator muted you. You can unmute yourself when it is your turn."]);
});
