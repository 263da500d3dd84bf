import assert from "node:assert/strict";
import { test } from "node:test";
import { asks } from "../../static/console/verdict.js";

const RULES = {
  warn: { timed: false, second: false, longest: null },
  suspend: { timed: true, second: false, longest: 30 },
  ban: { timed: false, second: true, longest: null },
  restrict_reporting: { timed: true, second: false, longest: 90 },
};
const chosen = { measure: "warn", days: 365, ground: "terms" };

test("only what a measure takes is asked for", () => {
  assert.deepEqual(asks(RULES, chosen), { timed: false, report: false, law: false, two: false });
  assert.equal(asks(RULES, { ...chosen, measure: "suspend" }).timed, true);
  assert.equal(asks(RULES, { ...chosen, measure: "restrict_reporting" }).report, true);
  assert.equal(asks(RULES, { ...chosen, ground: "law" }).law, true);
});

test("it takes two people by its kind or by its length", () => {
  assert.equal(asks(RULES, { ...chosen, measure: "ban" }).two, true);
  assert.equal(asks(RULES, { ...chosen, measure: "suspend", days: 30 }).two, false);
  assert.equal(asks(RULES, { ...chosen, measure: "suspend", days: 90 }).two, true);
});

test("nothing chosen asks for nothing", () => {
  assert.deepEqual(asks(RULES, { ...chosen, measure: "" }), { timed: false, report: false, law: false, two: false });
});
