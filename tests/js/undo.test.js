import assert from "node:assert/strict";
import { test } from "node:test";
import { deed, inverse } from "../../static/js/room/undo.js";

/** @typedef {import("../../static/js/room/protocol.js").Move} Move */

test("what can be taken back is taken back by the move that leads back", () => {
  for (const move of /** @type {Move[]} */ (["invite", "move_to_audience", "make_moderator", "unmake_moderator", "lock", "unlock"])) {
    const back = inverse(move);
    assert.ok(back);
    assert.equal(inverse(back), move);
  }
});

test("an invitation taken back puts whoever waited in line where they waited, and nobody else", () => {
  assert.equal(inverse("invite", "hand_up"), "take_back");
  assert.equal(inverse("take_back"), "invite");
  assert.equal(inverse("invite", "audience"), "move_to_audience");
});

test("a mute, a removal and a ban offer no way back, because the room has none", () => {
  for (const move of /** @type {Move[]} */ (["mute", "remove", "ban", "end", "pass_host"])) assert.equal(inverse(move), undefined);
});

test("what was done is said with the name", () => {
  assert.equal(deed("invite", "Bob"), "Bob is invited to speak");
  assert.equal(deed("raise_hand", "Bob"), "");
});
