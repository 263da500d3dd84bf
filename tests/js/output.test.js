import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { Output } from "../../static/js/room/output.js";
import { change, settings } from "../../static/js/room/settings.js";
import { polite, quiet } from "./saying.js";

const UNUSABLE = "That device cannot be used. The sound stays where it was.";

/** One of the page's sounds, in a browser that has these devices and no other. */
class Sound {
  sinkId = "";

  /** @param {string[]} known */
  constructor(known) {
    this.known = known;
  }

  async setSinkId(/** @type {string} */ device) {
    if (device && !this.known.includes(device)) throw new DOMException("", "NotFoundError");
    this.sinkId = device;
  }
}

/** The sounds of a page, and what plays them. @param {...string} known */
function page(...known) {
  const sounds = [1, 2, 3].map(() => new Sound(known));
  return { output: new Output(/** @type {any} */ (sounds)), where: () => [...new Set(sounds.map((sound) => sound.sinkId))] };
}

/** What the browser's own list gives back; nothing where it has none. @param {() => Promise<{deviceId: string}>} [selectAudioOutput] */
function browser(selectAudioOutput) {
  Object.defineProperty(globalThis, "navigator", { configurable: true, value: { mediaDevices: selectAudioOutput ? { selectAudioOutput } : {} } });
}

const closed = () => Promise.reject(new DOMException("", "NotAllowedError"));

/** What was said, once it is. */
function said() {
  mock.timers.tick(1_200);
  return polite.textContent;
}

mock.timers.enable({ apis: ["setTimeout"] });
Object.assign(globalThis, { HTMLMediaElement: Sound });
beforeEach(() => {
  change({ output: "" });
  quiet();
});

test("a browser with a list of its own is asked to show it, others are not", () => {
  const { output } = page();
  browser(closed);
  assert.equal(output.asks, true);
  browser();
  assert.deepEqual([output.asks, output.choosable], [false, true]);
});

test("what is chosen from the browser's list plays everything from now on, and is remembered", async () => {
  const { output, where } = page("hall");
  browser(async () => ({ deviceId: "hall" }));
  assert.equal(await output.ask(), true);
  assert.deepEqual([where(), settings().output, said()], [["hall"], "hall", ""]);
});

test("a list that is closed without a choice leaves the sound where it was", async () => {
  const { output, where } = page("desk", "hall");
  await output.choose("desk");
  browser(closed);
  assert.equal(await output.ask(), false);
  assert.deepEqual([where(), settings().output, said()], [["desk"], "desk", ""]);
});

test("a device that cannot be used is said to be so and not remembered, whoever's list it is from", async () => {
  const { output, where } = page("desk");
  await output.choose("desk");
  browser(async () => ({ deviceId: "hall" }));
  for (const choose of [() => output.ask(), () => output.choose("hall")]) {
    quiet();
    assert.equal(await choose(), false);
    assert.deepEqual([where(), settings().output, said()], [["desk"], "desk", UNUSABLE]);
  }
});

test("the choice is back with the next visit, and waits for a device that is away", async () => {
  const [there, away] = [page("hall"), page()];
  change({ output: "hall" });
  for (const { output } of [there, away]) await output.restore();
  assert.deepEqual([there.where(), away.where(), settings().output], [["hall"], [""], "hall"]);
});
