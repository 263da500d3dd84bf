// Whether I am heard: my wish, the server's word and the microphone together decide what is sent.

import { Signal } from "../signal.js";

/**
 * @typedef {import("./protocol.js").Member} Member
 * @typedef {import("./protocol.js").Move} Move
 */

export class Voice {
  /** My microphone opened or closed, by whoever. @type {Signal<Voice>} */
  changed = new Signal();
  /** Someone else muted me. @type {Signal<void>} */
  silenced = new Signal();

  /** I want to be heard. */
  wish = false;
  /** @type {Member | undefined} */
  #you;
  /** Whether to be muted, as last asked of the server and not yet seen: its echo is no moderator's act. @type {boolean | null} */
  #asked = null;
  /** The server has said yes to that. */
  #granted = false;

  /**
   * @param {import("./microphone.js").Microphone} microphone
   * @param {import("./media.js").Media} media
   * @param {(move: Move) => Promise<{type: string, code?: string}>} move
   */
  constructor(microphone, media, move) {
    this.microphone = microphone;
    this.media = media;
    this.move = move;
  }

  get speaking() {
    return this.#you?.stage === "speaking";
  }

  /** What I say reaches the others. */
  get live() {
    return this.wish && this.speaking && !this.#you?.muted && Boolean(this.microphone.track);
  }

  /**
   * Takes in what the server says about me.
   * @param {Member | undefined} before
   * @param {Member} after
   */
  heed(before, after) {
    this.#you = after;
    const was = before?.stage === "speaking";
    if (was && !this.speaking) this.reset(after);
    else if (this.#asked !== null) this.#seen(after.muted);
    else if (was && this.wish && after.muted && !before.muted) {
      this.wish = false;
      this.silenced.emit();
    }
    this.apply();
    this.#settle();
  }

  /**
   * What I want to be once the server lets me on stage.
   * @param {boolean} live
   */
  intend(live) {
    this.wish = live;
    this.apply();
  }

  /** Asks to be heard; sound flows as soon as the server agrees. Needs an open microphone. */
  async unmute() {
    this.intend(true);
    await this.#settle();
  }

  /** Silent from this moment, whether or not the server can be reached; it is told as soon as it can. */
  async mute() {
    this.intend(false);
    await this.#settle();
  }

  /** Asks the server for what I wish, unless it is so; one thing at a time, the next when the last has been seen. */
  async #settle() {
    const muted = !this.wish;
    if (!this.speaking || this.#asked !== null || muted === this.#you?.muted) return;
    this.#asked = muted;
    this.#granted = false;
    const answer = await this.move(muted ? "mute" : "unmute");
    if (this.#asked !== muted) return;
    this.#granted = answer.type === "ok" || answer.code === "already";
    if (this.#granted) return;
    this.#asked = null;
    if (!muted) this.intend(false);
  }

  /**
   * What was asked for is there; or it was granted and yet is not, because somebody overtook it: then theirs stands.
   * @param {boolean} muted
   */
  #seen(muted) {
    const overtaken = muted !== this.#asked;
    if (overtaken && !this.#granted) return;
    this.#asked = null;
    if (overtaken && muted) this.wish = false;
  }

  /** Off the stage, or out of the room: I am not to be heard. @param {Member} [you] */
  reset(you) {
    this.wish = false;
    this.#asked = null;
    this.#you = you;
  }

  /** Sends the microphone, or nothing. */
  apply() {
    const track = this.microphone.track;
    if (track) track.enabled = this.live;
    this.media.speak(this.live && track ? track : null);
    this.changed.emit(this);
  }
}
