import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { later } from "../../static/js/later.js";
import { polite, quiet } from "./saying.js";

mock.timers.enable({ apis: ["setTimeout"] });
beforeEach(quiet);

/** What was said, once it is. */
function said() {
  mock.timers.tick(1_200);
  return polite.textContent;
}

test("a script that comes is used, and nothing is said", async () => {
  const sheet = { open: () => "opened" };
  assert.equal((await later(async () => sheet))?.open(), "opened");
  assert.equal(said(), "");
});

test("a script that does not come is said, and nothing breaks", async () => {
  const none = await later(() => Promise.reject(new TypeError("Failed to fetch dynamically imported module")));
  assert.equal(none, undefined);
  assert.match(said(), /did not come. Check your network/);
});

test("a script that comes when nobody wants it any more is left alone", async () => {
  assert.equal(await later(async () => ({}), () => false), undefined);
  assert.equal(said(), "");
});

test("what opens late gives the focus back to what was tapped, whatever has it meanwhile", async () => {
  const page = /** @type {{activeElement: any}} */ (/** @type {unknown} */ (document));
  const more = { focus: () => (page.activeElement = more) };
  page.activeElement = more;
  const sheet = later(async () => ({}));
  page.activeElement = { focus() {} };
  await sheet;
  assert.equal(page.activeElement, more);
  assert.equal(await later(async () => ((page.activeElement = null), {}), () => false), undefined);
  assert.equal(page.activeElement, null);
});

test("a script that comes and is broken is no matter of the network", async () => {
  await assert.rejects(later(() => Promise.reject(new SyntaxError("unexpected token"))), SyntaxError);
  assert.equal(said(), "");
});
