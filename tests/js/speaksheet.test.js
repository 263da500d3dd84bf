import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { NoMicrophone } from "../../static/js/room/microphone.js";
import { SpeakSheet } from "../../static/js/room/speaksheet.js";
import { choose, field, offered, settled, sheet, tap } from "./paper.js";

const BEFORE = ["Use my microphone"];
const READY = ["Go on stage", "Go on stage muted"];

/** The sheet over a microphone that opens, or has this trouble. @param {import("../../static/js/room/microphone.js").Trouble} [trouble] */
function speak(trouble) {
  const state = { trouble, told: 0, opened: /** @type {(string | undefined)[]} */ ([]) };
  const microphone = {
    track: /** @type {object | null} */ (null),
    device: "m1",
    level: () => 0.5,
    devices: async () => [{ deviceId: "m1", label: "Desk" }, { deviceId: "m2", label: "Headset" }],
    async open(/** @type {string} */ device) {
      state.opened.push(device);
      if (state.trouble) throw new NoMicrophone(state.trouble);
      microphone.track = {};
    },
  };
  const asking = new SpeakSheet(/** @type {any} */ (microphone), () => (state.told += 1));
  /** What it promised: "nothing yet" as long as that is so. @param {"stage" | "unmute"} purpose */
  const ask = (purpose) => {
    const asked = { answer: /** @type {string | null} */ ("nothing yet") };
    void asking.ask(purpose).then((answer) => (asked.answer = answer));
    return asked;
  };
  return { state, microphone, ask };
}

mock.timers.enable({ apis: ["setInterval"] });
beforeEach(() => sheet.close());

test("the browser asks for the microphone only after a word why and a tap", async () => {
  const { state, ask } = speak();
  const asked = ask("stage");
  assert.deepEqual([offered(), state.opened], [BEFORE, []]);
  await tap("Use my microphone");
  assert.deepEqual([offered(), state.opened, state.told, asked.answer], [READY, [undefined], 1, "nothing yet"]);
});

for (const [words, answer] of [["Go on stage", "live"], ["Go on stage muted", "muted"]]) {
  test(`"${words}" answers ${answer} and closes the sheet`, async () => {
    const { microphone, ask } = speak();
    microphone.track = {};
    const asked = ask("stage");
    await settled();
    await tap(words);
    assert.deepEqual([asked.answer, sheet.open], [answer, false]);
  });
}

test("whoever has the microphone open is not asked for it again, and those on stage are asked in other words", async () => {
  const { state, microphone, ask } = speak();
  microphone.track = {};
  ask("unmute");
  await settled();
  assert.deepEqual([offered(), state.opened], [["Unmute", "Stay muted"], []]);
});

test("a sheet that is closed is an answer too: none", async () => {
  const { ask } = speak();
  const asked = ask("stage");
  sheet.close();
  await settled();
  assert.equal(asked.answer, null);
});

test("a microphone that does not open is explained, and can be tried again", async () => {
  const { state, ask } = speak("busy");
  const asked = ask("stage");
  await tap("Use my microphone");
  assert.deepEqual([sheet.title, offered(), state.told, asked.answer], ["The microphone is busy", ["Try again", "Go on listening"], 0, "nothing yet"]);
  state.trouble = undefined;
  await tap("Try again");
  assert.deepEqual(offered(), READY);
});

test("where no tap can help, none is offered; going on listening is no answer", async () => {
  const { ask } = speak("insecure");
  const asked = ask("stage");
  await tap("Use my microphone");
  assert.deepEqual(offered(), ["Go on listening"]);
  await tap("Go on listening");
  assert.equal(asked.answer, null);
});

test("another microphone is opened at once, and the meter follows it", async () => {
  const { state, microphone, ask } = speak();
  microphone.track = {};
  const asked = ask("stage");
  await settled();
  await choose("Microphone", "m2");
  assert.deepEqual([state.opened, state.told, asked.answer], [["m2"], 1, "nothing yet"]);
  mock.timers.tick(80);
  const bar = /** @type {any} */ (field("stoa-meter"));
  assert.equal(bar.level, 0.5);
  sheet.close();
  bar.level = 0;
  mock.timers.tick(800);
  assert.equal(bar.level, 0);
});

test("a microphone that opens after the sheet was closed does not bring it back", async () => {
  const { microphone, ask } = speak();
  const asked = ask("stage");
  /** @type {() => void} */
  let allow = () => {};
  microphone.open = () => new Promise((resolve) => (allow = resolve));
  await tap("Use my microphone");
  sheet.close();
  allow();
  await settled();
  assert.deepEqual([asked.answer, sheet.open], [null, false]);
});
