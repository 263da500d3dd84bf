import assert from "node:assert/strict";
import { test } from "node:test";
import { Listeners } from "../../static/js/room/listeners.js";

/**
 * @param {number} number
 * @param {boolean} [known]
 * @returns {import("../../static/js/room/listeners.js").Listener}
 */
function person(number, known = false) {
  return { number, uid: "", name: "", rank: "member", stage: "audience", muted: false, hand: null, known };
}

/**
 * @param {number[]} numbers
 * @param {string | null} next
 */
function page(numbers, next) {
  return { results: numbers.map((number) => person(number)), next };
}

const numbers = (/** @type {Listeners} */ listeners) => listeners.people.map((one) => one.number);

test("pages follow each other until the last one", () => {
  const listeners = new Listeners();
  listeners.take(0, page([1, 2], "b"));
  assert.equal(listeners.complete, false);
  assert.equal(listeners.after(listeners.last), "b");
  listeners.take(1, page([3, 4], null));
  assert.deepEqual(numbers(listeners), [1, 2, 3, 4]);
  assert.equal(listeners.complete, true);
});

test("people I know stand first, whatever their number", () => {
  const listeners = new Listeners();
  listeners.take(0, { results: [person(9, true), person(1)], next: null });
  assert.deepEqual(numbers(listeners), [9, 1]);
});

test("a page asked for again loses who is gone and gains who came, and leaves the others alone", () => {
  const listeners = new Listeners();
  listeners.take(0, page([1, 2], "b"));
  listeners.take(1, page([3, 4], "c"));
  listeners.take(2, page([5, 6], null));
  listeners.take(1, page([4, 5], "d"));
  assert.deepEqual(numbers(listeners), [1, 2, 4, 5, 6]);
  listeners.take(2, page([6, 7], null));
  assert.deepEqual(numbers(listeners), [1, 2, 4, 6, 7]);
});

test("a list that got shorter ends where the server says", () => {
  const listeners = new Listeners();
  listeners.take(0, page([1, 2], "b"));
  listeners.take(1, page([3], null));
  listeners.take(0, page([1], null));
  assert.deepEqual(numbers(listeners), [1]);
  listeners.take(1, page([3], null));
  assert.deepEqual(numbers(listeners), [1], "an answer to a page that is no more is ignored");
});

test("whoever moved elsewhere is dropped at once", () => {
  const listeners = new Listeners();
  listeners.take(0, page([1, 2], null));
  listeners.drop(1);
  assert.deepEqual(numbers(listeners), [2]);
});

test("the page on screen is the one in which a person stands", () => {
  const listeners = new Listeners();
  listeners.take(0, page([1, 2], "b"));
  listeners.take(1, page([3, 4], null));
  assert.deepEqual([0, 1, 2, 3, 9].map((index) => listeners.pageOf(index)), [0, 0, 1, 1, 0]);
});
