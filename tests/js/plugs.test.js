import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { plain, watchPlugs } from "../../static/js/room/plugs.js";
import { Signal } from "../../static/js/signal.js";
import { change } from "../../static/js/room/settings.js";
import { banners, polite, quiet, shown } from "./saying.js";

const device = (/** @type {string} */ kind, /** @type {string} */ deviceId, label = deviceId) => ({ kind, deviceId, label });
const BUILT = [device("audioinput", "m1", "Desk"), device("audiooutput", "s1", "Speaker")];
const HEADSET = [device("audioinput", "h-in", "Jabra (0b0e:0300)"), device("audiooutput", "h-out", "Jabra (0b0e:0300)")];

/** A page that watches what is plugged in; `open` has the microphone open, and `choosable` a browser that lets one choose what plays. */
async function watched({ open = true, choosable = true, output = "", first = BUILT } = {}) {
  /** @type {string[]} */
  const done = [];
  const sounds = [{ setSinkId: async (/** @type {string} */ id) => void done.push(`sinks to "${id}"`) }];
  const opened = /** @type {Signal<void>} */ (new Signal());
  let there = first;
  let plug = async () => {};
  const mediaDevices = { enumerateDevices: async () => there, addEventListener: (/** @type {string} */ _, /** @type {any} */ listener) => (plug = listener) };
  Object.defineProperty(globalThis, "navigator", { configurable: true, value: { mediaDevices } });
  change({ output });
  const player = { sounds, choosable, choose: (/** @type {string} */ id) => done.push(`plays on ${id}`) };
  watchPlugs(/** @type {any} */ ({ track: open ? {} : null, opened }), /** @type {any} */ (player), (id) => done.push(`speaks into ${id}`));
  await new Promise((resolve) => setImmediate(resolve));
  const now = (/** @type {typeof BUILT} */ devices) => ((there = devices), plug());
  /** The microphone opens, and with the permission the devices have names. */
  const allow = async () => ((there = BUILT), opened.emit(), await new Promise((resolve) => setImmediate(resolve)));
  return { done, now, allow };
}

/** Taps the button of the banner. @param {string} label */
function tap(label) {
  banners.get("plugged")?.actions.find((action) => action.label === label)?.run();
}

mock.timers.enable({ apis: ["setTimeout"] });
beforeEach(() => {
  quiet();
  change({ output: "" });
});

test("a headset is offered by its name, and used with both its ends when one says so", async () => {
  const { done, now } = await watched();
  await now([...BUILT, ...HEADSET]);
  assert.deepEqual([shown(), done], [{ plugged: "Jabra was plugged in." }, []]);
  tap("Use it");
  assert.deepEqual([shown(), done], [{}, ["speaks into h-in", "plays on h-out"]]);
});

test("the first headset is offered to whoever opened the microphone since", async () => {
  const { now, allow } = await watched({ first: [device("audioinput", "", "")] });
  await allow();
  await now([...BUILT, ...HEADSET]);
  assert.deepEqual(shown(), { plugged: "Jabra was plugged in." });
});

test("whoever does not want it is left with what they had, and is offered another but not the same again", async () => {
  const { done, now } = await watched();
  await now([...BUILT, ...HEADSET]);
  tap("Not now");
  assert.deepEqual([shown(), done], [{}, []]);
  await now(BUILT);
  await now([...BUILT, ...HEADSET]);
  assert.deepEqual(shown(), {});
  await now([...BUILT, ...HEADSET, device("audiooutput", "b", "Box")]);
  assert.deepEqual(shown(), { plugged: "Box was plugged in." });
});

test("a listener's microphone stays closed: only what plays is offered", async () => {
  const { done, now } = await watched({ open: false });
  await now([...BUILT, ...HEADSET]);
  tap("Use it");
  assert.deepEqual(done, ["plays on h-out"]);
});

test("what the page could not use is not offered", async () => {
  const { now } = await watched({ open: false, choosable: false });
  await now([...BUILT, ...HEADSET]);
  assert.deepEqual(shown(), {});
});

test("a headset that is gone again is offered no more", async () => {
  const { now } = await watched();
  await now([...BUILT, ...HEADSET]);
  await now(BUILT);
  assert.deepEqual(shown(), {});
});

test("when what plays is pulled out the system's own plays, and that is said", async () => {
  const { done, now } = await watched({ output: "s1" });
  await now([BUILT[0]]);
  mock.timers.tick(1_200);
  assert.deepEqual([done, polite.textContent], [['sinks to ""'], "Speaker went away. The sound comes from where your system plays it."]);
});

test("when something else is pulled out nothing changes", async () => {
  const { done, now } = await watched({ output: "s2" });
  await now([BUILT[0]]);
  mock.timers.tick(1_200);
  assert.deepEqual([done, polite.textContent], [[], ""]);
});

test("a device's name goes without the maker's numbers", () => {
  assert.equal(plain("Jabra Evolve 20 (0b0e:0300)"), "Jabra Evolve 20");
  assert.equal(plain("Headset (USB)"), "Headset (USB)");
});
