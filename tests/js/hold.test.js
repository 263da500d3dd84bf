import assert from "node:assert/strict";
import { test } from "node:test";
import { holdToTalk } from "../../static/js/room/hold.js";

/** A button that is held, unless `on` says otherwise; `took` is whether the room takes the press. */
function button({ on = true, took = true } = {}) {
  /** @type {boolean[]} */
  const talked = [];
  const element = Object.assign(new EventTarget(), { captured: 0, setPointerCapture: () => (element.captured += 1) });
  holdToTalk(/** @type {any} */ (element), () => on, (down) => (talked.push(down), took));
  let clicks = 0;
  element.addEventListener("click", () => (clicks += 1));
  /** Whether what the browser does by itself goes on, after this happened. @param {string} sign @param {object} [details] */
  const happens = (sign, details = {}) =>
    element.dispatchEvent(Object.assign(new Event(sign, { cancelable: true }), { button: 0, pointerId: 7, detail: 1 }, details));
  return { element, talked, clicks: () => clicks, happens };
}

test("one talks for as long as it is held, once, and its click means nothing more", () => {
  const { element, talked, clicks, happens } = button();
  happens("pointerdown");
  assert.deepEqual([talked, element.captured], [[true], 1]);
  for (const sign of ["pointerup", "lostpointercapture", "click"]) happens(sign);
  assert.deepEqual([talked, clicks()], [[true, false], 0]);
  happens("click");
  assert.equal(clicks(), 1);
});

test("a keyboard presses it even where the click of a hold never came", () => {
  const { clicks, happens } = button();
  for (const sign of ["pointerdown", "pointerup"]) happens(sign);
  happens("click", { detail: 0 });
  assert.equal(clicks(), 1);
});

for (const sign of ["pointercancel", "lostpointercapture"]) {
  test(`a hold that the browser ends by ${sign} ends the talk`, () => {
    const { talked, happens } = button();
    happens("pointerdown");
    happens(sign);
    assert.deepEqual(talked, [true, false]);
  });
}

test("the menu of a long press stays away while it is held, and only then", () => {
  const { happens } = button();
  assert.equal(happens("contextmenu"), true);
  happens("pointerdown");
  assert.equal(happens("contextmenu"), false);
});

for (const [words, state, press, asked] of /** @type {const} */ ([
  ["a button that is not held", { on: false }, { button: 0 }, []],
  ["a press that the room does not take", { took: false }, { button: 0 }, [true]],
  ["another button of the mouse", {}, { button: 2 }, []],
])) {
  test(`${words} is pressed as any other`, () => {
    const { talked, clicks, happens } = button(state);
    happens("pointerdown", press);
    happens("pointerup");
    happens("click");
    assert.deepEqual([talked, clicks()], [asked, 1]);
  });
}
