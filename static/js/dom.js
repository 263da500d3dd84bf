// Building and finding elements. Nothing here ever parses a string as HTML.

/** @typedef {string | number | Node | null | undefined | false} Child */
/** @typedef {Record<string, string | number | boolean | undefined | ((event: any) => void)>} Attributes */

/**
 * A new element. Attributes that are functions become listeners (`onclick`), true is an empty attribute, false and undefined none.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} [attributes]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...shown(children));
  return element;
}

/**
 * The children that are there at all.
 * @param {Child[]} children
 * @returns {(string | Node)[]}
 */
export function shown(children) {
  return children.flatMap((child) =>
    child === null || child === undefined || child === false ? [] : [child instanceof Node ? child : String(child)],
  );
}

const SVG = "http://www.w3.org/2000/svg";

/**
 * An icon of the page's sprite (templates/icons.svg); it says nothing to screen readers.
 * @param {string} name
 * @param {string} [classes]
 */
export function icon(name, classes = "") {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", `icon ${classes}`.trim());
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

/**
 * The element with this id, which the template promises.
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`#${id} is not on this page`);
  return element;
}

/**
 * Makes the element with this id, which holds text alone, say `text`. What says it already is left alone, and a text that
 * changes stays the same node: a child that goes and comes has every `:has()` and `:empty` of the page looked at again.
 * @param {string} id
 * @param {string} text
 */
export function write(id, text) {
  const element = byId(id);
  if (element.textContent !== text) ((text && element.firstChild) || element).textContent = text;
}

/**
 * Has the button wait. What ends that gives it back the focus that it lost by it, unless something else has it by then.
 * @param {HTMLButtonElement} button
 */
export function pause(button) {
  const had = document.activeElement === button;
  button.disabled = true;
  return () => {
    button.disabled = false;
    if (had && document.activeElement === document.body) button.focus();
  };
}

/**
 * Takes the element off the page. Whoever had the focus in it has it on the page's content then, and not nowhere.
 * @param {HTMLElement} element
 */
export function discard(element) {
  const had = element.contains(document.activeElement);
  element.remove();
  if (had) byId("main").focus({ preventScroll: true });
}

/**
 * What the template wrote with `json_script` under this id.
 * @param {string} id
 * @returns {any}
 */
export function data(id) {
  return JSON.parse(byId(id).textContent ?? "null");
}

/**
 * Makes the list's children stand for the items, in order, keeping the element (and with it focus) of each key.
 * @template Item
 * @param {HTMLElement} list
 * @param {Item[]} items
 * @param {(item: Item) => string} key
 * @param {(item: Item) => HTMLElement} make
 * @param {(element: HTMLElement, item: Item) => void} update
 */
export function keyed(list, items, key, make, update) {
  const names = items.map(key);
  const wanted = new Set(names);
  /** @type {Map<string | undefined, HTMLElement>} */
  const old = new Map();
  for (const child of /** @type {HTMLElement[]} */ ([...list.children])) {
    if (wanted.has(child.dataset.key ?? "")) old.set(child.dataset.key, child);
    else child.remove(); // first, so that those who stay need not move: an element that moves loses the focus
  }
  items.forEach((item, index) => {
    const element = old.get(names[index]) ?? make(item);
    element.dataset.key = names[index];
    update(element, item);
    if (list.children[index] !== element) list.insertBefore(element, list.children[index] ?? null);
  });
}
