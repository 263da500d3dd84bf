import assert from "node:assert/strict";
import { test } from "node:test";
import { place, steps } from "../../static/js/room/permission.js";

const AGENTS = {
  chrome: "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36",
  firefox: "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0",
  safari: "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15",
  android: "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Mobile Safari/537.36",
  ios: "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/156.0 Mobile/15E148 Safari/604.1",
  other: "Lynx/2.9",
};

test("each browser's settings are found by what it says of itself", () => {
  for (const [expected, userAgent] of Object.entries(AGENTS)) assert.equal(place({ userAgent }), expected);
});

test("Edge has Chrome's settings, Firefox on a phone the phone's, and an iPad does not pass for a Mac", () => {
  assert.equal(place({ userAgent: `${AGENTS.chrome} Edg/156.0.0.0` }), "chrome");
  assert.equal(place({ userAgent: "Mozilla/5.0 (Android 15; Mobile; rv:153.0) Gecko/153.0 Firefox/153.0" }), "android");
  assert.equal(place({ userAgent: AGENTS.safari, maxTouchPoints: 5 }), "ios");
  assert.equal(place({ userAgent: AGENTS.chrome, userAgentData: { platform: "Android", mobile: true } }), "android");
});

test("every place has steps of its own that end in another try", () => {
  const places = /** @type {import("../../static/js/room/permission.js").Place[]} */ (Object.keys(AGENTS));
  assert.equal(new Set(places.map(steps)).size, places.length);
  for (const where of places) assert.match(steps(where), /then try again/);
});
