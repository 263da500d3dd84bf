import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { settled } from "./paper.js";

/** The page's elements by attribute, each with what it listens to. @type {Record<string, any>} */
const page = Object.fromEntries(
  ["tone", "heard", "speak", "said", "meter", "try"].map((name) => {
    /** @type {Record<string, () => void>} */
    const on = {};
    const element = { disabled: true, hidden: false, textContent: "", children: /** @type {any[]} */ ([]), on };
    const addEventListener = (/** @type {string} */ kind, /** @type {() => void} */ listener) => (on[kind] = listener);
    return [name, Object.assign(element, { addEventListener, replaceChildren: (/** @type {any[]} */ ...shown) => (element.children = shown) })];
  }),
);
/** How loud it is before the microphone, how often that was read, and what the browser was asked and told. */
const world = { loud: 0, read: 0, trouble: "", tracks: /** @type {any[]} */ ([]), leave: () => {} };

const track = () => {
  const made = { stopped: false, onended: () => {}, getSettings: () => ({}), clone: track, stop: () => (made.stopped = true) };
  world.tracks.push(made);
  return made;
};
Object.assign(document, { querySelector: (/** @type {string} */ wanted) => page[wanted.slice("[data-".length, -1)] });
Object.assign(navigator, {
  mediaDevices: {
    async getUserMedia() {
      if (world.trouble) throw new DOMException("", world.trouble);
      const [made] = [track()];
      return { getAudioTracks: () => [made] };
    },
  },
});
Object.assign(globalThis, {
  window: { addEventListener: (/** @type {string} */ kind, /** @type {() => void} */ listener) => kind === "pagehide" && (world.leave = listener) },
  MediaStream: class {},
  AudioContext: class {
    createMediaStreamSource = () => ({ connect() {} });
    resume = async () => {};
    close() {}
  },
  AnalyserNode: class {
    getFloatTimeDomainData = (/** @type {Float32Array} */ samples) => (world.read++, samples.fill(world.loud));
  },
});
mock.timers.enable({ apis: ["setInterval"] });
await import("../../static/accounts/sound.js");

beforeEach(() => {
  world.leave();
  Object.assign(world, { loud: 0, read: 0, trouble: "", tracks: [] });
});

/** Somebody tries the microphone, and what follows is done. */
async function tries() {
  page.try.on.click();
  await settled();
}

test("a voice moves the bar, and is said to be heard well", async () => {
  await tries();
  assert.equal(page.said.textContent, "Say something: the bar should move.");
  world.loud = 0.5;
  mock.timers.tick(80);
  assert.ok(page.meter.children[0].level > 0.8);
  assert.equal(page.said.textContent, "We hear you well. You are ready to speak.");
});

test("a page that is left reads no microphone any more, and whoever comes back may try again", async () => {
  await tries();
  mock.timers.tick(80);
  world.leave();
  world.read = 0;
  mock.timers.tick(800);
  assert.equal(world.read, 0);
  assert.deepEqual(world.tracks.map(({ stopped }) => stopped), [true, true]);
  assert.deepEqual([page.try.hidden, page.try.disabled, page.said.textContent, page.meter.children], [false, false, "", []]);
  await tries();
  mock.timers.tick(80);
  assert.deepEqual([world.read, page.said.textContent], [1, "Say something: the bar should move."]);
});

test("a microphone that is pulled out is said to be gone, and another may be tried", async () => {
  await tries();
  world.tracks[0].onended();
  assert.match(page.said.textContent, /No microphone was found/);
  assert.deepEqual([page.try.hidden, page.try.disabled, page.meter.children], [false, false, []]);
});

test("a microphone that does not open leaves the button, with what to do", async () => {
  world.trouble = "NotReadableError";
  await tries();
  assert.match(page.said.textContent, /The microphone is busy/);
  assert.deepEqual([page.try.hidden, page.try.disabled], [false, false]);
});
