// The sound check: a short tone on tap and, for those who want to speak, a look at the microphone.

import { pause } from "../js/dom.js";
import { meter } from "../js/pieces/meter.js";
import { Microphone, NoMicrophone } from "../js/room/microphone.js";
import { noMicrophone, place } from "../js/room/permission.js";
import { gettext, spoken } from "../js/text.js";

const SECONDS = 0.6;
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
const bar = /** @type {HTMLElement} */ (document.querySelector("[data-meter]"));
const tryIt = /** @type {HTMLButtonElement} */ (document.querySelector("[data-try]"));
const microphone = new Microphone();
let clear = false; // a voice was heard
let stop = () => {};

async function listen() {
  const resume = pause(tryIt);
  try {
    await microphone.open();
  } catch (error) {
    reset(error instanceof NoMicrophone ? error.trouble : "unknown");
    return resume();
  }
  tryIt.hidden = true;
  said.textContent = gettext("Say something: the bar should move.");
  clear = false;
  const shown = meter(level);
  bar.replaceChildren(shown.element);
  stop = shown.stop;
}

/** How loud it is now; once that is a voice, it is said. */
function level() {
  const now = microphone.level();
  if (!clear && now >= CLEAR) {
    clear = true;
    said.textContent = gettext("We hear you well. You are ready to speak.");
  }
  return now;
}

/** The button is back: it may be tried again. @param {import("../js/room/microphone.js").Trouble} [trouble] */
function reset(trouble) {
  stop();
  microphone.close();
  bar.replaceChildren();
  tryIt.hidden = tryIt.disabled = false;
  const words = trouble && noMicrophone(trouble);
  said.textContent = words ? spoken([words.title, words.text]) : "";
}

speak.hidden = !navigator.mediaDevices; // without a secure page there is no microphone to try
tryIt.disabled = false;
tryIt.addEventListener("click", listen);
microphone.lost.on(() => reset("missing"));
window.addEventListener("pagehide", () => reset()); // whoever comes back finds the page as it was, and tries again
