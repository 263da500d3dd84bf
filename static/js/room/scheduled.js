// A room that has not started: its host starts it, the others wait for that.

import { ApiError, call } from "../api.js";
import { byId } from "../dom.js";
import { refused } from "./words.js";

const EVERY = 10_000; // ms, and a little chance, so that those who wait do not ask together

const path = `rooms/${byId("prejoin").dataset.room}/`;
const start = /** @type {HTMLButtonElement | null} */ (document.getElementById("start"));

async function begin() {
  if (!start) return;
  start.disabled = true;
  try {
    await call("POST", `${path}start/`);
    location.reload();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    byId("problem").textContent = refused(error.code, error.message);
    byId("problem").hidden = false;
    start.disabled = false;
  }
}

async function wait() {
  // Without an answer nothing is known; the next turn asks again.
  const card = await call("GET", path).catch(() => null);
  if (card && card.state !== "scheduled") location.reload();
  else setTimeout(wait, EVERY * (1 + Math.random() / 2));
}

start?.addEventListener("click", begin);
setTimeout(wait, EVERY);
