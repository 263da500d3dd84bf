import assert from "node:assert/strict";
import { test } from "node:test";
import { discard, pause, write } from "../../static/js/dom.js";

/** An element of text alone that counts what is done to it. @param {string} said */
function label(said) {
  const node = said ? { textContent: said } : null;
  const element = {
    touched: 0,
    firstChild: /** @type {{textContent: string} | null} */ (node),
    get textContent() {
      return this.firstChild?.textContent ?? "";
    },
    set textContent(text) {
      this.touched += 1;
      this.firstChild = text ? { textContent: text } : null;
    },
  };
  globalThis.document = /** @type {any} */ ({ getElementById: () => element });
  return element;
}

test("a text that changes stays the same node, and no child comes or goes", () => {
  const element = label("5 listening");
  const node = element.firstChild;
  write("any", "6 listening");
  assert.equal(element.textContent, "6 listening");
  assert.equal(element.firstChild, node);
  assert.equal(element.touched, 0);
});

test("a text comes where there was none, and goes without a rest", () => {
  const element = label("");
  write("any", "5 listening");
  assert.equal(element.textContent, "5 listening");
  write("any", "");
  assert.equal(element.firstChild, null);
});

test("what is said already is left alone", () => {
  const element = label("5 listening");
  write("any", "5 listening");
  assert.equal(element.touched, 0);
});

test("a button that waited has the focus again that it lost, and takes it from nobody", () => {
  const body = {};
  const field = {};
  const button = { disabled: false, focus: () => (page.activeElement = button) };
  const page = { body, activeElement: /** @type {object} */ (button) };
  globalThis.document = /** @type {any} */ (page);
  /** @param {object} before @param {object} meanwhile */
  const waited = (before, meanwhile) => {
    page.activeElement = before;
    const resume = pause(/** @type {any} */ (button));
    assert.equal(button.disabled, true);
    page.activeElement = meanwhile;
    resume();
    assert.equal(button.disabled, false);
    return page.activeElement;
  };
  assert.equal(waited(button, body), button);
  assert.equal(waited(button, field), field);
  assert.equal(waited(body, body), body);
});

test("what is taken off the page leaves the focus on its content, and a focus elsewhere where it is", () => {
  const button = {};
  const main = { focus: () => (page.activeElement = main) };
  const page = { activeElement: /** @type {object} */ (button), getElementById: (/** @type {string} */ id) => (id === "main" ? main : null) };
  const banner = { contains: (/** @type {object} */ one) => one === button, remove: () => (page.activeElement = page.activeElement === button ? {} : page.activeElement) };
  globalThis.document = /** @type {any} */ (page);
  discard(/** @type {any} */ (banner));
  assert.equal(page.activeElement, main);
  const field = (page.activeElement = {});
  discard(/** @type {any} */ (banner));
  assert.equal(page.activeElement, field);
});
