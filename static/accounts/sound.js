// The sound check: a short tone on tap and, for those who want to speak, a look at the microphone.

import { h } from "../js/dom.js";
import "../js/pieces/meter.js";
import { Microphone, NoMicrophone } from "../js/room/microphone.js";
import { noMicrophone, place } from "../js/room/permission.js";
import { gettext, spoken } from "../js/text.js";

const SECONDS = 0.6;
const TICK = 80; // ms between two readings of the meter
const CLEAR = 0.35; // of the meter: a voice at arm's length
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
    heard.textContent = place(navigator) === "ios" ? onIphone() : gettext("That was the tone. If you heard nothing, turn up the sound and tap again.");
    context.close();
  });
}

/** There a tone is as silent as a ringing, while a room is heard like a film. */
const onIphone = () => gettext("That was the tone. If you heard nothing, switch off silent mode, turn up the sound and tap again.");

button.disabled = false;
button.addEventListener("click", async () => {
  const context = new AudioContext();
  await context.resume();
  play(context);
});

const speak = /** @type {HTMLElement} */ (document.querySelector("[data-speak]"));
const said = /** @type {HTMLElement} */ (document.querySelector("[data-said]"));
const tryIt = /** @type {HTMLButtonElement} */ (document.querySelector("[data-try]"));
const microphone = new Microphone();

async function listen() {
  tryIt.disabled = true;
  try {
    await microphone.open();
  } catch (error) {
    const words = error instanceof NoMicrophone ? noMicrophone(error.trouble) : noMicrophone("unknown");
    said.textContent = spoken([words.title, words.text]);
    tryIt.disabled = false;
    return;
  }
  tryIt.hidden = true;
  said.textContent = gettext("Say something: the bar should move.");
  const meter = h("stoa-meter", { class: "meter", "aria-label": gettext("How loud you are") });
  document.querySelector("[data-meter]")?.replaceChildren(meter);
  let clear = false;
  setInterval(() => {
    meter.level = microphone.level();
    if (clear || microphone.level() < CLEAR) return;
    clear = true;
    said.textContent = gettext("We hear you well. You are ready to speak.");
  }, TICK);
}

speak.hidden = !navigator.mediaDevices; // without a secure page there is no microphone to try
tryIt.disabled = false;
tryIt.addEventListener("click", listen);
window.addEventListener("pagehide", () => microphone.close());
