// Why there is no microphone, and how it is allowed again, by browser and system: guessed from what the browser says of itself.

import { gettext, sentences } from "../text.js";

/**
 * @typedef {"chrome" | "firefox" | "safari" | "android" | "ios" | "other"} Place
 * @typedef {import("./microphone.js").Trouble} Trouble
 * @typedef {import("./words.js").Words} Words
 */

/**
 * Which settings a person has to look for.
 * @param {{userAgent: string, maxTouchPoints?: number, userAgentData?: {platform?: string, mobile?: boolean}}} agent
 * @returns {Place}
 */
export function place({ userAgent, maxTouchPoints = 0, userAgentData }) {
  const desktopIpad = /Macintosh/.test(userAgent) && maxTouchPoints > 1;
  if (/iPhone|iPad|iPod/.test(userAgent) || desktopIpad) return "ios";
  if (userAgentData?.platform === "Android" || /Android/.test(userAgent)) return "android";
  if (/Firefox\//.test(userAgent)) return "firefox";
  if (/Chrom(e|ium)\/|Edg\//.test(userAgent)) return "chrome";
  if (/Safari\//.test(userAgent)) return "safari";
  return "other";
}

/** @type {readonly Place[]} */
export const PLACES = ["chrome", "firefox", "safari", "android", "ios", "other"];

/**
 * The way to allow it, in words.
 * @param {Place} where
 */
export function steps(where) {
  return STEPS[where]();
}

/** @type {Record<Place, () => string>} */
const STEPS = {
  chrome: () => gettext("Click the sign left of the address, allow the microphone, then try again. If it is allowed there, look in your system's privacy settings."),
  firefox: () => gettext("Click the crossed-out microphone left of the address, remove the block, then try again. If there is none, look in your system's privacy settings."),
  safari: () => gettext("In the menu, open Safari, Settings for This Website, set Microphone to Allow, then try again."),
  android: () => gettext("Tap the sign left of the address, open Permissions, allow the microphone, then try again. If it stays blocked: Android Settings, Apps, your browser, Permissions, Microphone."),
  ios: () => gettext("Tap the sign left of the address, Website Settings, set Microphone to Allow, then try again. If it stays blocked: iOS Settings, Apps, your browser, Microphone."),
  other: () => gettext("Tap the sign beside the address, allow the microphone, then try again. On a phone, look in the system settings under the browser's name as well."),
};

/**
 * Why there is no microphone.
 * @param {Trouble} trouble
 * @param {Place} [where]
 * @returns {Words}
 */
export function noMicrophone(trouble, where = place(navigator)) {
  return MICROPHONE[trouble](where);
}

/** @type {Record<Trouble, (where: Place) => Words>} */
export const MICROPHONE = {
  denied: (where) => ({
    title: gettext("The microphone is blocked"),
    text: sentences([gettext("Your browser or your system keeps it from this page."), steps(where)]),
  }),
  missing: () => ({
    title: gettext("No microphone was found"),
    text: gettext("Plug one in or switch on your headset, then try again."),
  }),
  busy: () => ({
    title: gettext("The microphone is busy"),
    text: gettext("Another app is using it. Close that app or its call, then try again."),
  }),
  insecure: () => ({
    title: gettext("The microphone needs a secure page"),
    text: gettext("Browsers hand out the microphone only over https. Ask whoever runs this server for its https address. You can go on listening."),
  }),
  unknown: () => ({
    title: gettext("The microphone did not start"),
    text: gettext("Try again; if that does not help, choose another one in your system's sound settings."),
  }),
};
