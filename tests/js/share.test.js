import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { share } from "../../static/js/share.js";
import { polite, quiet } from "./saying.js";

const LINK = "https://stoa.example/r/r1";
const COPIED = "Copied";

/** Gives the link away in a browser that shares so (or cannot), and copies (or may not); what became of it. */
async function given({ sharing = /** @type {(() => Promise<void>) | undefined} */ (undefined), copying = async () => {} } = {}) {
  const sharer = mock.fn(sharing ?? (async () => {}));
  const writer = mock.fn(copying);
  const value = { ...(sharing && { share: sharer }), clipboard: { writeText: writer } };
  Object.defineProperty(globalThis, "navigator", { configurable: true, value });
  await share(LINK, "Slow Sunday");
  mock.timers.tick(1_200);
  return { shared: sharer.mock.calls.map((call) => call.arguments), copied: writer.mock.calls.map((call) => call.arguments), said: polite.textContent };
}

mock.timers.enable({ apis: ["setTimeout"] });
beforeEach(quiet);

test("the system's own sheet is asked to share, and nothing is copied", async () => {
  assert.deepEqual(await given({ sharing: async () => {} }), { shared: [[{ url: LINK, title: "Slow Sunday" }]], copied: [], said: "" });
});

test("whoever closes it has not asked for a copy", async () => {
  const { copied, said } = await given({ sharing: () => Promise.reject(new DOMException("", "AbortError")) });
  assert.deepEqual([copied, said], [[], ""]);
});

test("where it does not work, or there is none, the link is copied, and that is said", async () => {
  const { copied, said } = await given({ sharing: () => Promise.reject(new DOMException("", "NotAllowedError")) });
  assert.deepEqual([copied, said], [[[LINK]], COPIED]);
  quiet();
  assert.deepEqual(await given(), { shared: [], copied: [[LINK]], said: COPIED });
});

test("where a page may not copy, one is told to do it oneself", async () => {
  const { said } = await given({ copying: () => Promise.reject(new DOMException("", "NotAllowedError")) });
  assert.match(said, /not allowed here. Select the text/);
});
