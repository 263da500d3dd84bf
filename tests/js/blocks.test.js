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

test("whom I blocked is asked for once, and is news where there is somebody", async () => {
  const known = blocks([200, { results: [dana] }]);
  assert.deepEqual([known.has("d"), await known.load(), await known.load(), known.has("d")], [false, true, false, true]);
  assert.deepEqual(asked, ["GET /api/v1/blocks/"]);
  assert.equal(await blocks([200, { results: [] }]).load(), false);
});

test("without an answer nobody counts as blocked, and the next look asks again", async () => {
  const known = blocks([503], [200, { results: [dana] }]);
  assert.deepEqual([await known.load(), known.has("d")], [false, false]);
  assert.deepEqual([await known.load(), known.has("d")], [true, true]);
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
