import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Acts } from "../../static/js/room/acts.js";
import { polite, quiet } from "./saying.js";

/** @type {import("../../static/js/room/protocol.js").Member} */
const bob = { number: 2, uid: "b", name: "Bob", rank: "member", stage: "audience", muted: false, hand: null };

test("a mute said offline or twice has done what it should, and nothing is shown", async () => {
  const acts = new Acts(async () => ({ type: "error", code: "offline" }));
  assert.equal((await acts.say("mute")).code, "offline");
  const again = new Acts(async () => ({ type: "error", code: "already" }));
  assert.equal((await again.say("mute", bob)).code, "already");
});

test("what happens to somebody by my own move is mine once, and no news", async () => {
  const acts = new Acts(() => new Promise(() => undefined));
  acts.make("mute", bob);
  assert.equal(acts.mine(2), true);
  assert.equal(acts.mine(2), false);
});

test("a move that was refused is nobody's doing", async () => {
  const acts = new Acts(async () => ({ type: "error", code: "already" }));
  await acts.make("mute", bob);
  assert.equal(acts.mine(2), false);
});

test("a move that comes to nothing is told to whoever remembers it, one that is made is not", async () => {
  const failed = mock.fn();
  const answers = [{ type: "ack" }, { type: "error", code: "already" }];
  const acts = new Acts(async () => /** @type {any} */ (answers.shift()), failed);
  for (const told of [[], [["step_down"]]]) {
    await acts.say("step_down");
    assert.deepEqual(failed.mock.calls.map((call) => call.arguments), told);
  }
});

test("a room that ends before it answers has ended, and nothing is refused", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  /** What is said when the move comes to this. @param {string} code */
  const said = async (code) => {
    quiet();
    await new Acts(async () => ({ type: "error", code })).make("end");
    mock.timers.tick(1_200);
    return polite.textContent;
  };
  assert.equal(await said("over"), "");
  assert.match(await said("offline"), /offline/);
});
