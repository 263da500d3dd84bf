// How a microphone is allowed again, by browser and system: guessed from what the browser says of itself.

import { gettext } from "../text.js";

/** @typedef {"chrome" | "firefox" | "safari" | "android" | "ios" | "other"} Place */

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
