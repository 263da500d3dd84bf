import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { GOING } from "../../static/js/room/going.js";
import { Interruption } from "../../static/js/room/interruption.js";
import { NoMicrophone } from "../../static/js/room/microphone.js";
import { Voice } from "../../static/js/room/voice.js";
import { Signal } from "../../static/js/signal.js";
import { polite, quiet, shown, tap } from "./saying.js";

/** @type {import("../../static/js/room/protocol.js").Member} */
const heard = { number: 2, uid: "b", name: "Bob", rank: "member", stage: "speaking", muted: false, hand: null };
const muted = { ...heard, muted: true };

mock.timers.enable({ apis: ["setTimeout"] });
beforeEach(quiet);

/** Somebody with an open microphone, heard unless `you` says otherwise; `opens` is what becomes of another try to open it. */
function someone(you = heard) {
  const microphone = {
    lost: /** @type {Signal<void>} */ (new Signal()),
    interrupted: /** @type {Signal<boolean>} */ (new Signal()),
    track: /** @type {{label: string, enabled: boolean} | undefined} */ ({ label: "Desk", enabled: false }),
    taken: false,
    device: "desk",
    opened: /** @type {string[]} */ ([]),
    opens: () => {},
    async open(/** @type {string} */ device) {
      microphone.opens();
      microphone.opened.push(device);
      microphone.track = { label: "Headset (0b0e:0300)", enabled: false };
    },
    close() {
      microphone.track = undefined;
    },
  };
  /** @type {string[]} */
  const asked = [];
  /** @type {any[]} */
  const sent = [];
  const media = { speak: (/** @type {any} */ track) => sent.push(track) };
  const voice = new Voice(/** @type {any} */ (microphone), /** @type {any} */ (media), async (move) => (asked.push(move), { type: "ok" }));
  voice.intend(you === heard);
  voice.heed(undefined, you);
  const choose = mock.fn();
  const interruption = new Interruption(/** @type {any} */ (microphone), voice, choose);
  return { microphone, voice, choose, interruption, asked, sends: () => Boolean(sent.at(-1)) };
}

/** What the browser says of the microphone when it is asked; undefined where it does not know the word. @param {string} [state] */
function permission(state) {
  const query = async () => {
    if (!state) throw new TypeError("not a permission");
    return { state };
  };
  Object.defineProperty(globalThis, "navigator", { configurable: true, value: { permissions: { query } } });
}

/** Nothing, once what a signal set off is done. */
function settled() {
  return new Promise((resolve) => setImmediate(resolve));
}

test("a call mutes a speaker, who stays so when it is over until they say otherwise", () => {
  const { microphone, voice, asked, sends } = someone();
  assert.equal(sends(), true);
  microphone.interrupted.emit(true);
  assert.deepEqual([sends(), asked, shown()], [false, ["mute"], { microphone: GOING.interrupted.text() }]);
  voice.heed(heard, muted);
  microphone.interrupted.emit(false);
  assert.deepEqual([sends(), asked, shown()], [false, ["mute"], { microphone: GOING.interrupted.text() }]);
  tap("microphone");
  voice.heed(muted, heard);
  assert.deepEqual([sends(), asked, shown()], [true, ["mute", "unmute"], {}]);
});

test("who does not speak is not bothered with a call", () => {
  const { microphone, asked } = someone({ ...heard, stage: "audience" });
  microphone.interrupted.emit(true);
  assert.deepEqual([asked, shown()], [[], {}]);
});

test("a microphone that the call still has is opened anew by the tap", async () => {
  const { microphone, voice, interruption, asked, sends } = someone(muted);
  microphone.taken = true;
  await interruption.resume();
  voice.heed(muted, heard);
  assert.deepEqual([microphone.opened, asked, sends(), shown()], [["desk"], ["unmute"], true, {}]);
});

test("where the call keeps it, nobody hears me and I am asked for another one", async () => {
  const { microphone, interruption, choose, asked, sends } = someone(muted);
  microphone.taken = true;
  microphone.opens = () => {
    throw new NoMicrophone("busy");
  };
  await interruption.resume();
  assert.deepEqual([asked, sends(), microphone.track, shown()], [[], false, undefined, { microphone: GOING.gone.text() }]);
  tap("microphone");
  assert.deepEqual([choose.mock.callCount(), shown()], [1, {}]);
});

test("another microphone takes the place of a pulled one where the browser gives it without asking", async () => {
  permission("granted");
  const { microphone, asked, sends } = someone();
  microphone.lost.emit();
  await settled();
  mock.timers.tick(1_200);
  assert.deepEqual([microphone.opened, asked, sends(), shown()], [[""], [], true, {}]);
  assert.equal(polite.textContent, "Your microphone went away. Now in use: Headset");
});

for (const state of ["prompt", "denied", undefined]) {
  test(`where it is ${state ?? "not told whether it"} would ask, a pulled microphone is muted and another one is to be chosen`, async () => {
    permission(state);
    const { microphone, asked, sends } = someone();
    microphone.lost.emit();
    await settled();
    assert.deepEqual([microphone.opened, asked, sends(), shown()], [[], ["mute"], false, { microphone: GOING.gone.text() }]);
  });
}

test("being heard again, or off the stage, ends the banner", () => {
  for (const after of [heard, { ...heard, stage: /** @type {const} */ ("audience") }]) {
    const { microphone, voice } = someone();
    microphone.interrupted.emit(true);
    voice.heed(heard, muted);
    assert.notDeepEqual(shown(), {});
    voice.intend(after === heard);
    voice.heed(muted, after);
    assert.deepEqual(shown(), {});
  }
});

test("a fault that is not the microphone's is not taken for one", async () => {
  const { microphone, interruption } = someone(muted);
  microphone.taken = true;
  microphone.opens = () => {
    throw new TypeError("ours");
  };
  await assert.rejects(interruption.resume(), TypeError);
  assert.deepEqual(shown(), {});
});
