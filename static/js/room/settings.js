// How this person wants to sound and to hear: remembered in this browser.

import { keep, recall } from "../memory.js";

/**
 * `microphone` and `output` are device ids, "" for the system's own; `hold`: the microphone button is held to talk.
 * @typedef {{microphone: string, output: string, noise: boolean, echo: boolean, gain: boolean, music: boolean, hold: boolean}} Settings
 */

const KEY = "stoa.sound";

/** @type {Readonly<Settings>} */
export const USUAL = Object.freeze({ microphone: "", output: "", noise: true, echo: true, gain: true, music: false, hold: false });

/** @type {Settings | undefined} */
let now;

/**
 * The settings in a text that was kept; whatever is missing or of the wrong kind is as usual.
 * @param {string} text
 * @returns {Settings}
 */
export function read(text) {
  let kept;
  try {
    kept = JSON.parse(text) ?? {};
  } catch {
    kept = {};
  }
  const entries = Object.entries(USUAL).map(([name, usual]) => [name, typeof kept[name] === typeof usual ? kept[name] : usual]);
  return Object.fromEntries(entries);
}

/** The settings at this moment. */
export function settings() {
  return (now ??= read(recall(KEY)));
}

/**
 * Changes some of the settings, and remembers them.
 * @param {Partial<Settings>} some
 */
export function change(some) {
  now = { ...settings(), ...some };
  keep(KEY, JSON.stringify(now));
}

/**
 * What getUserMedia is asked for. Music comes as it is, in stereo.
 * @param {Settings} wanted
 * @returns {{echoCancellation: boolean, noiseSuppression: boolean, autoGainControl: boolean, channelCount: number}}
 */
export function constraints({ noise, echo, gain, music }) {
  return {
    echoCancellation: echo && !music,
    noiseSuppression: noise && !music,
    autoGainControl: gain && !music,
    channelCount: music ? 2 : 1,
  };
}

/**
 * Whether a track is as it was asked for. What a browser does not tell counts as done: asking again would not help.
 * @param {MediaTrackSettings} actual
 * @param {ReturnType<typeof constraints>} wanted
 */
export function fits(actual, wanted) {
  const { echoCancellation, noiseSuppression, autoGainControl, channelCount } = actual;
  return [
    [echoCancellation, wanted.echoCancellation],
    [noiseSuppression, wanted.noiseSuppression],
    [autoGainControl, wanted.autoGainControl],
    [channelCount && channelCount > 1, wanted.channelCount > 1],
  ].every(([is, should]) => is === undefined || Boolean(is) === should);
}
