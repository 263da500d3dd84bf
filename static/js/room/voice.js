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

  /**
   * @param {import("./microphone.js").Microphone} microphone
   * @param {import("./media.js").Media} media
   * @param {(move: Move) => Promise<{type: string}>} move
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
    if (was && !this.speaking) this.wish = false;
    else if (was && this.wish && after.muted && !before.muted) {
      this.wish = false;
      this.silenced.emit();
    }
    this.apply();
    // The server believes I am heard and I do not wish it: a push-to-talk shorter than the line, or a mute said while it was down.
    if (this.speaking && !this.wish && !after.muted) this.move("mute");
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
    this.wish = true;
    this.apply();
    if (!this.#you?.muted) return;
    const answer = await this.move("unmute");
    if (answer.type !== "ok") this.wish = false;
    this.apply();
  }

  /** Silent from this moment, whether or not the server can be reached; it is told as soon as it can. */
  async mute() {
    this.wish = false;
    this.apply();
    if (this.speaking && !this.#you?.muted) await this.move("mute");
  }

  /** Out of the room: nobody is to be heard. */
  reset() {
    this.wish = false;
    this.#you = undefined;
  }

  /** Sends the microphone, or nothing. */
  apply() {
    const track = this.microphone.track;
    if (track) track.enabled = this.live;
    this.media.speak(this.live && track ? track : null);
    this.changed.emit(this);
  }
}
