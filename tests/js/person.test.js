import assert from "node:assert/strict";
import { test } from "node:test";

/** The attributes and listeners of the input that was made last. @type {Record<string, any>} */
let input = {};
/** What was written. @type {string[]} */
let words = [];

/** A sound whose volume, on an iPhone, is what it was a moment after it was set. */
const sound = {
  iphone: false,
  set: 1,
  get volume() {
    return this.iphone ? 1 : this.set;
  },
  set volume(volume) {
    this.set = volume;
  },
};

class Element {
  /** @type {Record<string, any>} */
  attributes = {};
  /** @param {string} tag */
  constructor(tag) {
    if (tag === "input") input = this.attributes;
  }
  setAttribute(/** @type {string} */ name, /** @type {string} */ value) {
    this.attributes[name] = value;
  }
  addEventListener(/** @type {string} */ name, /** @type {() => void} */ listener) {
    this.attributes[`on${name}`] = listener;
  }
  append(/** @type {any[]} */ ...children) {
    words.push(...children.filter((child) => typeof child === "string"));
  }
}

Object.assign(globalThis, {
  Audio: function () {
    return sound;
  },
  Node: Element,
  document: { createElement: (/** @type {string} */ tag) => new Element(tag) },
});
const { about, loudness } = await import("../../static/js/room/person.js");
const { setVolume, volumeOf } = await import("../../static/js/room/volume.js");

/** @type {import("../../static/js/room/protocol.js").Member} */
const bob = { number: 2, uid: "bob", name: "Bob", rank: "member", stage: "speaking", muted: false, hand: null };

/** What Bob's sheet offers about how loud he is. @param {boolean} iphone */
function offered(iphone) {
  sound.iphone = iphone;
  words = [];
  loudness(bob);
  return input;
}

test("a person's loudness is a slider where the page may set it", () => {
  setVolume("bob", 0.4);
  const slider = offered(false);
  assert.deepEqual([slider.type, slider.value, words], ["range", "40", ["Volume, for you alone"]]);
  slider.oninput({ target: { value: "15" } });
  assert.equal(volumeOf("bob"), 0.15);
});

test("on an iPhone, which keeps its own volume, a person is silent or not, and no slider does nothing", () => {
  setVolume("bob", 1);
  const box = offered(true);
  assert.deepEqual([box.type, box.checked, words], ["checkbox", undefined, ["Silent, for you alone"]]);
  box.onchange({ target: { checked: true } });
  assert.equal(volumeOf("bob"), 0);
  assert.equal(offered(true).checked, "");
  box.onchange({ target: { checked: false } });
  assert.equal(volumeOf("bob"), 1);
});

test("a person's sheet says whose voice is a machine's", () => {
  const alice = { ...bob, number: 1 };
  assert.equal(about({ ...bob, ai_voice: true }, alice), "AI voice · On stage");
  assert.equal(about({ ...bob, ai_voice: false }, alice), "On stage");
});
