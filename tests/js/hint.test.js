import assert from "node:assert/strict";
import { test } from "node:test";
import { MutedHint } from "../../static/js/room/hint.js";

const STEP = 125; // ms between two readings, as `watchSpeaking` takes them
const FAN = 0.3; // of the meter
/** Of five seconds of a sentence read aloud at an ordinary loudness (-23 dBFS while it sounds). */
const SENTENCE = [
  0.21, 0.33, 0.6, 0, 0, 0.59, 0.62, 0.33, 0.62, 0.2, 0.42, 0.57, 0.42, 0.58, 0.27, 0.35, 0.56, 0.41, 0, 0.26,
  0, 0, 0, 0.39, 0.57, 0.3, 0.4, 0.62, 0.16, 0.3, 0.26, 0.22, 0.61, 0, 0.28, 0.6, 0.29, 0.56, 0.35, 0.2,
];

/** The times (ms) at which it is said, while these levels are read. @param {number[]} levels */
function said(levels) {
  const hint = new MutedHint();
  return levels.flatMap((level, n) => (hint.due(level, n * STEP) ? [n * STEP] : []));
}

/** A level for so many ms. @param {number} level @param {number} ms */
function lasting(level, ms) {
  return Array.from({ length: ms / STEP }, () => level);
}

test("a sentence said while muted is noticed within three seconds", () => {
  const [first, ...again] = said(SENTENCE);
  assert.ok(first <= 3_000, `${first} ms`);
  assert.deepEqual(again, []);
});

test("it is said again only after a while", () => {
  const [first, second, ...more] = said(lasting(0.9, 25_000));
  assert.ok(first <= 1_250);
  assert.equal(second, first + 20_000);
  assert.deepEqual(more, []);
});

test("a cough now and then is no talk, and neither is a fan", () => {
  const cough = [...lasting(0.9, 500), ...lasting(0, 2_000)];
  assert.deepEqual(said([...cough, ...cough, ...cough]), []);
  assert.deepEqual(said(lasting(FAN, 60_000)), []);
});

test("readings that were late do not make talk of a cough", () => {
  const hint = new MutedHint();
  assert.equal(hint.due(0, 0), false);
  assert.equal(hint.due(0.9, 60_000), false);
});
