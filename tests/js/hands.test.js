import assert from "node:assert/strict";
import { test } from "node:test";
import { nobody } from "../../static/js/room/hands.js";

/** @type {import("../../static/js/room/protocol.js").Member} */
const you = { number: 1, uid: "a0", name: "Alice", rank: "member", stage: "audience", muted: false, hand: null };

test("only whoever may raise a hand is told to", () => {
  assert.match(nobody(you, ["raise_hand"]), /Raise your hand/);
  assert.equal(nobody(you, []), "Nobody waits to speak.");
  assert.match(nobody({ ...you, rank: "host" }, []), /invite people from the audience/);
});
