import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { polite, quiet } from "./saying.js";

/** What the buttons of a page are: pressed or not, at work or not. */
class Button {
  off = false;
  dataset = { title: "Slow Sunday" };
  listener = async () => {};
  pressed = "false";
  focused = false;
  getAttribute = () => this.pressed;
  setAttribute = (/** @type {string} */ _, /** @type {string} */ value) => (this.pressed = value);
  addEventListener = (/** @type {string} */ _, /** @type {any} */ listener) => (this.listener = listener);
  focus = () => (this.focused = true);
  get disabled() {
    return this.off;
  }
  set disabled(off) {
    if (off && document.activeElement === /** @type {any} */ (this)) Object.assign(document, { activeElement: document.body });
    this.off = off;
  }
}

const { getElementById } = document;
const PLANNED = "2026-07-04T20:05:00Z";
Object.assign(globalThis, { PushManager: class {}, Notification: { permission: "granted" } });
const settled = () => new Promise((resolve) => setImmediate(resolve));
let visits = 0;

/** The page of a room that has not started, which the server says is in this state; `refusal` is what it answers to a tap, and `shows`: this device shows notifications. */
async function visit({ state = "scheduled", refusal = /** @type {object | null} */ (null), down = false, shows = false } = {}) {
  const page = {
    server: { state, refusal, down, planned: PLANNED, shut: 0 },
    asked: /** @type {string[]} */ ([]),
    reloads: 0,
    shared: /** @type {object[]} */ ([]),
    problem: { textContent: "", hidden: true },
    start: new Button(),
    remind: new Button(),
    share: new Button(),
    seen: async () => {},
  };
  /** @type {Record<string, object>} */
  const elements = { prejoin: { dataset: { room: "r1" } }, problem: page.problem, start: page.start, remind: page.remind, share: page.share };
  const fetch = async (/** @type {string} */ path, /** @type {{method: string}} */ { method }) => {
    page.asked.push(`${method} ${path}`);
    if (page.server.down) throw new TypeError("offline");
    if (page.server.shut) return Response.json({ code: "signed_out", message: "" }, { status: page.server.shut });
    if (method === "GET") return Response.json({ state: page.server.state, scheduled_for: page.server.planned });
    return page.server.refusal ? Response.json(page.server.refusal, { status: 409 }) : new Response(null, { status: 204 });
  };
  const addEventListener = (/** @type {string} */ _, /** @type {any} */ listener) => (page.seen = listener);
  Object.assign(document, { addEventListener, hidden: false, cookie: "", querySelector: (/** @type {string} */ wanted) => (wanted.endsWith(" time") ? { dateTime: "2026-07-04T22:05:00+02:00" } : null), getElementById: (/** @type {string} */ id) => elements[id] ?? getElementById(id) });
  Object.assign(globalThis, { fetch, matchMedia: () => ({ matches: false }), location: { reload: () => (page.reloads += 1), origin: "https://stoa.example", pathname: "/r/r1" } });
  const serviceWorker = { getRegistration: async () => ({ pushManager: { getSubscription: async () => (shows ? {} : null) } }) };
  const navigator = { userAgent: "", serviceWorker, share: async (/** @type {object} */ what) => page.shared.push(what) };
  Object.defineProperty(globalThis, "navigator", { configurable: true, value: navigator });
  await import(`${new URL("../../static/js/room/scheduled.js", import.meta.url).href}?${visits++}`);
  return page;
}

/** What was said, once it is. */
function said() {
  mock.timers.tick(1_200);
  return polite.textContent;
}

mock.timers.enable({ apis: ["setTimeout"] });
beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
  quiet();
});

test("the host starts the room, and the page becomes that of a live one", async () => {
  const page = await visit();
  await page.start.listener();
  assert.deepEqual([page.asked, page.reloads], [["POST /api/v1/rooms/r1/start/"], 1]);
});

test("a start that is refused is told in the server's words, the page stays, and one can try again", async () => {
  const page = await visit({ refusal: { code: "suspended", message: "The server is suspended." } });
  Object.assign(document, { body: {}, activeElement: page.start });
  const trying = page.start.listener();
  assert.equal(page.start.disabled, true);
  await trying;
  assert.deepEqual([page.problem.textContent, page.problem.hidden, page.start.disabled, page.reloads], ["The server is suspended.", false, false, 0]);
  assert.equal(page.start.focused, true);
  page.server.refusal = null;
  await page.start.listener();
  assert.deepEqual([page.problem.hidden, page.reloads], [true, 1]);
});

test("without a line a tap changes nothing, and that is said", async () => {
  const page = await visit({ down: true });
  await page.remind.listener();
  assert.deepEqual([page.remind.pressed, page.remind.focused], ["false", false]);
  assert.match(page.problem.textContent, /offline.*nothing was changed/);
});

test("a reminder is set with one tap and taken back with the next, and the focus stays", async () => {
  const page = await visit();
  Object.assign(document, { body: {}, activeElement: page.remind });
  await page.remind.listener();
  assert.deepEqual([page.remind.pressed, page.remind.focused], ["true", true]);
  assert.match(said(), /not on this one yet/);
  await page.remind.listener();
  assert.equal(page.remind.pressed, "false");
  assert.equal(said(), "You will not be reminded");
  assert.deepEqual(page.asked, ["POST /api/v1/rooms/r1/reminder/", "DELETE /api/v1/rooms/r1/reminder/"]);
});

test("where notifications are shown a reminder needs nothing more", async () => {
  const page = await visit({ shows: true });
  await page.remind.listener();
  assert.equal(said(), "You will be reminded");
});

test("the room is given away by its own address, without what else stands in the line", async () => {
  const page = await visit();
  await page.share.listener();
  assert.deepEqual(page.shared, [{ url: "https://stoa.example/r/r1", title: "Slow Sunday" }]);
});

test("whoever waits asks every ten to fifteen seconds, through a line that fails, until it has started", async () => {
  const page = await visit();
  mock.timers.tick(9_999);
  assert.deepEqual(page.asked, []);
  mock.timers.tick(1);
  await settled();
  page.server.down = true;
  mock.timers.tick(15_000);
  await settled();
  Object.assign(page.server, { down: false, state: "live" });
  assert.deepEqual([page.asked, page.reloads], [Array(2).fill("GET /api/v1/rooms/r1/"), 0]);
  mock.timers.tick(15_000);
  await settled();
  assert.deepEqual([page.asked.length, page.reloads], [3, 1]);
  mock.timers.tick(60_000);
  await settled();
  assert.equal(page.asked.length, 3);
});

test("whoever waits for a room that moves sees when it is now", async () => {
  const page = await visit();
  page.server.planned = "2026-07-04T21:05:00Z";
  mock.timers.tick(15_000);
  await settled();
  assert.equal(page.reloads, 1);
});

for (const shut of [401, 403, 404]) {
  test(`whoever waits and is answered ${shut} waits no longer: the page says why`, async () => {
    const page = await visit();
    page.server.shut = shut;
    mock.timers.tick(15_000);
    await settled();
    assert.equal(page.reloads, 1);
  });
}

test("a server that is busy is asked again", async () => {
  const page = await visit();
  page.server.shut = 503;
  mock.timers.tick(15_000);
  await settled();
  assert.equal(page.reloads, 0);
});

test("a page behind others asks nothing, and at once as it is seen again", async () => {
  const page = await visit();
  Object.assign(document, { hidden: true });
  page.server.state = "live";
  mock.timers.tick(10_000);
  await settled();
  await page.seen();
  assert.deepEqual([page.asked, page.reloads], [[], 0]);
  Object.assign(document, { hidden: false });
  await page.seen();
  assert.deepEqual([page.asked.length, page.reloads], [1, 1]);
});
