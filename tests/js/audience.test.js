import assert from "node:assert/strict";
import { test } from "node:test";
import { instead, pause, total } from "../../static/js/room/audience.js";

test("names are asked for more rarely the more people listen", () => {
  assert.equal(pause(10), 5_000);
  assert.equal(pause(5_000), 100_000);
});

test("the list is as long as the room says, and a search as long as nobody knows until its end", () => {
  const people = [1, 2, 3];
  assert.equal(total({ people, complete: false }, "", 5_000), 5_000);
  assert.equal(total({ people, complete: true }, "", 5_000), 3);
  assert.equal(total({ people, complete: false }, "an", 5_000), -1);
  assert.equal(total({ people, complete: true }, "an", 5_000), 3);
});

test("an audience without a name in it says why, unless it is searched", () => {
  assert.equal(instead(0, 0, ""), "audience-empty");
  assert.equal(instead(2, 0, ""), "audience-waiting");
  assert.equal(instead(3, 1, ""), "");
  for (const listening of [0, 2]) assert.equal(instead(listening, 0, "an"), "");
});
