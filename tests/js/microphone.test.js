import assert from "node:assert/strict";
import { test } from "node:test";
import { Microphone, loudness, trouble } from "../../static/js/room/microphone.js";
import { change } from "../../static/js/room/settings.js";

test("loudness spans 50 dB and stays within 0 and 1", () => {
  assert.equal(loudness(0), 0);
  assert.equal(loudness(1), 1);
  assert.equal(loudness(4), 1);
  assert.equal(loudness(0.001), 0);
  assert.ok(Math.abs(loudness(10 ** (-25 / 20)) - 0.5) < 1e-9);
});

test("each refusal of the browser has a meaning, and unknown ones too", () => {
  assert.equal(trouble("NotAllowedError"), "denied");
  assert.equal(trouble("NotFoundError"), "missing");
  assert.equal(trouble("NotReadableError"), "busy");
  assert.equal(trouble("SomethingNew"), "unknown");
});

class Track extends EventTarget {
  /** @type {Track[]} */
  static open = [];
  enabled = true;
  /** @param {MediaTrackSettings} settings */
  constructor(settings) {
    super();
    this.settings = settings;
    Track.open.push(this);
  }
  getSettings() {
    return this.settings;
  }
  clone() {
    return new Track(this.settings);
  }
  async applyConstraints() {} // as Chromium does: it says yes, and changes nothing
  stop() {
    Track.open = Track.open.filter((track) => track !== this);
  }
}

/** As Chromium does: while a device is open it is handed out again as it is. @param {{audio: any}} wanted */
async function handOut({ audio }) {
  const settings = Track.open[0]?.settings ?? { ...audio, deviceId: "desk" };
  return { getAudioTracks: () => [new Track(settings)] };
}

test("a switch that does not act on the open microphone acts on one that is opened anew", async (context) => {
  const before = Object.getOwnPropertyDescriptor(globalThis, "navigator");
  const node = { connect() {} };
  const Context = class {
    resume = async () => undefined;
    close = async () => undefined;
    createMediaStreamSource = () => node;
  };
  Object.defineProperty(globalThis, "navigator", { configurable: true, value: { mediaDevices: { getUserMedia: handOut } } });
  Object.assign(globalThis, { AudioContext: Context, AnalyserNode: class {}, MediaStream: class {} });
  context.after(() => before && Object.defineProperty(globalThis, "navigator", before));
  const microphone = new Microphone();
  await microphone.open();
  assert.equal(microphone.track?.getSettings().noiseSuppression, true);
  change({ noise: false });
  await microphone.tune();
  assert.equal(microphone.track?.getSettings().noiseSuppression, false);
  assert.equal(microphone.track?.enabled, false);
  microphone.close();
  assert.deepEqual(Track.open, []);
});
