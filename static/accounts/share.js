// A fresh invite link: copied, or handed to the device's own share sheet.

import { gettext } from "../js/text.js";

const said = document.querySelector("[data-said]");

/** @param {string | undefined} id @returns {string} */
function words(id) {
  return document.getElementById(id ?? "")?.textContent?.trim() ?? "";
}

/** @param {string} selector @param {(text: string) => Promise<void>} give */
function offer(selector, give) {
  for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll(selector))) {
    button.hidden = false;
    button.addEventListener("click", () => give(words(button.dataset.copy ?? button.dataset.share)));
  }
}

/** @param {string} text */
async function copy(text) {
  await navigator.clipboard.writeText(text);
  if (said) said.textContent = gettext("Copied.");
}

/** @param {string} url */
async function share(url) {
  try {
    await navigator.share({ url });
  } catch (error) {
    // Closing the share sheet is no failure.
    if (/** @type {Error} */ (error).name !== "AbortError") throw error;
  }
}

if ("clipboard" in navigator) offer("[data-copy]", copy);
if ("share" in navigator) offer("[data-share]", share);
