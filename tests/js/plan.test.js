import assert from "node:assert/strict";
import { test } from "node:test";
import { editedRoom, names, newRoom, unknown, watchTime } from "../../static/js/plan.js";

const WORDS = { title: "Jazz", topic: "", language: "en" };
const PLANNED = new Date(2026, 0, 3, 20, 0, 30);

test("a room that opens now says nothing of a time or of moderators, whatever stands in the hidden fields", () => {
  const fields = { ...WORDS, access: "open", when: "now", scheduled: "2026-01-04T20:00", moderators: "bob" };
  assert.deepEqual(newRoom(fields), { ...WORDS, access: "open" });
});

test("a time is said as the moment that it is where the reader is", () => {
  const fields = { ...WORDS, access: "invite", when: "later", scheduled: "2026-01-04T20:00", moderators: "" };
  const { scheduled_for } = /** @type {{scheduled_for: string}} */ (newRoom(fields));
  assert.equal(new Date(scheduled_for).getTime(), new Date(2026, 0, 4, 20).getTime());
  assert.match(scheduled_for, /Z$/);
  assert.equal(editedRoom({ ...WORDS, scheduled: "2026-01-04T20:00" }, PLANNED).scheduled_for, scheduled_for);
});

test("an edited room has its words and time, and no access", () => {
  const edited = editedRoom({ ...WORDS, access: "open", when: "later", scheduled: "2026-01-04T20:00" }, PLANNED);
  assert.deepEqual(Object.keys(edited), ["title", "topic", "language", "scheduled_for"]);
});

test("words that change leave the time as it is, to the second", () => {
  assert.deepEqual(editedRoom({ ...WORDS, scheduled: "2026-01-03T20:00" }, PLANNED), WORDS);
});

test("words that change leave the time as it is, also in the second of two hours that clocks show alike", () => {
  const zone = process.env.TZ;
  process.env.TZ = "Europe/Berlin";
  assert.deepEqual(editedRoom({ ...WORDS, scheduled: "2026-10-25T02:30" }, new Date("2026-10-25T01:30:00Z")), WORDS);
  if (zone) process.env.TZ = zone;
  else delete process.env.TZ;
});

test("a time that has passed may stay, and none before it or before now be chosen", () => {
  /** @type {any} */
  const field = { value: "2026-01-03T20:00", addEventListener() {} };
  watchTime(field, /** @type {any} */ ({}), PLANNED);
  assert.equal(field.min, "2026-01-03T20:00");
  watchTime(field, /** @type {any} */ ({}), new Date(Date.now() + 3_600_000));
  assert.ok(Date.parse(field.min) <= Date.now());
});

test("user names stand apart by spaces or commas of either script, each once", () => {
  assert.deepEqual(names(" bob, carol，陈伟、bob;dana "), ["bob", "carol", "陈伟", "dana"]);
  assert.deepEqual(names(), []);
});

test("a user name that nobody has is said with what to do; of several nobody knows which", () => {
  assert.equal(unknown(["mallory"]), "Nobody here has this user name: mallory. Check how it is written.");
  assert.equal(unknown(["bob", "mallory"]), "Somebody of these is not here: bob, mallory. Check how the user names are written.");
});
