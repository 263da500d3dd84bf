import assert from "node:assert/strict";
import { test } from "node:test";
import { compare } from "../../static/js/room/devices.js";

/**
 * @param {string} kind
 * @param {string} deviceId
 */
const device = (kind, deviceId) => /** @type {MediaDeviceInfo} */ ({ kind, deviceId, label: deviceId });
const built = [device("audioinput", "default"), device("audioinput", "m1"), device("audiooutput", "s1")];
const headset = [device("audioinput", "h"), device("audiooutput", "h")];

test("a headset that is plugged in comes with both its ends", () => {
  const { came, went } = compare(built, [...built, ...headset]);
  assert.deepEqual([came.length, went.length], [2, 0]);
});

test("a headset that is pulled out goes with both its ends", () => {
  assert.deepEqual(compare([...built, ...headset], built).went, headset);
});

test("cameras, and words for whichever the system uses, are no news", () => {
  const after = [...built, device("videoinput", "c"), device("audiooutput", "default"), device("audioinput", "communications")];
  assert.deepEqual(compare(built, after), { came: [], went: [] });
});
