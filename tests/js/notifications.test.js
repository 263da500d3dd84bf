import assert from "node:assert/strict";
import { test } from "node:test";
import { stateOf } from "../../static/accounts/notifications.js";

const LINE = { endpoint: "https://push.example/1", keys: { p256dh: "p", auth: "a" } };
const TOLD = `POST /api/v1/push/ ${JSON.stringify(LINE)}`;

const here = { supported: true, apple: false, installed: false, permission: "default", subscribed: false };

test("they are on where the person allowed them and the browser has a line to its push service", () => {
  assert.equal(stateOf(here), "off");
  assert.equal(stateOf({ ...here, permission: "granted" }), "off");
  assert.equal(stateOf({ ...here, permission: "granted", subscribed: true }), "on");
});

test("whoever forbade them, or took the permission back, is not told that they are on", () => {
  assert.equal(stateOf({ ...here, permission: "denied" }), "denied");
  assert.equal(stateOf({ ...here, permission: "denied", subscribed: true }), "denied");
  assert.equal(stateOf({ ...here, subscribed: true }), "off");
});

test("an iPhone has them once Stoa is installed, and elsewhere there is no such way", () => {
  const none = { ...here, supported: false, permission: "denied" };
  assert.equal(stateOf(none), "unsupported");
  assert.equal(stateOf({ ...none, apple: true }), "install");
  assert.equal(stateOf({ ...none, apple: true, installed: true }), "unsupported");
  assert.equal(stateOf({ ...here, apple: true, installed: true }), "off");
});

let visits = 0;

/** The page about oneself, opened where notifications stand so; `answer` is what the person says when the browser asks. */
async function visit({ permission = "default", subscribed = false, answer = "granted" } = {}) {
  const line = {
    endpoint: LINE.endpoint,
    toJSON: () => LINE,
    async unsubscribe() {
      page.subscription = null;
    },
  };
  const page = {
    words: { textContent: "" },
    button: { textContent: "", hidden: false, disabled: false, onclick: async () => {} },
    subscription: subscribed ? line : null,
    reached: true, // the browser's push service
    refusal: /** @type {Response | null} */ (null), // what our server says no with
    down: false, // no road to it
    asked: /** @type {string[]} */ ([]), // of our server
  };
  const pushManager = {
    getSubscription: async () => page.subscription,
    subscribe: async (/** @type {any} */ { applicationServerKey, userVisibleOnly }) => {
      if (!page.reached) throw new Error("push service error");
      assert.deepEqual([[...applicationServerKey], userVisibleOnly], [[0xfb, 0xff], true]);
      return (page.subscription = line);
    },
  };
  const registration = { pushManager, active: { postMessage() {} } };
  const serviceWorker = { ready: Promise.resolve(registration), register: async () => registration, getRegistration: async () => registration };
  const Notification = {
    permission,
    /** @returns {Promise<string>} */
    async requestPermission() {
      return (Notification.permission = answer);
    },
  };
  const root = { querySelector: (/** @type {string} */ part) => (part === "[data-switch]" ? page.button : page.words) };
  const document = {
    cookie: "csrftoken=c",
    documentElement: { lang: "en" },
    querySelector: (/** @type {string} */ part) => (part === "[data-notifications]" ? root : null),
  };
  const fetch = async (/** @type {string} */ path, /** @type {{method: string, body?: string}} */ { method, body }) => {
    page.asked.push([method, path, body].filter(Boolean).join(" "));
    if (page.down) throw new TypeError("offline");
    if (page.refusal) return page.refusal;
    return method === "GET" ? Response.json({ key: "-_8" }) : new Response(null, { status: 204 });
  };
  Object.defineProperty(globalThis, "navigator", { configurable: true, value: { serviceWorker, userAgent: "", maxTouchPoints: 0 } });
  Object.assign(globalThis, { document, fetch, Notification, PushManager: class {}, matchMedia: () => ({ matches: false }) });
  await import(`${new URL("../../static/accounts/notifications.js", import.meta.url).href}?${visits++}`);
  await new Promise((resolve) => setImmediate(resolve)); // what the page does by itself is done
  return page;
}

test("a tap asks the browser and tells the server; another takes both back", async () => {
  const page = await visit();
  assert.deepEqual([page.words.textContent, page.button.textContent, page.button.hidden], ["Off on this device.", "Turn on here", false]);
  assert.deepEqual(page.asked, []);
  await page.button.onclick();
  assert.deepEqual(page.asked, ["GET /api/v1/push/", TOLD]);
  assert.match(page.words.textContent, /^On for this device/);
  assert.equal(page.button.textContent, "Turn off here");
  await page.button.onclick();
  assert.equal(page.asked.at(-1), `DELETE /api/v1/push/ {"endpoint":"${LINE.endpoint}"}`);
  assert.equal(page.subscription, null);
  assert.equal(page.words.textContent, "Off on this device.");
});

test("a push service that cannot be reached is said, the server hears of no line, and one can try again", async () => {
  const page = await visit();
  page.reached = false;
  await page.button.onclick();
  assert.match(page.words.textContent, /push service could not be reached/);
  assert.deepEqual([page.asked, page.button.disabled], [["GET /api/v1/push/"], false]);
  page.reached = true;
  await page.button.onclick();
  assert.match(page.words.textContent, /^On for this device/);
});

test("only the push service is called that: our own refusal is said in its words, and a line that is down as one", async () => {
  const page = await visit({ permission: "granted", subscribed: true });
  page.refusal = Response.json({ code: "too_many", message: "You have changed this often. Try again in an hour." }, { status: 429 });
  await page.button.onclick();
  assert.equal(page.words.textContent, "You have changed this often. Try again in an hour.");
  assert.notEqual(page.subscription, null);
  page.refusal = Response.json({ code: "invalid", message: "That could not be understood." }, { status: 400 });
  await page.button.onclick();
  assert.equal(page.words.textContent, "This browser's push service is not one that this server knows.");
  page.down = true;
  await page.button.onclick();
  assert.equal(page.words.textContent, "That did not work. Check your network, then try again.");
  assert.deepEqual([page.button.disabled, page.button.textContent], [false, "Turn off here"]);
});

test("a refusal subscribes to nothing, and says where to allow them", async () => {
  const page = await visit({ answer: "denied" });
  await page.button.onclick();
  assert.deepEqual([page.asked, page.subscription, page.button.hidden], [[], null, true]);
  assert.match(page.words.textContent, /Allow them in its settings for this site/);
});

test("the server is told anew at each visit where they are on, and nowhere else", async () => {
  assert.deepEqual((await visit({ permission: "granted", subscribed: true })).asked, [TOLD]);
  for (const permission of ["default", "denied"]) assert.deepEqual((await visit({ permission, subscribed: true })).asked, []);
  assert.deepEqual((await visit({ permission: "granted" })).asked, []);
});
