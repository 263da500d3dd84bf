import assert from "node:assert/strict";
import { test } from "node:test";
import { DETOURS, GOING } from "../../static/js/room/going.js";
import { MICROPHONE, PLACES } from "../../static/js/room/permission.js";
import { STATES } from "../../static/js/room/states.js";
import { STOPPED } from "../../static/js/room/words.js";

/** The names of the states that are shown as this. @param {string} kind */
const named = (kind) => STATES.filter((state) => state.kind === kind).map(({ name }) => name).toSorted();

test("every reason that stops somebody is a state, and no state is one that the room has no words for", () => {
  assert.deepEqual(named("screen"), Object.keys(STOPPED).toSorted());
});

test("all that can be going on is a state, in a banner or in a toast", () => {
  assert.deepEqual(named("banner"), Object.keys(GOING).toSorted());
  assert.equal(named("toast").length, Object.keys(DETOURS).length);
});

test("every trouble with a microphone is a state, a blocked one in each place where it is allowed again", () => {
  const troubles = Object.keys(MICROPHONE).flatMap((name) => (name === "denied" ? PLACES.map((place) => `denied_${place}`) : [name]));
  assert.deepEqual(named("sheet"), troubles.map((name) => `microphone_${name}`).toSorted());
});

test("no two states share a name: each has an address of its own", () => {
  assert.equal(new Set(STATES.map(({ name }) => name)).size, STATES.length);
});
