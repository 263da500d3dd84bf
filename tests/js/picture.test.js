import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

/** The page's form, and what became of it. */
const page = {
  sent: 0,
  /** @type {any} */
  chosen: undefined,
  hidden: false,
  problem: { textContent: "" },
  /** Where the picture is cut, as drawn. @type {number[]} */
  drawn: [],
  readable: true,
};
const input = {
  get files() {
    return page.chosen ? [page.chosen] : [];
  },
  set files(files) {
    page.chosen = files[0];
  },
  change: () => {},
  addEventListener: (/** @type {string} */ _, /** @type {() => void} */ listener) => (input.change = listener),
};
const form = {
  elements: { namedItem: () => input },
  querySelector: (/** @type {string} */ wanted) => (wanted === "[data-problem]" ? page.problem : Object.defineProperty({}, "hidden", { set: (hidden) => (page.hidden = hidden) })),
  submit: () => page.sent++,
};
const canvas = {
  width: 0,
  height: 0,
  getContext: () => ({ fillRect() {}, drawImage: (/** @type {any} */ _, /** @type {number[]} */ ...where) => (page.drawn = where) }),
  toBlob: (/** @type {(blob: Blob) => void} */ made, /** @type {string} */ type) => made(new Blob(["small"], { type })),
};
Object.assign(globalThis, {
  document: { documentElement: { lang: "en" }, querySelector: () => form, createElement: () => canvas, getElementById: () => null },
  createImageBitmap: async () => {
    if (!page.readable) throw new DOMException("no picture", "InvalidStateError");
    return { width: 4000, height: 3000, close() {} };
  },
  DataTransfer: class {
    /** @type {File[]} */
    files = [];
    items = { add: (/** @type {File} */ file) => this.files.push(file) };
  },
});
const { fits, middle } = await import("../../static/accounts/picture.js");

beforeEach(() => Object.assign(page, { sent: 0, chosen: undefined, drawn: [], readable: true, problem: Object.assign(page.problem, { textContent: "" }) }));

/** Somebody chooses this file, and what follows is done. @param {{name: string, size: number, type: string} | undefined} file */
async function choose(file) {
  page.chosen = file;
  input.change();
  await new Promise((resolve) => setImmediate(resolve));
}

test("a picture is cut to the square in its middle", () => {
  assert.deepEqual(middle(4000, 3000), { x: 500, y: 0, side: 3000 });
  assert.deepEqual(middle(3000, 4001), { x: 0, y: 500.5, side: 3000 });
});

test("only a small file of a kind that the server reads is sent as it is", () => {
  const mega = 1024 * 1024;
  assert.equal(fits({ size: mega, type: "image/png" }), true);
  assert.equal(fits({ size: mega + 1, type: "image/png" }), false);
  assert.equal(fits({ size: 10, type: "image/heic" }), false);
  assert.equal(fits({ size: 10, type: "image/svg+xml" }), false);
});

test("what is chosen is sent at once, so the button is hidden", async () => {
  assert.equal(page.hidden, true);
  const small = { name: "me.png", size: 10, type: "image/png" };
  await choose(small);
  assert.deepEqual([page.sent, page.chosen, page.drawn], [1, small, []]);
});

test("a photograph is made small before it is sent", async () => {
  await choose({ name: "IMG_1.HEIC", size: 9_000_000, type: "image/heic" });
  assert.deepEqual([page.sent, page.chosen.name, page.chosen.type], [1, "picture.jpg", "image/jpeg"]);
  assert.deepEqual([page.drawn, canvas.width, canvas.height], [[500, 0, 3000, 3000, 0, 0, 512, 512], 512, 512]);
});

test("nothing chosen is nothing sent", async () => {
  await choose(undefined);
  assert.deepEqual([page.sent, page.problem.textContent], [0, ""]);
});

test("what no browser can read is not sent, that is said, and the next choice takes it back", async () => {
  page.readable = false;
  await choose({ name: "song.mp3", size: 10, type: "audio/mpeg" });
  assert.deepEqual([page.sent, page.problem.textContent], [0, "This could not be read as a picture. JPEG, PNG, WebP and GIF will do."]);
  await choose({ name: "me.png", size: 10, type: "image/png" });
  assert.deepEqual([page.sent, page.problem.textContent], [1, ""]);
});
