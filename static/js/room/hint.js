// Notices that somebody talks although they are muted.

const LOUD = 0.55; // of the meter: speech, not breathing
const LONG = 700; // ms of speech before it is worth a word
const QUIET_AGAIN = 20_000; // ms until it is said again

export class MutedHint {
  #since = 0;
  #said = -QUIET_AGAIN;

  /**
   * Takes in one reading while muted; true when it is time to say so.
   * @param {number} level 0 to 1
   * @param {number} now ms
   */
  due(level, now) {
    if (level < LOUD) this.#since = now;
    if (now - this.#since < LONG || now - this.#said < QUIET_AGAIN) return false;
    this.#said = now;
    return true;
  }
}
