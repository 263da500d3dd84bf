// The sound check: a short tone on tap.

import { gettext } from "../js/text.js";

const SECONDS = 0.6;
const button = /** @type {HTMLButtonElement} */ (document.querySelector("[data-tone]"));
const heard = /** @type {HTMLElement} */ (document.querySelector("[data-heard]"));

/** Two notes, faded in and out so that nothing clicks. @param {AudioContext} context */
function play(context) {
  const volume = context.createGain();
  const tone = context.createOscillator();
  const start = context.currentTime;
  tone.frequency.setValueAtTime(440, start);
  tone.frequency.setValueAtTime(660, start + SECONDS / 2);
  volume.gain.setValueAtTime(0, start);
  volume.gain.linearRampToValueAtTime(0.3, start + 0.05);
  volume.gain.setValueAtTime(0.3, start + SECONDS - 0.1);
  volume.gain.linearRampToValueAtTime(0, start + SECONDS);
  tone.connect(volume).connect(context.destination);
  tone.start(start);
  tone.stop(start + SECONDS);
  tone.addEventListener("ended", () => {
    heard.textContent = gettext("That was the tone. If you heard nothing, turn up the sound and tap again.");
    context.close();
  });
}

button.hidden = false;
button.addEventListener("click", async () => {
  const context = new AudioContext();
  await context.resume();
  play(context);
});
