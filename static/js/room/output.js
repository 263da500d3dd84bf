// Where the sound comes out, in browsers that let a page choose.

import { gettext } from "../text.js";
import { toast } from "../toast.js";
import { devices } from "./devices.js";
import { change, settings } from "./settings.js";

const TONES = [523, 659]; // Hz, one after the other: nobody takes two notes for noise
const NOTE = 0.35; // s

export class Output {
  /** @type {HTMLAudioElement | undefined} */
  #test;

  /** @param {HTMLAudioElement[]} sounds */
  constructor(sounds) {
    this.sounds = sounds;
  }

  /** Whether this browser lets a page choose at all; those on phones do not. */
  get choosable() {
    return "setSinkId" in HTMLMediaElement.prototype;
  }

  /** Whether the browser has a list of its own to choose from, as Firefox does. */
  get asks() {
    return this.choosable && "selectAudioOutput" in (navigator.mediaDevices ?? {});
  }

  /** Those that the page may choose by itself. */
  async devices() {
    if (!this.choosable) return [];
    return (await devices()).filter((device) => device.kind === "audiooutput");
  }

  /** Lets the browser ask; true when one was chosen that can be used. */
  async ask() {
    try {
      const { deviceId } = await /** @type {any} */ (navigator.mediaDevices).selectAudioOutput();
      return this.choose(deviceId);
    } catch {
      return false; // closed without a choice
    }
  }

  /**
   * Plays on this device from now on, "" for the system's own; false, and said, when it cannot be used.
   * @param {string} device
   */
  async choose(device) {
    try {
      await Promise.all(this.sounds.map((sound) => sound.setSinkId(device)));
    } catch {
      toast(gettext("That device cannot be used. The sound stays where it was."));
      return false;
    }
    change({ output: device });
    return true;
  }

  /** The device chosen last time, if it is there; the system's own otherwise, and the choice is kept for when it is back. */
  async restore() {
    const { output } = settings();
    if (!output || !this.choosable) return;
    await Promise.all(this.sounds.map((sound) => sound.setSinkId(output))).catch(() => undefined);
  }

  /** Two notes, where the voices come out. Call it inside a tap. */
  async test() {
    const context = new AudioContext();
    const target = context.createMediaStreamDestination();
    const element = (this.#test ??= new Audio());
    element.srcObject = target.stream;
    if (this.choosable) await element.setSinkId(this.sounds[0].sinkId).catch(() => undefined);
    TONES.forEach((frequency, index) => note(context, target, frequency, context.currentTime + index * NOTE));
    await Promise.all([element.play(), context.resume()]).catch(() => undefined);
    setTimeout(() => context.close(), (TONES.length + 1) * NOTE * 1000);
  }
}

/**
 * @param {AudioContext} context
 * @param {AudioNode} target
 * @param {number} frequency Hz
 * @param {number} start s
 */
function note(context, target, frequency, start) {
  const gain = new GainNode(context, { gain: 0 });
  gain.gain.setTargetAtTime(0.2, start, 0.02);
  gain.gain.setTargetAtTime(0, start + NOTE / 2, 0.08);
  const tone = new OscillatorNode(context, { frequency });
  tone.connect(gain).connect(target);
  tone.start(start);
  tone.stop(start + 2 * NOTE);
}
