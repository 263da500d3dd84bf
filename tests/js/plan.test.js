import assert from "node:assert/strict";
import { test } from "node:test";
import { editedRoom, names, newRoom, unknown } from "../../static/js/plan.js";

const WORDS = { title: "Jazz", topic: "", language: "en" };

test("a room that opens now says nothing of a time or of moderators, whatever stands in the hidden fields", () => {
  const fields = { ...WORDS, access: "open", when: "now", scheduled: "2026-01-04T20:00", moderators: "bob" };
  assert.deepEqual(newRoom(fields), { ...WORDS, access: "open" });
});

test("a time is said as the moment that it is where the reader is", () => {
  const fields = { ...WORDS, access: "invite", when: "later", scheduled: "2026-01-04T20:00", moderators: "" };
  const { scheduled_for } = /** @type {{scheduled_for: string}} */ (newRoom(fields));
  assert.equal(new Date(scheduled_for).getTime(), new Date(2026, 0, 4, 20).getTime());
  assert.match(scheduled_for, /Z$/);
  assert.equal(editedRoom({ ...WORDS, scheduled: "2026-01-04T20:00" }).scheduled_for, scheduled_for);
});

test("an edited room has its words and time, and no access", () => {
  const edited = editedRoom({ ...WORDS, access: "open", when: "later", scheduled: "2026-01-04T20:00" });
  assert.deepEqual(Object.keys(edited), ["title", "topic", "language", "scheduled_for"]);
});

test("user names stand apart by spaces or commas of either script, each once", () => {
  assert.deepEqual(names(" bob, carol，陈伟、bob;dana "), ["bob", "carol", "陈伟", "dana"]);
  assert.deepEqual(names(), []);
});

test("a user name that nobody has is said with what to do; of several nobody knows which", () => {
  assert.equal(unknown(["mallory"]), "Nobody here has this user name: mallory. Check how it is written.");
  assert.equal(unknown(["bob", "mallory"]), "Somebody of these is not here: bob, mallory. Check how the user names are written.");
});
