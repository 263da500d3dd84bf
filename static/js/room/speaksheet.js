// Before one is heard: why the microphone is asked for, which one it is, and whether it hears anything.

import { h, icon } from "../dom.js";
import { meter } from "../pieces/meter.js";
import { closeSheet, openSheet } from "../sheet.js";
import { gettext } from "../text.js";
import { NoMicrophone } from "./microphone.js";
import { noMicrophone } from "./permission.js";
import { picker } from "./soundsheet.js";

/** @typedef {"stage" | "unmute"} Purpose */

/** @type {Record<Purpose, () => {live: string, muted: string}>} */
const CHOICES = {
  stage: () => ({ live: gettext("Go on stage"), muted: gettext("Go on stage muted") }),
  unmute: () => ({ live: gettext("Unmute"), muted: gettext("Stay muted") }),
};

export class SpeakSheet {
  /** @type {((choice: "live" | "muted" | null) => void) | undefined} */
  #answer;
  /** @type {(() => void) | undefined} */
  #stop;

  /**
   * @param {import("./microphone.js").Microphone} microphone
   * @param {() => void} opened the microphone was opened, or is another one now
   */
  constructor(microphone, opened) {
    this.microphone = microphone;
    this.opened = opened;
  }

  /**
   * What the person chose; null when they closed the sheet. "live" and "muted" promise an open microphone.
   * @param {Purpose} purpose
   * @returns {Promise<"live" | "muted" | null>}
   */
  ask(purpose) {
    const choice = new Promise((resolve) => (this.#answer = resolve));
    if (this.microphone.track) this.#ready(purpose);
    else this.#why(purpose);
    return /** @type {Promise<"live" | "muted" | null>} */ (choice);
  }

  /** @param {Purpose} purpose */
  #why(purpose) {
    this.#show(gettext("Your microphone"), [
      h("p", {}, gettext("To speak, this page needs your microphone. Your browser asks you next.")),
      h("p", { class: "muted" }, gettext("Nobody hears you before you say so, and you can mute yourself at any time.")),
      h("button", { type: "button", class: "button primary wide", onclick: () => this.#open(purpose) }, icon("mic"), gettext("Use my microphone")),
    ]);
  }

  /**
   * @param {Purpose} purpose
   * @param {string} [device]
   */
  async #open(purpose, device) {
    try {
      await this.microphone.open(device);
    } catch (error) {
      if (!(error instanceof NoMicrophone)) throw error;
      if (this.#answer) this.#failed(purpose, error);
      return;
    }
    this.opened();
    await this.#ready(purpose);
  }

  /**
   * @param {Purpose} purpose
   * @param {NoMicrophone} error
   */
  #failed(purpose, error) {
    const words = noMicrophone(error.trouble);
    const again = h("button", { type: "button", class: "button primary", onclick: () => this.#open(purpose) }, gettext("Try again"));
    this.#show(words.title, [
      h("p", { role: "alert" }, words.text),
      h(
        "div",
        { class: "row" },
        error.trouble !== "insecure" && again,
        h("button", { type: "button", class: "button", onclick: closeSheet }, gettext("Go on listening")),
      ),
    ]);
  }

  /** @param {Purpose} purpose */
  async #ready(purpose) {
    const devices = await this.microphone.devices();
    if (!this.#answer) return;
    const choices = CHOICES[purpose]();
    const { element, stop } = meter(() => this.microphone.level());
    this.#show(gettext("Your microphone"), [
      picker(gettext("Microphone"), devices, this.microphone.device, (device) => this.#open(purpose, device)),
      h("p", { class: "muted" }, gettext("Say something: the bar should move.")),
      element,
      h(
        "div",
        { class: "row" },
        h("button", { type: "button", class: "button primary", onclick: () => this.#choose("live") }, choices.live),
        h("button", { type: "button", class: "button", onclick: () => this.#choose("muted") }, choices.muted),
      ),
    ]);
    this.#stop = stop;
  }

  /** @param {"live" | "muted"} choice */
  #choose(choice) {
    const answer = this.#answer;
    this.#answer = undefined;
    closeSheet();
    answer?.(choice);
  }

  /**
   * @param {string} title
   * @param {import("../dom.js").Child[]} content
   */
  #show(title, content) {
    const answer = this.#answer;
    this.#answer = undefined; // the sheet shown before this one closes without an answer
    openSheet(title, content, () => this.#closed());
    this.#answer = answer;
  }

  #closed() {
    this.#stop?.();
    const answer = this.#answer;
    this.#answer = undefined;
    answer?.(null);
  }
}
