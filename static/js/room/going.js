// What is going on with line, sound and microphone: each in words, with what can be done about it.

import { showBanner } from "../banner.js";
import { gettext } from "../text.js";

/**
 * `place` is the banner that says it, where several share one; `act` names its button.
 * @typedef {{place: string, kind: import("../banner.js").Kind, text: () => string, act?: () => string}} Going
 */

const PRIMARY = new Set(["tap", "paused", "interrupted", "gone"]); // what waits for the person, and for nobody else

export const GOING = Object.freeze(/** @satisfies {Record<string, Going>} */ ({
  line: {
    place: "line",
    kind: "warn",
    text: () => gettext("The connection to the server is down. Trying again."),
    act: () => gettext("Try now"),
  },
  unavailable: {
    place: "line",
    kind: "warn",
    text: () => gettext("The server lets nobody in at this moment. Trying again."),
    act: () => gettext("Try now"),
  },
  sound: { place: "sound", kind: "warn", text: () => gettext("The sound is down. It comes back by itself.") },
  wall: {
    place: "wall",
    kind: "danger",
    text: () =>
      gettext("This network lets no sound through: its UDP port is blocked. Try another network, or ask whoever runs this server for a relay (TURN). Still trying."),
    act: () => gettext("Try now"),
  },
  tap: { place: "tap", kind: "", text: () => gettext("Your browser wants a tap before it plays sound."), act: () => gettext("Tap to hear") },
  weak_sending: { place: "weak", kind: "warn", text: () => gettext("Your connection is weak: others may hear gaps.") },
  weak_hearing: { place: "weak", kind: "warn", text: () => gettext("Your connection is weak: you may hear gaps.") },
  paused: { place: "paused", kind: "", text: () => gettext("You paused the sound. The room goes on."), act: () => gettext("Play") },
  interrupted: {
    place: "microphone",
    kind: "warn",
    text: () => gettext("Your microphone was interrupted. Nobody hears you."),
    act: () => gettext("Turn it on again"),
  },
  gone: {
    place: "microphone",
    kind: "warn",
    text: () => gettext("Your microphone went away. Nobody hears you."),
    act: () => gettext("Choose another"),
  },
}));

/**
 * Shows the banner; `run` is what its button does.
 * @param {keyof typeof GOING} name
 * @param {() => void} [run]
 */
export function going(name, run) {
  /** @type {Going} */
  const { place, kind, text, act } = GOING[name];
  const actions = act && run ? [{ label: act(), primary: PRIMARY.has(name), run }] : [];
  showBanner(place, text(), { kind, actions });
}

/** Said once, since nothing is to be done about it. @type {Record<import("./media.js").Detour, () => string>} */
export const DETOURS = {
  relay: () => gettext("Your network blocks direct sound; it goes through a relay."),
  tcp: () => gettext("Your network blocks the fast way for sound; it takes a slower one and may have gaps."),
};
