import assert from "node:assert/strict";
import { test } from "node:test";

import { Measures, told } from "../../static/js/room/measures.js";
import { stopped } from "../../static/js/room/words.js";

/** @param {string} measure @param {string} [url] */
function a(measure, url = "/privacy/decisions/7/") {
  return { measure, text: "You spoke over everybody.", decision: 7, url };
}

test("a measure is said at once", () => {
  /** @type {string[]} */
  const said = [];
  new Measures(({ measure }) => said.push(measure)).take(a("mute"));
  assert.deepEqual(said, ["mute"]);
});

test("what was done comes before the reasons, whatever it is called", () => {
  assert.equal(told(a("warn")), "A moderator of this server warns you. You spoke over everybody.");
  assert.match(told(a("something new")), /^A moderator of this server decided .* You spoke over everybody\.$/);
  assert.equal(told({ ...a("warn"), text: "" }), "A moderator of this server warns you.");
});

test("what a rule of the server may have done is laid to no moderator", () => {
  assert.match(told(a("move_to_audience")), /^The moderation of this server moved you .* You spoke over everybody\.$/);
});

test("what the whole room is put through is said to everybody", () => {
  for (const measure of ["mute_all", "lock", "unlock", "slow"]) {
    assert.match(told(a(measure, "")), /^A moderator of this server (?!decided).* You spoke over everybody\.$/);
  }
});

test("what ends a visit is said by its screen, with the way to appeal", () => {
  for (const [reason, measure] of [["removed", "remove"], ["banned", "ban_room"], ["suspended", "ban"], ["ended", "end_room"]]) {
    const measures = heard(measure);
    const words = measures.conclude(reason, stopped(reason));
    assert.equal(words.title, stopped(reason).title);
    assert.equal(words.text, told(a(measure)));
    assert.equal(words.more, "/privacy/decisions/7/");
    assert.deepEqual(measures.conclude(reason, stopped(reason)), stopped(reason));
  }
});

test("a measure is no reason for an end that it did not bring about", () => {
  assert.deepEqual(heard("mute").conclude("removed", stopped("removed")), stopped("removed"));
  assert.deepEqual(new Measures(() => {}).conclude("ended", stopped("ended")), stopped("ended"));
});

test("a suspension without a decision leads to all decisions", () => {
  const measures = new Measures(() => {});
  measures.take(a("suspend", ""));
  assert.equal(measures.conclude("suspended", stopped("suspended")).more, "/privacy/decisions/");
});

test("what a measure did is not said a second time", () => {
  const measures = heard("mute");
  assert.ok(!measures.said("move_to_audience"));
  assert.ok(measures.said("mute", "mute_all"));
  assert.ok(!measures.said("mute", "mute_all"));
  assert.ok(!new Measures(() => {}).said(""));
});

/** @param {string} measure */
function heard(measure) {
  const measures = new Measures(() => {});
  measures.take(a(measure));
  return measures;
}
