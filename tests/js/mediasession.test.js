import assert from "node:assert/strict";
import { test } from "node:test";

/** @type {Record<string, () => void>} */
const buttons = {};
/** Whatever the system was told of the sound, in order. @type {object[]} */
const told = [];
const system = {
  playbackState: "none",
  /** @param {object | null} what */
  set metadata(what) {
    told.push({ ...what });
  },
  setActionHandler(/** @type {string} */ action, /** @type {() => void} */ run) {
    if (action === "hangup") throw new TypeError("not an action of this browser");
    buttons[action] = run;
  },
};
Object.defineProperty(globalThis, "navigator", { configurable: true, value: { mediaSession: system } });
Object.assign(globalThis, { MediaMetadata: class { constructor(/** @type {object} */ what) { Object.assign(this, what); } } });
const { nameKind, nameSound, showState, takeControls } = await import("../../static/js/room/mediasession.js");

test("the system's buttons do what they are given, those apart that this browser does not know", () => {
  /** @type {string[]} */
  const done = [];
  const run = (/** @type {string} */ name) => () => void done.push(name);
  takeControls({ play: run("play"), pause: run("pause"), microphone: run("microphone"), hangup: run("hangup") });
  for (const name of ["play", "pause", "togglemicrophone"]) buttons[name]();
  assert.deepEqual(done, ["play", "pause", "microphone"]);
});

test("who speaks is told once, and nobody when one has left", () => {
  for (const who of ["Alice", "Alice", "Bob"]) nameSound("Slow Sunday", who);
  nameSound("", "");
  const room = { title: "Slow Sunday", album: "Stoa" };
  assert.deepEqual(told, [{ ...room, artist: "Alice" }, { ...room, artist: "Bob" }, {}]);
});

test("a browser that can say no more is told whether it plays", () => {
  showState("playing", true);
  nameKind(true);
  assert.equal(system.playbackState, "playing");
});
