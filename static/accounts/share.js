// A fresh invite link: copied, or handed to the device's own share sheet.

import { byId } from "../js/dom.js";
import { copy, share } from "../js/share.js";
import { gettext } from "../js/text.js";

/** @param {string} selector @param {(link: string) => Promise<void>} give @param {boolean} first the one to take */
function offer(selector, give, first) {
  const button = /** @type {HTMLButtonElement | null} */ (document.querySelector(selector));
  if (!button) return;
  button.hidden = false;
  button.classList.toggle("primary", first);
  button.addEventListener("click", () => give(byId("link").textContent.trim()));
}

const sheet = "share" in navigator;
offer("[data-copy]", copy, !sheet);
if (sheet) offer("[data-share]", (link) => share(link, gettext("Come in to Stoa")), true);
