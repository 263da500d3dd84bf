// The line is down, or the sound is: said after a moment, so that a hiccup stays one.

import { polite } from "../announce.js";
import { hideBanner, showBanner } from "../banner.js";
import { gettext } from "../text.js";
import { toast } from "../toast.js";

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
  const line = new Lasting("line", () =>
    showBanner("line", gettext("The connection to the server is down. Trying again."), {
      kind: "warn",
      actions: [{ label: gettext("Try now"), run: () => socket.hurry() }],
    }),
  );
  const sound = new Lasting("sound", () => showBanner("sound", gettext("The sound is down. It comes back by itself."), { kind: "warn" }));
  const wall = new Lasting("wall", () =>
    showBanner("wall", gettext("This network lets no sound through: its UDP port is blocked. Try another network, or ask whoever runs this server for a relay (TURN). Still trying."), {
      kind: "danger",
      actions: [{ label: gettext("Try now"), run: () => media.renew() }],
    }),
  );
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
  media.relayed.on(() => toast(gettext("Your network blocks direct sound; it goes through a relay.")));
  media.blocked.on(() =>
    showBanner("tap", gettext("Your browser wants a tap before it plays sound."), {
      actions: [{ label: gettext("Tap to hear"), primary: true, run: () => (hideBanner("tap"), media.play()) }],
    }),
  );
}

/**
 * Says so while the connection is weak: what others miss counts more than what I miss.
 * @param {import("./quality.js").Monitor} monitor
 */
export function watchQuality(monitor) {
  monitor.changed.on(({ sending, hearing }) => {
    if (sending.weak) showBanner("weak", gettext("Your connection is weak: others may hear gaps."), { kind: "warn" });
    else if (hearing.weak) showBanner("weak", gettext("Your connection is weak: you may hear gaps."), { kind: "warn" });
    else hideBanner("weak");
  });
}
