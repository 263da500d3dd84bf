import assert from "node:assert/strict";
import { test } from "node:test";
import { clock, Deck, QUIET, starts } from "../../static/console/deck.js";
import { LOUDEST } from "../../static/js/limiter.js";

globalThis.window = /** @type {any} */ (globalThis);

/** A context that remembers what was started, and whose clock we move. */
function studio() {
  /** @type {{buffer: any, at: number, from: number, stopped: boolean}[]} */
  const started = [];
  const node = () => ({ connect: (/** @type {any} */ next) => next, gain: { value: 1 }, threshold: {}, knee: {}, ratio: {}, attack: {} });
  const gain = node();
  const context = {
    currentTime: 0,
    destination: node(),
    resume: async () => {},
    createGain: () => gain,
    createDynamicsCompressor: node,
    createWaveShaper: node,
    createBufferSource() {
      const one = { buffer: null, at: 0, from: 0, stopped: false };
      started.push(one);
      return Object.assign(one, {
        connect() {},
        start: (/** @type {number} */ at, /** @type {number} */ from) => Object.assign(one, { at, from }),
        stop: () => Object.assign(one, { stopped: true }),
      });
    },
  };
  return { context: /** @type {any} */ (context), started, gain };
}

/** Bob for 10 seconds, and Alice for 4 from the third on. @type {any} */
const VOICES = [
  { id: 1, offset: 0, buffer: { duration: 10 } },
  { id: 2, offset: 3, buffer: { duration: 4 } },
];

test("voices start on the room's clock, each from where it is at that moment", () => {
  assert.deepEqual(starts(VOICES, 0), [{ after: 0, from: 0, over: false }, { after: 3, from: 0, over: false }]);
  assert.deepEqual(starts(VOICES, 5), [{ after: 0, from: 5, over: false }, { after: 0, from: 2, over: false }]);
  assert.equal(starts(VOICES, 7)[1].over, true);
});

test("nothing plays before somebody asks for it, and both play together then", () => {
  const { context, started } = studio();
  const deck = new Deck(context);
  deck.load(VOICES);
  assert.equal(started.length, 0);
  deck.play();
  assert.deepEqual(started.map(({ at, from }) => [at, from]), [[0, 0], [3, 0]]);
  deck.pause();
});

test("a pause keeps the place, and skipping moves it, within the sound", () => {
  const { context, started } = studio();
  const deck = new Deck(context);
  deck.load(VOICES);
  deck.play();
  context.currentTime = 4;
  deck.pause();
  assert.equal(deck.position, 4);
  assert.ok(started.every(({ stopped }) => stopped));
  deck.seek(deck.position + 5);
  assert.equal(deck.position, 9);
  deck.seek(99);
  assert.equal(deck.position, 10);
  deck.seek(-1);
  assert.equal(deck.position, 0);
});

test("one voice is heard alone, from the same moment on", () => {
  const { context, started } = studio();
  const deck = new Deck(context);
  deck.load(VOICES);
  deck.play();
  context.currentTime = 4;
  deck.hear(2);
  assert.deepEqual(started.filter(({ stopped }) => !stopped).map(({ from }) => from), [1]);
  deck.hear(null);
  assert.equal(started.filter(({ stopped }) => !stopped).length, 2);
  deck.pause();
});

test("it begins quietly, and no slider makes it louder than the limit", () => {
  const { context, gain } = studio();
  const deck = new Deck(context);
  assert.equal(gain.gain.value, QUIET * LOUDEST);
  deck.volume(7);
  assert.equal(gain.gain.value, LOUDEST);
});

test("other voices take the place of those that were there", () => {
  const { context, started } = studio();
  const deck = new Deck(context);
  deck.load(VOICES);
  deck.play();
  deck.load([VOICES[1]]);
  assert.equal(deck.playing, false);
  assert.ok(started.every(({ stopped }) => stopped));
  assert.deepEqual([deck.position, deck.length], [0, 7]);
});

test("times are told in minutes and seconds", () => {
  assert.deepEqual([clock(7.9), clock(61)], ["0:07", "1:01"]);
});
