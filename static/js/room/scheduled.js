// The host starts a scheduled room.

import { ApiError, call } from "../api.js";
import { byId } from "../dom.js";
import { refused } from "./words.js";

const start = /** @type {HTMLButtonElement | null} */ (document.getElementById("start"));

start?.addEventListener("click", async () => {
  start.disabled = true;
  try {
    await call("POST", `rooms/${start.dataset.room}/start/`);
    location.reload();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    byId("problem").textContent = refused(error.code, error.message);
    byId("problem").hidden = false;
    start.disabled = false;
  }
});
