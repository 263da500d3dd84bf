// The microphone is taken away: by a call, by the system, or with a pulled plug.

import { hideBanner } from "../banner.js";
import { format, gettext } from "../text.js";
import { toast } from "../toast.js";
import { going } from "./going.js";
import { NoMicrophone } from "./microphone.js";
import { plain } from "./plugs.js";

export class Interruption {
  /**
   * @param {import("./microphone.js").Microphone} microphone
   * @param {import("./voice.js").Voice} voice
   * @param {() => void} choose lets the person choose a microphone
   */
  constructor(microphone, voice, choose) {
    this.microphone = microphone;
    this.voice = voice;
    this.choose = choose;
    microphone.lost.on(() => this.#lost());
    microphone.interrupted.on((on) => on && this.#interrupted());
    voice.changed.on(({ live, speaking }) => (live || !speaking) && hideBanner("microphone"));
  }

  /** The microphone is heard again: inside a tap, since a browser may ask. */
  async resume() {
    hideBanner("microphone");
    if (this.microphone.taken && !(await this.#reopened(this.microphone.device))) return this.gone();
    return this.voice.unmute();
  }

  /** Everybody sees that I am muted, and I stay so until I say otherwise: after a call nobody speaks by accident. */
  #interrupted() {
    if (!this.voice.speaking) return;
    this.voice.mute();
    going("interrupted", () => this.resume());
  }

  /** The device is gone: another one takes its place if the browser gives it without asking. */
  async #lost() {
    if (!(await permitted()) || !(await this.#reopened(""))) return this.gone();
    toast(format(gettext("Your microphone went away. Now in use: %(name)s"), { name: plain(this.microphone.track?.label ?? "") }));
  }

  /** Nobody hears me, until I choose another one. */
  gone() {
    this.voice.mute();
    this.microphone.close();
    this.voice.apply();
    going("gone", () => (hideBanner("microphone"), this.choose()));
  }

  /** @param {string} device */
  async #reopened(device) {
    try {
      await this.microphone.open(device);
    } catch (error) {
      if (!(error instanceof NoMicrophone)) throw error;
      return false;
    }
    this.voice.apply();
    return true;
  }
}

/** Whether the browser would open a microphone without a question. */
async function permitted() {
  try {
    return (await navigator.permissions.query({ name: /** @type {PermissionName} */ ("microphone") })).state === "granted";
  } catch {
    return false; // it does not say: then it would ask
  }
}
