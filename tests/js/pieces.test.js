import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { badges } from "../../static/js/pieces/avatar.js";
import { loudness } from "../../static/js/pieces/meter.js";
import { successor } from "../../static/js/pieces/roster.js";
import { Closing } from "../../static/js/pieces/sheet.js";
import { Toast } from "../../static/js/pieces/toast.js";

const looks = (/** @type {Parameters<typeof badges>[0]} */ state) => badges(state).map(({ look, icon, text }) => [look, icon, text].filter(Boolean).join(" "));

test("a face without a state has no badge", () => {
  assert.deepEqual(looks({ rank: "member" }), []);
});

test("a face shows everything that is true of the person", () => {
  assert.deepEqual(looks({ rank: "moderator", muted: true, hand: "3", weak: true, ai: true }), ["rank shield", "mic-off mic-off", "hand hand 3", "weak warn", "ai AI voice"]);
  assert.deepEqual(looks({ rank: "host" }), ["rank star"]);
});

test("the meter says in words whether one is heard", () => {
  assert.equal(loudness(0.1), "Quiet");
  assert.equal(loudness(0.5), "You can be heard");
});

test("when somebody goes, the focus goes to who stands there now, or to the last", () => {
  assert.equal(successor(1, 3), 1);
  assert.equal(successor(3, 3), 2);
  assert.equal(successor(0, 0), -1);
});

test("a sheet that gives way to another is closed once, before the other is shown", () => {
  /** @type {string[]} */
  const told = [];
  const closing = new Closing();
  closing.next(() => told.push("first"));
  closing.next(() => told.push("second"));
  assert.deepEqual(told, ["first"]);
  closing.done();
  closing.done();
  assert.deepEqual(told, ["first", "second"]);
});

Object.assign(globalThis, { document: {} });

/**
 * A toast outside any page.
 * @param {boolean} acts
 */
function toast(acts = false) {
  const gone = mock.fn();
  const piece = Object.assign(new Toast(), { remove: gone, contains: () => false, querySelector: () => (acts ? {} : null) });
  return { piece, gone };
}

test("a toast goes by itself, later when there is something to do about it", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const [plain, acting] = [toast(), toast(true)];
  for (const { piece } of [plain, acting]) piece.release();
  mock.timers.tick(5_000);
  assert.deepEqual([plain.gone.mock.callCount(), acting.gone.mock.callCount()], [1, 0]);
  mock.timers.tick(5_000);
  assert.equal(acting.gone.mock.callCount(), 1);
  mock.timers.reset();
});

test("a toast stays while somebody is at it, and its time begins again when they go", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { piece, gone } = toast();
  piece.release();
  piece.hold();
  mock.timers.tick(60_000);
  piece.release();
  mock.timers.tick(4_999);
  assert.equal(gone.mock.callCount(), 0);
  mock.timers.tick(1);
  assert.equal(gone.mock.callCount(), 1);
  mock.timers.reset();
});
