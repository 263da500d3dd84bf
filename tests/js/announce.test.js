import assert from "node:assert/strict";
import { afterEach, mock, test } from "node:test";
import { assertive, polite, urgent } from "../../static/js/announce.js";

const OWN = "Slow Sunday · Stoa";
/** @type {Record<string, {textContent: string}>} */
const regions = { sheet: { textContent: "" }, polite: { textContent: "" }, assertive: { textContent: "" } };
const page = Object.assign(new EventTarget(), {
  documentElement: { lang: "en" },
  hidden: false,
  title: OWN,
  getElementById: (/** @type {string} */ id) => regions[id],
});
Object.assign(globalThis, { document: page });

/** @param {boolean} on */
function hide(on) {
  page.hidden = on;
  page.dispatchEvent(new Event("visibilitychange"));
}

afterEach(() => hide(false));

test("in a tab that one looks at, the title stays as it is", () => {
  urgent("You are invited to speak");
  assert.equal(regions.assertive?.textContent, "You are invited to speak");
  assert.equal(page.title, OWN);
});

test("a tab in the background says the newest of what concerns one, and its own name again once it is looked at", () => {
  hide(true);
  urgent("You are invited to speak");
  urgent("The invitation to the stage is over.");
  assert.equal(page.title, `The invitation to the stage is over. · ${OWN}`);
  hide(false);
  assert.equal(page.title, OWN);
});

test("what is only read aloud leaves the title alone", () => {
  hide(true);
  assertive("Connection lost");
  assert.equal(page.title, OWN);
});

test("what happens within 1.2 s is told politely as one sentence after the other, and what comes later anew", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  polite("Alice raised a hand");
  mock.timers.tick(1_199);
  polite("Bob is on stage");
  assert.equal(regions.polite?.textContent, "");
  mock.timers.tick(1);
  assert.equal(regions.polite?.textContent, "Alice raised a hand. Bob is on stage");
  polite("Carol raised a hand");
  mock.timers.tick(1_200);
  assert.equal(regions.polite?.textContent, "Carol raised a hand");
  mock.timers.reset();
});
