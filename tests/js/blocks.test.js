import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { Blocks } from "../../static/js/room/blocks.js";
import { polite, quiet } from "./saying.js";

const dana = { uid: "d", name: "Dana" };
/** What the page asked of the server. @type {string[]} */
let asked = [];

mock.timers.enable({ apis: ["setTimeout"] });
Object.assign(document, { querySelector: () => ({ value: "token" }) });
beforeEach(() => {
  quiet();
  asked = [];
});

/** The blocks of a page whose server gives these answers, one after the other, and is away after that. @param {...[number, object?]} answers */
function blocks(...answers) {
  globalThis.fetch = async (path, options) => {
    asked.push(`${options?.method} ${path}`);
    const [status, body] = answers.shift() ?? [];
    if (!status) throw new TypeError("no network");
    return new Response(body ? JSON.stringify(body) : null, { status });
  };
  return new Blocks();
}

/** What was said, once it is. */
function said() {
  mock.timers.tick(1_200);
  return polite.textContent;
}

test("each look asks whom I blocked, since that changes on other pages", async () => {
  const known = blocks([200, { results: [dana] }], [200, { results: [] }]);
  assert.equal(known.has("d"), false);
  await known.load();
  assert.equal(known.has("d"), true);
  await known.load();
  assert.equal(known.has("d"), false);
  assert.deepEqual(asked, ["GET /api/v1/blocks/", "GET /api/v1/blocks/"]);
});

test("without an answer what was known stands", async () => {
  const known = blocks([503], [200, { results: [dana] }]);
  await known.load();
  assert.equal(known.has("d"), false);
  await known.load();
  await known.load();
  assert.equal(known.has("d"), true);
});

test("a block and its end are said, and known", async () => {
  const known = blocks([200, { results: [] }], [201, dana], [204]);
  await known.load();
  await known.block(dana);
  assert.deepEqual([known.has("d"), said()], [true, "You blocked Dana. They are not told."]);
  await known.unblock(dana);
  assert.deepEqual([known.has("d"), said()], [false, "Dana is not blocked any more"]);
  assert.deepEqual(asked.slice(1), ["POST /api/v1/blocks/", "DELETE /api/v1/blocks/d/"]);
});

test("a block that was refused says why, and nothing changed", async () => {
  const known = blocks([200, { results: [] }], [429, { code: "too_many", message: "Wait a minute." }]);
  await known.load();
  await known.block(dana);
  assert.deepEqual([known.has("d"), said()], [false, "Wait a minute."]);
  await known.block(dana);
  assert.deepEqual([known.has("d"), said()], [false, "You are offline at the moment; nothing was changed."]);
});
