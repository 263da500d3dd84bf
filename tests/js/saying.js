// A page's banners, toasts and live regions, without a page: for tests of what says something there.

class Banner {
  isConnected = false;
  name = "";
  text = "";
  /** @type {import("../../static/js/banner.js").Action[]} */
  actions = [];

  setAttribute(/** @type {string} */ name, /** @type {string} */ value) {
    if (name === "data-name") this.name = value;
  }

  show(/** @type {string} */ text, /** @type {string} */ _kind, /** @type {import("../../static/js/banner.js").Action[]} */ actions) {
    Object.assign(this, { text, actions });
  }

  append() {}

  addEventListener() {}

  contains = () => false;

  remove() {
    banners.delete(this.name);
  }
}

/** The banners that are shown, by name. @type {Map<string, Banner>} */
export const banners = new Map();

/** What screen readers were told last, politely and at once. */
export const polite = { textContent: "" };
export const assertive = { textContent: "" };

/** Nothing: no banner is shown, and nothing has been said. */
export function quiet() {
  banners.clear();
  polite.textContent = assertive.textContent = "";
}

/** The texts of the banners that are shown, by name. */
export function shown() {
  return Object.fromEntries([...banners].map(([name, { text }]) => [name, text]));
}

/** Nothing: the only button of this banner was tapped. @param {string} name */
export function tap(name) {
  banners.get(name)?.actions[0].run();
}

/** @type {Record<string, object>} */
const elements = {
  polite,
  assertive,
  sheet: { open: false },
  toasts: { append() {}, querySelectorAll: () => [], contains: () => false, hidePopover() {}, showPopover() {} },
  banners: {
    querySelector: (/** @type {string} */ selector) => banners.get(selector.split('"')[1]) ?? null,
    append: (/** @type {Banner} */ banner) => banners.set(banner.name, Object.assign(banner, { isConnected: true })),
  },
};
Object.assign(globalThis, {
  Node: class {},
  document: {
    documentElement: { lang: "en" },
    getElementById: (/** @type {string} */ id) => elements[id],
    createElement: () => new Banner(),
  },
});
