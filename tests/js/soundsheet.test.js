import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { change, settings, USUAL } from "../../static/js/room/settings.js";
import { SoundSheet, picker } from "../../static/js/room/soundsheet.js";
import { choose, field, settled, sheet, tap } from "./paper.js";

const device = (/** @type {string} */ deviceId, label = deviceId) => /** @type {MediaDeviceInfo} */ ({ deviceId, label });

/** The sheet of somebody with these devices, and what it had done. */
function sound({ open = true, asks = false } = {}) {
  /** @type {string[]} */
  const done = [];
  const microphone = { track: open ? {} : null, device: "m1", devices: async () => [device("m1"), device("m2")], level: () => 0.5 };
  const output = {
    asks,
    usable: true,
    list: [device("default"), device("s1")],
    devices: async () => output.list,
    ask: async () => output.usable,
    choose: async (/** @type {string} */ id) => (done.push(`plays on ${id}`), output.usable),
    test: () => done.push("test"),
  };
  const run = { use: async (/** @type {string} */ id) => void done.push(`uses ${id}`), tune: async () => void done.push("tuned"), drawn: () => done.push("drawn") };
  return { done, output, sheet: new SoundSheet(/** @type {any} */ (microphone), /** @type {any} */ (output), run) };
}

mock.timers.enable({ apis: ["setInterval"] });
beforeEach(() => {
  sheet.close();
  change(USUAL);
});

test("a listener is asked about what they hear, and not bothered with microphones", async () => {
  await sound().sheet.open(false);
  assert.ok(field("Plays on"));
  assert.throws(() => field("Microphone"), /has no/);
  assert.throws(() => field("Take out noise"), /has no/);
});

test("where the page may not choose what plays there is no list, and the test sound is there all the same", async () => {
  const { sheet: sounds, output, done } = sound();
  output.list = [];
  await sounds.open(true);
  assert.throws(() => field("Plays on"), /has no/);
  await tap("Play a test sound");
  assert.deepEqual(done, ["test"]);
});

test("a microphone that was never opened is not listed, and its switches are there", async () => {
  await sound({ open: false }).sheet.open(true);
  assert.throws(() => field("Microphone"), /has no/);
  assert.ok(field("Take out noise"));
});

test("a switch is kept and applied; holding to talk is drawn, and nothing to apply", async () => {
  const { sheet: sounds, done } = sound();
  await sounds.open(true);
  await choose("Take out noise", false);
  assert.deepEqual([settings().noise, done], [false, ["tuned"]]);
  await choose("Hold the microphone button to talk", true);
  assert.deepEqual([settings().hold, done], [true, ["tuned", "drawn"]]);
});

test("with music nothing is taken out, so nothing of it can be chosen", async () => {
  await sound().sheet.open(true);
  const processing = /** @type {any} */ (field("fieldset"));
  await choose("Music mode", true);
  assert.equal(processing.disabled, true);
  await choose("Music mode", false);
  assert.equal(processing.disabled, false);
});

test("a device that cannot be used is not shown as the one that plays", async () => {
  const { sheet: sounds, output } = sound();
  await sounds.open(false);
  await choose("Plays on", "s1");
  output.usable = false;
  await choose("Plays on", "default");
  assert.equal(field("Plays on").value, "s1");
});

test("a device without a name has a number", () => {
  const { children } = /** @type {any} */ (picker("Microphone", [device("a", "Jabra (0b0e:0300)"), device("b", "")], "b", () => true)).children[1];
  assert.deepEqual(children.map((/** @type {any} */ option) => [option.textContent, "selected" in option.attributes]), [["Jabra", false], ["Device 2", true]]);
});

test("the meter follows the voice while the sheet is open, and no longer", async () => {
  await sound().sheet.open(true);
  const bar = /** @type {any} */ (field("stoa-meter"));
  mock.timers.tick(80);
  assert.equal(bar.level, 0.5);
  sheet.close();
  bar.level = 0;
  mock.timers.tick(800);
  assert.equal(bar.level, 0);
});

test("what was chosen in the browser's own list shows at once, and the meter goes on", async () => {
  const { sheet: sounds, output } = sound({ asks: true });
  await sounds.open(true);
  output.list = [...output.list, device("s2", "Kitchen")];
  await tap("Choose where it plays");
  assert.match(field("Plays on").textContent, /Kitchen/);
  mock.timers.tick(80);
  assert.equal(/** @type {any} */ (field("stoa-meter")).level, 0.5);
});

test("whoever closed the sheet over the browser's own list does not have it again", async () => {
  const { sheet: sounds, output } = sound({ asks: true });
  await sounds.open(true);
  /** @type {(chosen: boolean) => void} */
  let answer = () => {};
  output.ask = () => new Promise((resolve) => (answer = resolve));
  await tap("Choose where it plays");
  sheet.close();
  answer(true);
  await settled();
  assert.equal(sheet.open, false);
});

test("the browser's own list leaves whoever is on stage what they may choose there, and a listener without it", async () => {
  for (const speaking of [true, false]) {
    await sound({ open: !speaking, asks: true }).sheet.open(speaking);
    await tap("Choose where it plays");
    assert.equal(sheet.textContent.includes("What others hear"), speaking);
  }
});
