import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { watchEvidence } from "../../static/console/evidence.js";
import { polite, quiet } from "./saying.js";

/** An element that keeps what it is given. @returns {any} */
function part(props = {}) {
  /** @type {Set<string>} */
  const classes = new Set();
  const element = {
    dataset: {},
    attributes: /** @type {Record<string, any>} */ ({}),
    children: /** @type {any[]} */ ([]),
    parts: /** @type {Record<string, any>} */ ({}),
    hidden: true,
    focused: false,
    classes,
    classList: { add: (/** @type {string} */ name) => classes.add(name), remove: (/** @type {string} */ name) => classes.delete(name), toggle: (/** @type {string} */ name, /** @type {boolean} */ on) => (on ? classes.add(name) : classes.delete(name)) },
    style: { setProperty: (/** @type {string} */ name, /** @type {string} */ value) => (element.attributes[name] = value) },
    setAttribute: (/** @type {string} */ name, /** @type {string} */ value) => (element.attributes[name] = value),
    addEventListener: (/** @type {string} */ name, /** @type {any} */ listener) => (element.attributes[`on${name}`] = listener),
    append: (/** @type {any[]} */ ...more) => element.children.push(...more),
    prepend: (/** @type {any[]} */ ...more) => element.children.unshift(...more),
    replaceChildren: (/** @type {any[]} */ ...now) => (element.children = now),
    querySelector: (/** @type {string} */ wanted) => element.parts[wanted] ?? null,
    getBoundingClientRect: () => ({ left: 100, width: 200 }),
    focus: () => (element.focused = true),
    ...props,
  };
  return Object.setPrototypeOf(element, Node.prototype);
}

/** Bob for 10 seconds, and Alice for 10 from the third on; of another minute, Carol. */
const TRACKS = [
  { id: 1, freeze: "f1", offset: 0, seconds: 10, words: true },
  { id: 2, freeze: "f1", offset: 3, seconds: 10, words: false },
  { id: 3, freeze: "f2", offset: 0, seconds: 10, words: false },
];
/** @type {Record<string, any>} */
let parts = {};
/** @type {Record<string, any>} */
let boxes = {};
/** What was asked of the server. @type {string[]} */
let asked = [];
/** What it answers to each. @type {() => any} */
let answer = () => new Response();
/** Where the page went. @type {string[]} */
let gone = [];
let started = 0;

const { getElementById, createElement } = document;
const made = (/** @type {string} */ tag) => (tag.startsWith("stoa-") ? createElement.call(document, tag) : part());
Object.assign(document, {
  getElementById: (/** @type {string} */ id) => parts[id] ?? getElementById.call(document, id),
  createElement: made,
  createElementNS: (/** @type {string} */ _, /** @type {string} */ tag) => made(tag),
  querySelectorAll: () => [parts.fetch],
  querySelector: (/** @type {string} */ wanted) => boxes[wanted] ?? (wanted.startsWith("[name") ? { value: "token" } : null),
});
Object.assign(globalThis, {
  window: globalThis,
  location: { assign: (/** @type {string} */ where) => gone.push(where) },
  requestAnimationFrame: () => 1,
  cancelAnimationFrame: () => {},
  fetch: async (/** @type {string} */ url, /** @type {{body: URLSearchParams}} */ { body }) => (asked.push(`${url} ${body}`), answer()),
  AudioContext: class {
    currentTime = 0;
    destination = {};
    async resume() {}
    async decodeAudioData() {
      return { duration: 10, getChannelData: () => new Float32Array(240) };
    }
    createBufferSource() {
      return { connect() {}, start: () => started++, stop() {} };
    }
    createGain = () => ({ connect: (/** @type {any} */ next) => next, gain: { value: 1 } });
    createWaveShaper = () => ({ connect: (/** @type {any} */ next) => next });
    createDynamicsCompressor = () => ({ connect: (/** @type {any} */ next) => next, threshold: {}, knee: {}, ratio: {}, attack: {}, release: {} });
  },
});
mock.timers.enable({ apis: ["setTimeout"] });

beforeEach(() => {
  quiet();
  [asked, gone, started] = [[], [], 0];
  answer = () => new Response(JSON.stringify({ text: "let us hear" }));
  const ids = ["deck", "deck-play", "deck-back", "deck-on", "deck-volume", "deck-controls", "deck-time"];
  parts = Object.fromEntries(ids.map((id) => [id, part()]));
  parts.deck.dataset = { url: "/console/cases/7/evidence/", factor: "/factor/" };
  parts["deck-play"].firstChild = { textContent: "Play " };
  parts["deck-volume"].value = "25";
  parts.tracks = { textContent: JSON.stringify({ tracks: TRACKS }) };
  parts.fetch = part({ dataset: { fetch: "f1" } });
  const box = () => part({ parts: { "[data-wave]": part(), "[data-words]": part(), ".track-who": part() } });
  boxes = Object.fromEntries(TRACKS.map(({ id }) => [`[data-track="${id}"]`, box()]));
});

/** Part of a voice's box. @param {number} id @param {string} what */
const at = (id, what) => boxes[`[data-track="${id}"]`].parts[what];
const time = () => parts["deck-time"].textContent;
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** The board of a page whose minute was fetched. */
async function fetched() {
  const board = watchEvidence();
  assert.ok(board);
  parts.fetch.attributes.onclick();
  for (let turn = 0; turn < 5; turn++) await settled();
  return board;
}

test("a page with nothing to hear has no players", () => {
  delete parts.deck;
  assert.ok(!watchEvidence());
});

test("before anything was fetched keys do nothing", () => {
  const board = watchEvidence();
  board?.toggle();
  board?.skip(1);
  assert.deepEqual([board?.playing, asked, started], [false, [], 0]);
});

test("the voices of the chosen minute are fetched, and words where there are some; nothing plays by itself", async () => {
  const board = await fetched();
  const ask = (/** @type {number} */ id, /** @type {string} */ what) => `/console/cases/7/evidence/ evidence=${id}&what=${what}&csrfmiddlewaretoken=token`;
  assert.deepEqual(asked, [ask(1, "sound"), ask(2, "sound"), ask(1, "words")]);
  assert.deepEqual([board.playing, started, time()], [false, 0, "0:00 / 0:13"]);
  assert.deepEqual([parts["deck-controls"].hidden, parts["deck-play"].focused], [false, true]);
  assert.deepEqual([parts.fetch.disabled, parts.fetch.textContent], [false, "Fetch it again"]);
  assert.equal(at(1, "[data-words]").children.length, 1);
  assert.equal(at(2, "[data-words]").children.length, 0);
});

test("the button plays, then says that it pauses, and pauses", async () => {
  const board = await fetched();
  parts["deck-play"].attributes.onclick();
  assert.deepEqual([board.playing, started], [true, 2]);
  assert.deepEqual([parts["deck-play"].firstChild.textContent, parts["deck-play"].attributes["aria-pressed"]], ["Pause ", "true"]);
  parts["deck-play"].attributes.onclick();
  assert.deepEqual([board.playing, parts["deck-play"].firstChild.textContent], [false, "Play "]);
});

test("one skips five seconds on and back, and each wave shows where its voice is", async () => {
  await fetched();
  parts["deck-on"].attributes.onclick();
  assert.equal(time(), "0:05 / 0:13");
  assert.deepEqual([1, 2].map((id) => at(id, "[data-wave]").attributes["--at"]), ["0.5", "0.2"]);
  parts["deck-back"].attributes.onclick();
  parts["deck-back"].attributes.onclick();
  assert.equal(time(), "0:00 / 0:13");
  assert.equal(at(2, "[data-wave]").attributes["--at"], "0");
});

test("a wave leads to where it is clicked, on the clock of all", async () => {
  await fetched();
  at(2, "[data-wave]").children[0].attributes.onclick({ clientX: 200 });
  assert.equal(time(), "0:08 / 0:13"); // the middle of a voice that begins with the third second
});

test("one voice is heard alone, the other looks so, and a second tap brings it back", async () => {
  const board = await fetched();
  const [bob, alice] = [1, 2].map((id) => at(id, ".track-who").children[0]);
  alice.attributes.onclick();
  assert.deepEqual([bob, alice].map(({ attributes }) => attributes["aria-pressed"]), ["false", "true"]);
  assert.deepEqual([1, 2].map((id) => at(id, "[data-wave]").classes.has("off")), [true, false]);
  board.toggle();
  assert.equal(started, 1);
  board.toggle();
  alice.attributes.onclick();
  assert.deepEqual([1, 2].map((id) => at(id, "[data-wave]").classes.has("off")), [false, false]);
});

test("where the second factor has grown old the page goes to where it is asked for, and says nothing", async () => {
  answer = () => ({ type: "opaqueredirect", ok: false });
  await fetched();
  mock.timers.tick(1_200);
  assert.deepEqual([new Set(gone), polite.textContent], [new Set(["/factor/"]), ""]);
  assert.deepEqual([parts["deck-controls"].hidden, parts.fetch.disabled], [true, false]);
});

test("what the server says of a voice that is not what the log says is read, and not laid to the approval", async () => {
  answer = () => Response.json({ code: "evidence_broken", message: "It is not what the log says it is." }, { status: 403 });
  await fetched();
  mock.timers.tick(1_200);
  assert.equal(polite.textContent, "It is not what the log says it is.");
  assert.deepEqual([parts["deck-controls"].hidden, parts.fetch.disabled], [true, false]);
});

test("a voice that is broken is named in its place, and the others of its minute play", async () => {
  boxes['[data-track="2"]'].parts.strong = part({ textContent: "Alice" });
  const broken = () => Response.json({ code: "evidence_broken", message: "It is not what the log says it is." }, { status: 403 });
  const sound = answer;
  answer = () => (asked.at(-1)?.includes("evidence=2") ? broken() : sound());
  const board = await fetched();
  const [told] = at(2, "[data-words]").children;
  assert.deepEqual([told.attributes.role, told.children[0].children, told.children[1]], ["alert", ["Alice "], "It is not what the log says it is."]);
  assert.deepEqual([time(), at(1, ".track-who").children.length, at(2, ".track-who").children.length], ["0:00 / 0:10", 0, 0]);
  board.toggle();
  assert.deepEqual([board.playing, started], [true, 1]);
});

test("a voice of another minute has no button any more that would have nothing but silence heard", async () => {
  const removed = /** @type {number[]} */ ([]);
  for (const id of [1, 3]) boxes[`[data-track="${id}"]`].parts[".track-solo"] = part({ remove: () => removed.push(id) });
  at(3, "[data-wave]").classes.add("off");
  await fetched();
  assert.deepEqual([removed, at(3, "[data-wave]").classes.has("off")], [[1, 3], false]);
  assert.deepEqual([1, 2, 3].map((id) => at(id, ".track-who").children.length), [1, 1, 0]);
});

test("what may not be opened is said, nothing is shown, and one may try again", async () => {
  answer = () => new Response("", { status: 403 });
  await fetched();
  mock.timers.tick(1_200);
  assert.equal(polite.textContent, "It could not be opened. Perhaps the approval has run out.");
  assert.deepEqual([parts["deck-controls"].hidden, parts.fetch.disabled, parts.fetch.textContent], [true, false, undefined]);
});
