// The line is down, or the sound is: said after a moment, so that a hiccup stays one.

import { polite } from "../announce.js";
import { hideBanner, showBanner } from "../banner.js";
import { gettext } from "../text.js";

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
  socket.link.on((link) => {
    if (link === "waiting" || link === "connecting") line.begin();
    else if (line.end() && link === "open") polite(gettext("Connected again"));
    if (link === "closed") sound.end();
  });
  media.flow.on((flow) => {
    if (flow !== "connected") sound.begin();
    else if (sound.end()) polite(gettext("The sound is back"));
  });
  media.blocked.on(() =>
    showBanner("tap", gettext("Your browser wants a tap before it plays sound."), {
      actions: [{ label: gettext("Tap to hear"), primary: true, run: () => (hideBanner("tap"), media.play()) }],
    }),
  );
}
