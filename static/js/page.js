// What every page has: the theme switch in the header's menu, times by the reader's clock, and for members the service worker.

import { call } from "./api.js";
import { register } from "./register.js";
import { localTimes } from "./times.js";

const KEY = "stoa.theme";
const member = document.body.dataset.member !== undefined;
const buttons = /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("[data-theme-choice]"));

/** @returns {string} the theme in force: light, dark or system */
function chosen() {
  return document.documentElement.dataset.theme ?? "system";
}

function show() {
  for (const button of buttons) {
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === chosen()));
  }
}

/** @param {string} theme */
function choose(theme) {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // Storage may be forbidden; the choice then lasts for this page.
  }
  show();
  // Kept for the other devices; for a stranger there are none, and without the server the choice stands here.
  if (member) call("PATCH", "me/", { theme }).catch(() => {});
}

for (const button of buttons) {
  button.addEventListener("click", () => choose(button.dataset.themeChoice ?? "system"));
}
show();
localTimes(document);
// Where the browser refuses it, in some private windows, the page works all the same.
if (member && navigator.serviceWorker) addEventListener("load", () => register().catch(() => {}));
