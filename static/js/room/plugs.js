// A headset that is plugged in is offered, until one says no; one that is pulled out is said.

import { hideBanner, showBanner } from "../banner.js";
import { format, gettext } from "../text.js";
import { toast } from "../toast.js";
import { watchDevices } from "./devices.js";
import { settings } from "./settings.js";

/**
 * A device's name without the numbers some browsers put behind it.
 * @param {string} label
 */
export function plain(label) {
  return label.replace(/\s*\([0-9a-f]{4}:[0-9a-f]{4}\)$/i, "");
}

/**
 * @param {import("./microphone.js").Microphone} microphone
 * @param {import("./output.js").Output} output
 * @param {(device: string) => void} use opens this microphone
 */
export function watchPlugs(microphone, output, use) {
  /** The ids of those that are not offered again: a bad cable comes and goes. @type {Set<string | undefined>} */
  const declined = new Set();
  const look = watchDevices(({ came, went }) => {
    const lost = went.find(({ kind, deviceId }) => kind === "audiooutput" && deviceId === settings().output);
    if (lost) fallBack(lost);
    if (went.length) hideBanner("plugged");
    const fresh = came.filter(({ deviceId }) => !declined.has(deviceId));
    const input = microphone.track && fresh.find(({ kind }) => kind === "audioinput");
    const speaker = output.choosable && fresh.find(({ kind }) => kind === "audiooutput");
    if (input || speaker) offer(input || undefined, speaker || undefined);
  });
  microphone.opened.on(look);

  /** @param {MediaDeviceInfo} device */
  function fallBack(device) {
    for (const sound of output.sounds) sound.setSinkId("").catch(() => undefined);
    toast(format(gettext("%(name)s went away. The sound comes from where your system plays it."), { name: plain(device.label) }));
  }

  /**
   * @param {MediaDeviceInfo | undefined} input
   * @param {MediaDeviceInfo | undefined} speaker
   */
  function offer(input, speaker) {
    const run = () => {
      hideBanner("plugged");
      if (input) use(input.deviceId);
      if (speaker) output.choose(speaker.deviceId);
    };
    const decline = () => {
      hideBanner("plugged");
      for (const device of [input, speaker]) declined.add(device?.deviceId);
    };
    showBanner("plugged", format(gettext("%(name)s was plugged in."), { name: plain((input ?? speaker)?.label ?? "") }), {
      actions: [
        { label: gettext("Use it"), primary: true, run },
        { label: gettext("Not now"), run: decline },
      ],
    });
  }
}
