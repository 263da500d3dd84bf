// A fresh invite link: copied, or handed to the device's own share sheet.

import { byId } from "../js/dom.js";
import { copy, share } from "../js/share.js";
import { gettext } from "../js/text.js";

/** @param {string} selector @param {(link: string) => Promise<void>} give */
function offer(selector, give) {
  const button = /** @type {HTMLButtonElement | null} */ (document.querySelector(selector));
  if (!button) return;
  button.hidden = false;
  button.addEventListener("click", () => give(byId("link").textContent.trim()));
}

offer("[data-copy]", copy);
if ("share" in navigator) offer("[data-share]", (link) => share(link, gettext("Come in to Stoa")));
