// A page without a browser: elements that keep what they are given, and the one sheet, for tests of what stands in it.

import { Closing } from "../../static/js/pieces/sheet.js";

class Element {
  /** @type {Record<string, any>} */
  attributes = {};
  /** @type {(Element | string)[]} */
  children = [];
  /** @type {string | undefined} */
  #value;

  /** @param {string} tag */
  constructor(tag) {
    this.tag = tag;
  }

  setAttribute(/** @type {string} */ name, /** @type {string} */ value) {
    this.attributes[name] = value;
  }

  removeAttribute(/** @type {string} */ name) {
    delete this.attributes[name];
  }

  addEventListener(/** @type {string} */ name, /** @type {(event: any) => void} */ listener) {
    this.attributes[`on${name}`] = listener;
  }

  append(/** @type {(Element | string)[]} */ ...children) {
    this.children.push(...children);
  }

  replaceChildren(/** @type {(Element | string)[]} */ ...children) {
    this.children = children;
  }

  querySelector(/** @type {string} a tag, or an id */ wanted) {
    return within(this).find(({ tag, attributes }) => wanted === tag || wanted === `#${attributes.id}`);
  }

  focus() {
    Object.assign(document, { activeElement: this });
  }

  /** As of a field: of a list the option that is chosen, or the first. @returns {string} */
  get value() {
    const options = this.children.filter((child) => child instanceof Element);
    const own = options.find(({ attributes }) => attributes.selected !== undefined) ?? options[0];
    return this.#value ?? own?.attributes.value ?? this.attributes.value ?? "";
  }

  set value(value) {
    this.#value = value;
  }

  /** @returns {string} */
  get textContent() {
    return this.children.map((child) => (typeof child === "string" ? child : child.textContent)).join("");
  }

  set textContent(text) {
    this.children = [text];
  }
}

/** The element and all below it. @param {Element} element @returns {Element[]} */
function within(element) {
  return [element, ...element.children.flatMap((child) => (typeof child === "string" ? [] : within(child)))];
}

const closing = new Closing();

/** The page's sheet: `open` while it shows something. */
export const sheet = Object.assign(new Element("stoa-sheet"), {
  open: false,
  title: "",
  show(/** @type {string} */ title, /** @type {any[]} */ content, /** @type {(() => void) | undefined} */ onclose) {
    closing.next(onclose);
    sheet.replaceChildren(...content.filter(Boolean));
    Object.assign(sheet, { title, open: true });
  },
  close() {
    sheet.open = false;
    closing.done();
  },
});

/** What the sheet offers: the words of its buttons. */
export function offered() {
  return within(sheet).flatMap((element) => (element.tag === "button" ? [element.textContent] : []));
}

/** The field whose label begins so, or what the selector finds. @param {string} words */
export function field(words) {
  const label = within(sheet).find((element) => element.tag === "label" && element.textContent.startsWith(words));
  const found = label ? within(label).find(({ tag }) => ["select", "input"].includes(tag)) : sheet.querySelector(words);
  if (!found) throw new Error(`the sheet has no ${words}`);
  return found;
}

/** Somebody taps the button of these words, and what it does is done. @param {string} words */
export async function tap(words) {
  const button = within(sheet).find((element) => element.tag === "button" && element.textContent === words);
  if (!button) throw new Error(`no ${words} among ${offered()}`);
  button.attributes.onclick?.({ target: button });
  await settled();
}

/** Whether the page stays when somebody sends the sheet's form, and what it does is done. */
export async function submit() {
  let stays = false;
  field("form").attributes.onsubmit({ preventDefault: () => (stays = true) });
  await settled();
  return stays;
}

/** Somebody chooses this in the field. @param {string} words @param {string | boolean} wanted */
export async function choose(words, wanted) {
  const found = field(words);
  if (typeof wanted === "string") found.value = wanted;
  found.attributes.onchange?.({ target: { checked: wanted, value: wanted } });
  await settled();
}

/** What follows of itself has followed. */
export function settled() {
  return new Promise((resolve) => setImmediate(resolve));
}

const make = (/** @type {string} */ tag) => new Element(tag);
Object.assign(globalThis, {
  Node: Element,
  document: {
    documentElement: { lang: "en" },
    body: make("body"),
    activeElement: null,
    cookie: "",
    createElement: make,
    createElementNS: (/** @type {string} */ _, /** @type {string} */ tag) => make(tag),
    getElementById: (/** @type {string} */ id) => (id === "sheet" ? sheet : null),
    querySelector: () => null,
  },
});
Object.defineProperty(globalThis, "navigator", { configurable: true, value: { languages: ["en"], userAgent: "" } });
