// The bar at the bottom: leave, the one thing to do next, and everything else.

import { byId, h, icon } from "../dom.js";
import { format, gettext } from "../text.js";
import { handPlace } from "./roster.js";
import { settings } from "./settings.js";

/**
 * What the main button does now.
 * @typedef {"raise_hand" | "lower_hand" | "answer" | "go_on_stage" | "open" | "unmute" | "mute"} Action
 * @typedef {import("./protocol.js").Member} Member
 */

/**
 * The one thing to do next.
 * @param {Member} you
 * @param {{open: boolean, wish: boolean}} voice whether my microphone is open, and whether I want to be heard
 * @returns {Action}
 */
export function nextAction(you, voice) {
  if (you.stage === "invited") return "answer";
  if (you.stage === "hand_up") return "lower_hand";
  if (you.stage === "audience") return you.rank === "member" ? "raise_hand" : "go_on_stage";
  if (!voice.open) return "open";
  return voice.wish ? "mute" : "unmute";
}

/** @type {Record<Action, {icon: string, label: () => string, look: string}>} */
const LOOKS = {
  raise_hand: { icon: "hand", label: () => gettext("Raise hand"), look: "primary" },
  lower_hand: { icon: "hand", label: () => gettext("Lower hand"), look: "raised" },
  answer: { icon: "up", label: () => gettext("You are invited"), look: "primary" },
  go_on_stage: { icon: "up", label: () => gettext("Go on stage"), look: "primary" },
  open: { icon: "mic-off", label: () => gettext("Turn mic on"), look: "primary" },
  unmute: { icon: "mic-off", label: () => gettext("You are muted"), look: "primary" },
  mute: { icon: "mic", label: () => gettext("You are heard"), look: "live" },
};

/** What a tap does, where the label says what is. @type {Partial<Record<Action, () => string>>} */
const HINTS = {
  answer: () => gettext("Go on stage"),
  unmute: () => (settings().hold ? gettext("Hold to talk") : gettext("Unmute")),
  mute: () => gettext("Mute"),
};

export class Dock {
  #main = byId("dock-main");
  #drawn = "";
  /** @type {Action} */
  action = "raise_hand";

  /**
   * @param {{main: (action: Action) => void, leave: () => void, more: () => void}} run
   */
  constructor({ main, leave, more }) {
    this.#main.addEventListener("click", () => main(this.action));
    byId("dock-leave").addEventListener("click", leave);
    byId("dock-more").addEventListener("click", more);
  }

  /**
   * @param {import("./session.js").Session} session
   * @param {{open: boolean, wish: boolean, heard: boolean}} voice `heard`: the server agrees, and the sound arrives
   */
  draw({ you, members }, voice) {
    if (!you) return;
    this.action = nextAction(you, voice);
    const place = handPlace(members, you.number);
    const now = `${this.action} ${place} ${voice.heard} ${settings().hold}`;
    if (now === this.#drawn) return;
    this.#drawn = now;
    const { icon: sign, label, look } = LOOKS[this.action];
    const hint = HINTS[this.action]?.() ?? (place ? format(gettext("Number %(n)s in line"), { n: place }) : "");
    const words = this.action === "mute" && !voice.heard ? gettext("Connecting") : label();
    this.#main.className = `button dock-main ${look}`;
    this.#main.replaceChildren(icon(sign), h("span", { class: "dock-words" }, words, hint && h("small", {}, hint)));
  }

  /** @param {number} level 0 to 1, of my own voice while it is heard */
  level(level) {
    const now = level.toFixed(2);
    if (this.#main.style.getPropertyValue("--level") !== now) this.#main.style.setProperty("--level", now);
  }
}
