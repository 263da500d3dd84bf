import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

/** The page's elements, what each listens to, and the answer that the server gives. */
const on = /** @type {Record<string, (event?: any) => any>} */ ({});
const listens = { addEventListener: (/** @type {string} */ kind, /** @type {(event?: any) => any} */ listener) => (on[kind] = listener) };
const elements = {
  "new-room": { ...listens, dataset: { room: "/r/ID" }, fields: { title: "Jazz", when: "now" } },
  scheduled: { value: "", min: "", required: false, addEventListener() {} },
  submit: { disabled: false, textContent: "", dataset: { now: "Open the room", later: "Schedule the room" }, focus() {} },
  problem: { hidden: true, textContent: "" },
  later: { hidden: true },
  zone: { textContent: "" },
};
const { submit, problem } = elements;
const world = { answer: () => Response.json({ id: "r1" }, { status: 201 }), went: /** @type {string[]} */ ([]) };

Object.assign(globalThis, {
  FormData: class {
    constructor(/** @type {any} */ { fields }) {
      return Object.entries(fields);
    }
  },
  document: { cookie: "", documentElement: { lang: "en" }, querySelector: () => null, getElementById: (/** @type {keyof typeof elements} */ id) => elements[id] },
  fetch: async () => world.answer(),
  location: { assign: (/** @type {string} */ where) => world.went.push(where) },
  window: listens,
});
Object.defineProperty(globalThis, "navigator", { configurable: true, value: { languages: ["en"] } });
await import("../../static/js/new.js");

beforeEach(() => {
  Object.assign(submit, { disabled: false });
  Object.assign(problem, { hidden: true, textContent: "" });
  world.went = [];
});

const sends = () => on.submit({ preventDefault() {} });

test("a room that is opened leads there; a second tap opens no other, and whoever comes back may open one more", async () => {
  await sends();
  assert.deepEqual([world.went, submit.disabled], [["/r/r1"], true]);
  on.pageshow();
  assert.equal(submit.disabled, false);
});

test("a refusal is said in the server's words, and one can try again", async (t) => {
  t.mock.method(world, "answer", () => Response.json({ code: "too_many_planned", message: "You have twenty." }, { status: 409 }));
  await sends();
  assert.deepEqual([problem.textContent, problem.hidden, submit.disabled, world.went], ["You have twenty.", false, false, []]);
});
