import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { polite, quiet } from "./saying.js";

const { getElementById } = document;
const settled = () => new Promise((resolve) => setImmediate(resolve));
let visits = 0;

/** What an element is told: its listeners, by name. */
class Told {
  /** @type {Record<string, (event: any) => void>} */
  on = {};
  addEventListener = (/** @type {string} */ name, /** @type {any} */ listener) => (this.on[name] = listener);
}

/** The hallway at this address; the server answers that nothing has changed, until it is `down`. */
async function visit({ search = "", hidden = false } = {}) {
  const page = Object.assign(new Told(), {
    server: { down: false },
    asked: /** @type {string[]} */ ([]),
    shown: "",
    hidden,
    field: Object.assign(new Told(), { value: "" }),
    next: { value: "/" },
    form: new Told(),
    rooms: Object.assign(new Told(), { dataset: { etag: '"a"' }, querySelectorAll: () => [], querySelector: () => null }),
    /** Somebody types this, and composes it while `isComposing`. */
    type(/** @type {string} */ text, isComposing = false) {
      page.field.value = text;
      page.field.on.input({ isComposing });
    },
  });
  /** @type {Record<string, object>} */
  const elements = { rooms: page.rooms, search: page.form, q: page.field, found: { textContent: " 2 rooms " } };
  const fetch = async (/** @type {string} */ path) => {
    page.asked.push(path);
    if (page.server.down) throw new TypeError("offline");
    return new Response(null, { status: 304 });
  };
  const querySelector = (/** @type {string} */ wanted) => (wanted === "#me-menu [name=next]" ? page.next : null);
  Object.assign(document, { hidden, addEventListener: page.addEventListener, querySelector, getElementById: (/** @type {string} */ id) => elements[id] ?? getElementById(id) });
  const history = { replaceState: (/** @type {null} */ _, /** @type {string} */ __, /** @type {string} */ path) => (page.shown = path) };
  Object.assign(globalThis, { fetch, history, location: { search }, window: globalThis, HTMLElement: Link });
  await import(`${new URL("../../static/js/hallway.js", import.meta.url).href}?${visits++}`);
  return page;
}

/** The link to more rooms. */
class Link {
  dataset = { page: "2" };
  closest = () => this;
}

/** What was said, once it is. */
function said() {
  mock.timers.tick(1_200);
  return polite.textContent;
}

mock.timers.enable({ apis: ["setTimeout"] });
beforeEach(() => {
  said(); // what a test before this one left to say
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
  quiet();
});

test("the rooms are asked for every fifteen to nineteen seconds, through a line that fails, and not for a page nobody sees", async () => {
  const page = await visit();
  page.server.down = true;
  for (let turn = 0; turn < 2; turn += 1) {
    mock.timers.tick(turn ? 18_750 : 15_000);
    await settled();
  }
  assert.deepEqual(page.asked, Array(2).fill("/?part=rooms"));
  assert.equal(said(), "");
  Object.assign(document, { hidden: true });
  mock.timers.tick(18_750);
  await settled();
  assert.equal(page.asked.length, 2);
  Object.assign(document, { hidden: false });
  page.on.visibilitychange({});
  assert.equal(page.asked.length, 3);
});

test("a search asks once one has stopped typing, keeps its address, and says what it found", async () => {
  const page = await visit();
  for (const text of ["j", "ja", "jazz "]) {
    page.type(text);
    mock.timers.tick(299);
  }
  assert.deepEqual(page.asked, []);
  mock.timers.tick(1);
  await settled();
  assert.deepEqual([page.asked, page.shown], [["/?q=jazz&part=rooms"], "/?q=jazz"]);
  assert.equal(said(), "2 rooms");
});

test("Chinese is searched for when it is composed, and not while it is", async () => {
  const page = await visit();
  page.type("du shu", true);
  mock.timers.tick(1_000);
  assert.deepEqual(page.asked, []);
  page.field.value = "读书";
  page.field.on.compositionend({});
  assert.deepEqual(page.asked, [`/?q=${encodeURIComponent("读书")}&part=rooms`]);
});

test("Enter searches at once, once, and the page stays", async () => {
  const page = await visit();
  page.type("jazz");
  const preventDefault = mock.fn();
  page.form.on.submit({ preventDefault });
  mock.timers.tick(1_000);
  assert.deepEqual([page.asked.length, preventDefault.mock.callCount()], [1, 1]);
});

test("what is shown already is not searched for again, and a search begins on the first page", async () => {
  const page = await visit({ search: "?q=jazz&page=3" });
  page.type(" jazz");
  mock.timers.tick(300);
  assert.deepEqual(page.asked, []);
  page.type("");
  mock.timers.tick(300);
  await settled();
  assert.deepEqual([page.asked, page.shown], [["/?part=rooms"], "/"]);
});

test("whoever searched and chooses another language then has the same rooms in it", async () => {
  const page = await visit();
  page.type("jazz");
  mock.timers.tick(300);
  await settled();
  assert.equal(page.next.value, "/?q=jazz");
});

test("a search that is not answered is said, and finds nothing", async () => {
  const page = await visit();
  page.server.down = true;
  page.type("jazz");
  mock.timers.tick(300);
  await settled();
  assert.equal(said(), "That did not work. Check your network, then try again.");
});

test("more rooms come into the page, and a tap that wants another tab is left to the browser", async () => {
  const page = await visit({ search: "?q=jazz" });
  const event = { target: new Link(), preventDefault: mock.fn() };
  page.rooms.on.click({ ...event, ctrlKey: true });
  assert.deepEqual([page.asked, event.preventDefault.mock.callCount()], [[], 0]);
  page.rooms.on.click(event);
  await settled();
  assert.deepEqual([page.asked, page.shown, event.preventDefault.mock.callCount()], [["/?q=jazz&page=2&part=rooms"], "/?q=jazz&page=2", 1]);
});
