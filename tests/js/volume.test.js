import assert from "node:assert/strict";
import { test } from "node:test";
import { Volumes, read, setVolume, volumeOf, withVolume } from "../../static/js/room/volume.js";

test("nobody is quieter before I say so, and full volume is forgotten", () => {
  assert.equal(volumeOf("bob"), 1);
  setVolume("bob", 0.3);
  assert.equal(volumeOf("bob"), 0.3);
  setVolume("bob", 1);
  assert.equal(volumeOf("bob"), 1);
});

test("three hundred people are remembered, those set last", () => {
  /** @type {Map<string, number>} */
  let volumes = new Map();
  for (let number = 0; number < 400; number++) volumes = withVolume(volumes, `p${number}`, 0.5);
  assert.equal(volumes.size, 300);
  assert.deepEqual([volumes.has("p99"), volumes.has("p100")], [false, true]);
  volumes = withVolume(volumes, "p100", 0.2);
  assert.equal([...volumes.keys()].at(-1), "p100");
});

test("what was kept comes back, and what is broken does not", () => {
  assert.deepEqual([...read('[["bob",0],["carol",0.5]]')], [["bob", 0], ["carol", 0.5]]);
  for (const text of ["", "{}", "[1]", '[["bob",7]]', "[[1,0.5]]"]) assert.equal(read(text).size, 0);
});

function slots() {
  return /** @type {any[]} */ ([0, 1, 2].map(() => ({ volume: 1, muted: false })));
}

test("each slot is as loud as I want whoever is in it", () => {
  const sounds = slots();
  const volumes = new Volumes(sounds, (number) => `u${number}`);
  setVolume("u2", 0);
  setVolume("u3", 0.4);
  volumes.apply([2, 3, undefined]);
  assert.deepEqual(sounds, [{ volume: 0, muted: true }, { volume: 0.4, muted: false }, { volume: 1, muted: false }]);
  volumes.apply([3, 4, 2]);
  assert.deepEqual(sounds, [{ volume: 0.4, muted: false }, { volume: 1, muted: false }, { volume: 0, muted: true }]);
});

test("whoever is silent for me on an iPhone, which keeps its own volume, stays so at the end of a pause", () => {
  const sounds = /** @type {any[]} */ ([2, 4].map(() => ({ get volume() { return 1; }, set volume(_) {}, muted: false })));
  const volumes = new Volumes(sounds, (number) => `u${number}`);
  setVolume("u2", 0);
  volumes.apply([2, 4]);
  for (const [on, muted] of [[true, [true, true]], [false, [true, false]]]) {
    volumes.pause(Boolean(on));
    assert.deepEqual(sounds.map((sound) => sound.muted), muted);
  }
});

test("whoever is silent for me stays so while they pause, and while nobody is known, and for the first words after it", () => {
  const sounds = /** @type {any[]} */ ([2, 4].map(() => ({ get volume() { return 1; }, set volume(_) {}, muted: false })));
  const volumes = new Volumes(sounds, (number) => `u${number}`);
  setVolume("u2", 0);
  for (const numbers of [[2, 4], [undefined, 4], [], [2, 4]]) {
    volumes.apply(numbers);
    assert.deepEqual(sounds.map((sound) => sound.muted), [true, false]);
  }
  volumes.apply([4, 2]);
  assert.deepEqual(sounds.map((sound) => sound.muted), [false, true]);
});

test("a pause silences everybody, and its end gives each their volume back", () => {
  const sounds = slots();
  const volumes = new Volumes(sounds, (number) => `u${number}`);
  setVolume("u2", 0);
  volumes.apply([2, 4, undefined]);
  volumes.pause(true);
  volumes.apply([2, 4, undefined]);
  assert.deepEqual(sounds.map((sound) => sound.muted), [true, true, true]);
  volumes.pause(false);
  assert.deepEqual(sounds.map((sound) => sound.muted), [true, false, false]);
});
