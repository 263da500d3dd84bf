import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { late, later } from "../../static/js/later.js";
import { polite, quiet } from "./saying.js";

mock.timers.enable({ apis: ["setTimeout"] });
beforeEach(quiet);

/** What was said, once it is. */
function said() {
  mock.timers.tick(1_200);
  return polite.textContent;
}

const ADDRESS = new URL("https://stoa.example/static/js/report.js");
const script = { open: () => "opened" };

/** What imports the script over lines that answer so, one after the other, and what was asked of them. @param {(Response | TypeError)[]} answers */
const over = (...answers) => all([ADDRESS], ...answers);

/**
 * The same for a script that imports others.
 * @param {URL[]} addresses
 * @param {(Response | TypeError)[]} answers
 */
function all(addresses, ...answers) {
  /** @type {string[]} */
  const asked = [];
  globalThis.fetch = async (address) => {
    asked.push(`fetched ${address}`);
    const answer = answers.shift();
    if (answer instanceof Response) return answer;
    throw answer;
  };
  const load = late(addresses, async () => (asked.push("imported"), script));
  return { asked, load };
}

const gone = () => new TypeError("NetworkError when attempting to fetch resource.");

test("a script is not imported before it is there, so that a browser which remembers a failed import has none", async () => {
  const { asked, load } = over(gone(), new Response("gateway", { status: 502 }), new Response("code"));
  assert.equal(await later(load), undefined);
  assert.match(said(), /did not come/);
  assert.equal(await later(load), undefined);
  assert.match(said(), /did not come/);
  assert.deepEqual(asked, Array(2).fill(`fetched ${ADDRESS}`));
  assert.equal(await later(load), script);
  assert.deepEqual(asked.slice(2), [`fetched ${ADDRESS}`, "imported"]);
});

test("a script is not imported before all that it imports is there", async () => {
  const other = new URL("menu.js", ADDRESS);
  const { asked, load } = all([ADDRESS, other], new Response("code"), gone(), new Response("code"), new Response("code"));
  assert.equal(await later(load), undefined);
  assert.match(said(), /did not come/);
  assert.equal(await later(load), script);
  const both = [`fetched ${ADDRESS}`, `fetched ${other}`];
  assert.deepEqual(asked, [...both, ...both, "imported"]);
});

test("a script that stops half way is not imported either", async () => {
  const half = new ReadableStream({ pull: (stream) => stream.error(gone()) });
  const { asked, load } = over(new Response(half));
  assert.equal(await later(load), undefined);
  assert.match(said(), /did not come/);
  assert.deepEqual(asked, [`fetched ${ADDRESS}`]);
});

test("a script that has come is not fetched again: it opens while the line is down", async () => {
  const { load } = over(new Response("code"), gone());
  await load();
  assert.equal(await load(), script);
});

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
