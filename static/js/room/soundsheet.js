// How I hear and how I sound: devices, a test, what the microphone does to my voice.

import { h, icon } from "../dom.js";
import { meter } from "../pieces/meter.js";
import { openSheet } from "../sheet.js";
import { format, gettext } from "../text.js";
import { plain } from "./plugs.js";
import { change, settings } from "./settings.js";

/** @typedef {import("../dom.js").Child} Child */

/**
 * A list of devices to choose from. `choose` gives back false where the choice came to nothing: then the list shows what it did before.
 * @param {string} label
 * @param {MediaDeviceInfo[]} devices
 * @param {string} current
 * @param {(device: string) => unknown} choose
 */
export function picker(label, devices, current, choose) {
  const options = devices.map((device, index) =>
    h("option", { value: device.deviceId, selected: device.deviceId === current }, plain(device.label) || format(gettext("Device %(n)s"), { n: index + 1 })),
  );
  const chosen = async () => {
    const wanted = list.value;
    if ((await choose(wanted)) === false) list.value = current;
    else current = wanted;
  };
  const list = h("select", { onchange: chosen }, ...options);
  return h("label", { class: "field" }, h("span", {}, label), list);
}

export class SoundSheet {
  /** @type {(() => void) | undefined} */
  #stop;
  #open = false;

  /**
   * @param {import("./microphone.js").Microphone} microphone
   * @param {import("./output.js").Output} output
   * @param {{use: (device: string) => Promise<void>, tune: () => Promise<void>, drawn: () => void}} run `use` opens another
   *   microphone, `tune` applies the switches, `drawn` is told of a change that shows in the dock
   */
  constructor(microphone, output, run) {
    this.microphone = microphone;
    this.output = output;
    this.run = run;
  }

  /** @param {boolean} speaking whether I am on stage: a listener is not bothered with microphones */
  async open(speaking) {
    const outputs = await this.output.devices();
    const inputs = speaking && this.microphone.track ? await this.microphone.devices() : [];
    const bar = inputs.length > 0 ? meter(() => this.microphone.level()) : undefined;
    openSheet(gettext("Sound"), [this.#hearing(outputs, speaking), speaking && this.#speaking(inputs, bar?.element)], () => this.#closed());
    this.#stop = bar?.stop; // not before: what was shown closes first, and may be this sheet itself
    this.#open = true;
  }

  #closed() {
    this.#stop?.();
    this.#stop = undefined;
    this.#open = false;
  }

  /**
   * @param {MediaDeviceInfo[]} outputs
   * @param {boolean} speaking
   */
  #hearing(outputs, speaking) {
    const ask = async () => (await this.output.ask()) && this.#open && this.open(speaking);
    return h(
      "section",
      { class: "stack", "aria-labelledby": "sound-hearing" },
      h("h3", { id: "sound-hearing" }, gettext("What you hear")),
      outputs.length > 0 && picker(gettext("Plays on"), outputs, settings().output || "default", (device) => this.output.choose(device)),
      h(
        "div",
        { class: "row" },
        h("button", { type: "button", class: "button", onclick: () => this.output.test() }, icon("sound"), gettext("Play a test sound")),
        this.output.asks && h("button", { type: "button", class: "button", onclick: ask }, gettext("Choose where it plays")),
      ),
    );
  }

  /**
   * @param {MediaDeviceInfo[]} inputs
   * @param {HTMLElement} [bar] the meter
   */
  #speaking(inputs, bar) {
    return h(
      "section",
      { class: "stack", "aria-labelledby": "sound-speaking" },
      h("h3", { id: "sound-speaking" }, gettext("What others hear")),
      ...(inputs.length > 0 ? [picker(gettext("Microphone"), inputs, this.microphone.device, (device) => this.run.use(device)), bar] : []),
      this.#switches(),
    );
  }

  #switches() {
    const processing = h(
      "fieldset",
      { class: "plain", disabled: settings().music },
      h("legend", { class: "only-read" }, gettext("Processing")),
      this.#choice("noise", gettext("Take out noise"), gettext("Fans, keys, traffic")),
      this.#choice("echo", gettext("Take out echo"), gettext("Needed without headphones")),
      this.#choice("gain", gettext("Even out loudness"), gettext("Whether near or far from the microphone")),
    );
    const music = (/** @type {boolean} */ on) => (processing.disabled = on);
    return h(
      "div",
      {},
      processing,
      this.#choice("music", gettext("Music mode"), gettext("Stereo, nothing taken out. Use headphones."), music),
      this.#choice("hold", gettext("Hold the microphone button to talk"), gettext("Space does the same on a keyboard"), () => this.run.drawn()),
    );
  }

  /**
   * @param {"noise" | "echo" | "gain" | "music" | "hold"} name
   * @param {string} label
   * @param {string} help
   * @param {(on: boolean) => void} [changed]
   */
  #choice(name, label, help, changed) {
    const flip = (/** @type {boolean} */ on) => {
      change({ [name]: on });
      changed?.(on);
      if (name !== "hold") this.run.tune();
    };
    const box = h("input", { type: "checkbox", checked: settings()[name], onchange: ({ target }) => flip(target.checked) });
    return h("label", { class: "choice" }, box, h("span", {}, label, h("small", {}, help)));
  }
}
