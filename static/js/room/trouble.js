// The line is down, or the sound is: said after a moment, so that a hiccup stays one.

import { assertive, polite } from "../announce.js";
import { hideBanner } from "../banner.js";
import { gettext } from "../text.js";
import { toast } from "../toast.js";
import { DETOURS, going } from "./going.js";

const MOMENT = 1500; // ms

/** One banner that appears only when its trouble lasts. */
class Lasting {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #shown = false;

  /**
   * @param {string} name
   * @param {() => void} show
   */
  constructor(name, show) {
    this.name = name;
    this.show = show;
  }

  begin() {
    this.#timer ??= setTimeout(() => {
      this.#shown = true;
      this.show();
    }, MOMENT);
  }

  /** True when the banner had been seen. */
  end() {
    clearTimeout(this.#timer);
    const shown = this.#shown;
    this.#timer = undefined;
    this.#shown = false;
    hideBanner(this.name);
    return shown;
  }
}

/**
 * Shows what is wrong with the socket and with the sound for as long as it is.
 * @param {import("./socket.js").RoomSocket} socket
 * @param {import("./media.js").Media} media
 */
export function watchTrouble(socket, media) {
  const line = new Lasting("line", () => {
    assertive(gettext("Connection lost")); // the banner says the rest when there is a pause
    going(socket.refusal === "unavailable" ? "unavailable" : "line", () => socket.hurry());
  });
  const sound = new Lasting("sound", () => going("sound"));
  const wall = new Lasting("wall", () => going("wall", () => media.renew()));
  socket.link.on((link) => {
    if (link === "waiting" || link === "connecting") line.begin();
    else if (line.end() && link === "open") polite(gettext("Connected again"));
    if (link === "closed") for (const trouble of [sound, wall]) trouble.end();
  });
  media.flow.on((flow) => {
    const lasting = flow === "unreachable" ? wall : sound;
    const shown = [sound, wall].filter((other) => other !== lasting || flow === "connected").map((other) => other.end());
    if (flow !== "connected") lasting.begin();
    else if (shown.some(Boolean)) polite(gettext("The sound is back"));
  });
  media.detour.on((way) => toast(DETOURS[way]()));
  media.blocked.on(() => going("tap", () => (hideBanner("tap"), media.play())));
}

/**
 * Says so while the connection is weak: what others miss counts more than what I miss.
 * @param {import("./quality.js").Monitor} monitor
 */
export function watchQuality(monitor) {
  monitor.changed.on(({ sending, hearing }) => {
    if (sending.weak) going("weak_sending");
    else if (hearing.weak) going("weak_hearing");
    else hideBanner("weak");
  });
}
