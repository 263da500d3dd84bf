// A picture of oneself: sent as soon as it is chosen, and made small before, so that any photograph will do.

import { gettext } from "../js/text.js";

const SIDE = 512; // pixels; the server keeps fewer
const SMALL = 1024 * 1024; // bytes that need no making smaller
const PLAIN = ["image/jpeg", "image/png", "image/webp", "image/gif"];

/**
 * The square in the middle of a picture of this size.
 * @param {number} width
 * @param {number} height
 * @returns {{x: number, y: number, side: number}}
 */
export function middle(width, height) {
  const side = Math.min(width, height);
  return { x: (width - side) / 2, y: (height - side) / 2, side };
}

/** Whether the server takes the file as it is. @param {{size: number, type: string}} file */
export function fits(file) {
  return file.size <= SMALL && PLAIN.includes(file.type);
}

/** Its middle as a small JPEG, drawn by the browser, which may read more kinds than the server. @param {File} file @returns {Promise<File>} */
async function shrink(file) {
  const picture = await createImageBitmap(file);
  const { x, y, side } = middle(picture.width, picture.height);
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIDE;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.fillStyle = "white";
  context.fillRect(0, 0, SIDE, SIDE);
  context.drawImage(picture, x, y, side, side, 0, 0, SIDE, SIDE);
  picture.close();
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.9));
  return new File([/** @type {Blob} */ (blob)], "picture.jpg", { type: "image/jpeg" });
}

/** @param {HTMLFormElement} form @param {HTMLInputElement} input */
async function send(form, input) {
  const file = input.files?.[0];
  if (!file) return;
  if (!fits(file)) {
    const files = new DataTransfer();
    files.items.add(await shrink(file));
    input.files = files.files;
  }
  form.submit();
}

const form = /** @type {HTMLFormElement | null} */ (globalThis.document?.querySelector("form[data-picture]") ?? null);
if (form) {
  const input = /** @type {HTMLInputElement} */ (form.elements.namedItem("picture"));
  const problem = /** @type {HTMLElement} */ (form.querySelector("[data-problem]"));
  /** @type {HTMLElement} */ (form.querySelector("[data-send]")).hidden = true;
  input.addEventListener("change", () => {
    problem.textContent = "";
    send(form, input).catch(() => {
      problem.textContent = gettext("This could not be read as a picture. JPEG, PNG, WebP and GIF will do.");
    });
  });
}
