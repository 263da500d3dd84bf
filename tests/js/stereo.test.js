import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { playsStereo, sendsStereo } from "../../static/js/room/stereo.js";

/** @param {string} name */
const golden = (name) => readFileSync(new URL(`../golden/offers/${name}.sdp`, import.meta.url), "utf8");
/** @param {string} sdp */
const opus = (sdp) => sdp.split("\r\n").filter((line) => /^a=fmtp:(111|109) /.test(line));

test("every slot of a real offer plays stereo, and its microphone line stays as it was", () => {
  const [microphone, ...slots] = opus(playsStereo(golden("chromium")));
  assert.equal(microphone, "a=fmtp:111 minptime=10;useinbandfec=1");
  assert.deepEqual(slots, Array(3).fill("a=fmtp:111 minptime=10;useinbandfec=1;stereo=1"));
});

test("the microphone announces stereo, and the slots do not", () => {
  const [microphone, ...slots] = opus(sendsStereo(golden("chromium")));
  assert.equal(microphone, "a=fmtp:111 minptime=10;useinbandfec=1;sprop-stereo=1");
  assert.ok(slots.every((line) => !line.includes("sprop")));
});

test("an offer that plays stereo already stays as it was", () => {
  assert.equal(playsStereo(golden("firefox")), golden("firefox"));
});

test("nothing but the parameters changes", () => {
  const sdp = golden("chromium");
  assert.equal(sendsStereo(playsStereo(sdp)).replaceAll(";stereo=1", "").replace(";sprop-stereo=1", ""), sdp);
});

test("text without Opus stays as it was", () => {
  assert.equal(playsStereo("m=audio 9 UDP 0\r\na=recvonly\r\n"), "m=audio 9 UDP 0\r\na=recvonly\r\n");
});
