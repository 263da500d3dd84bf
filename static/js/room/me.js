// What happens to me in the room: what comes of it for my voice, and how I am told.

import { assertive, urgent } from "../announce.js";
import { hideBanner, showBanner } from "../banner.js";
import { gettext } from "../text.js";
import { aboutMe, tellMe } from "./news.js";

/**
 * @typedef {import("./protocol.js").Member} Member
 * @typedef {import("./protocol.js").Move} Move
 */

/** What I do to myself, and need not be told. @type {(Move | "")[]} */
const OWN = ["step_down", "decline", "pass_host"];

export class Me {
  /** My own last move, so that what I asked for is not told as if it had happened to me. @type {Move | ""} */
  asked = "";
  /** Whether my voice was live when it was last said. */
  #heard = false;

  /**
   * @param {import("./session.js").Session} session
   * @param {import("./voice.js").Voice} voice
   * @param {import("./measures.js").Measures} measures
   * @param {{accept: () => void, decline: () => void}} answer what to do about an invitation to the stage
   */
  constructor(session, voice, measures, answer) {
    this.voice = voice;
    this.measures = measures;
    this.answer = answer;
    session.me.on(({ before, after }) => this.#changed(before, after));
    voice.changed.on(() => this.#turned());
    voice.silenced.on(() => this.#silenced());
  }

  /** Nothing comes of it: what happens from now on was not asked for. @param {Move} move */
  failed(move) {
    if (this.asked === move) this.asked = "";
  }

  /**
   * @param {Member | undefined} before
   * @param {Member} after
   */
  #changed(before, after) {
    this.voice.heed(before, after);
    if (before?.stage === "speaking" && after.stage !== "speaking") this.voice.microphone.close();
    if (before && !this.measures.said(after.stage === "audience" ? "move_to_audience" : "")) {
      tellMe(aboutMe(before, after, OWN.includes(this.asked)));
    }
    if (before?.stage !== after.stage || before.rank !== after.rank) this.asked = "";
    if (after.stage !== "invited") hideBanner("invitation");
    else if (before?.stage !== "invited") this.#invited();
  }

  #invited() {
    urgent(gettext("You are invited to speak"));
    showBanner("invitation", gettext("You are invited to the stage. Would you like to speak?"), {
      actions: [
        { label: gettext("Accept"), primary: true, run: this.answer.accept },
        { label: gettext("Not now"), run: this.answer.decline },
      ],
    });
  }

  /** Says that my microphone opened or closed to those who do not see the button change. */
  #turned() {
    if (this.voice.live === this.#heard) return;
    this.#heard = this.voice.live;
    if (this.voice.speaking) assertive(this.#heard ? gettext("You are heard") : gettext("You are muted"));
  }

  #silenced() {
    this.#heard = false; // said in better words here
    if (this.measures.said("mute", "mute_all")) return;
    tellMe(gettext("The host or a moderator muted you. You can unmute yourself when it is your turn."));
  }
}
