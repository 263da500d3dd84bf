// Notices that somebody talks although they are muted.

const LOUD = 0.35; // of the meter: a voice, not breathing
const LONG = 1_000; // ms of a voice before it is worth a word: a cough is shorter
const PAUSE = 1 / 3; // of a ms of voice that each quiet one takes back: between and within words a voice is quiet half the time
const STEP = 250; // ms: how much of the time between two readings the second one tells of
const QUIET_AGAIN = 20_000; // ms until it is said again

export class MutedHint {
  #voice = 0; // ms
  #last = 0;
  #said = -QUIET_AGAIN;

  /**
   * Takes in one reading while muted; true when it is time to say so.
   * @param {number} level 0 to 1
   * @param {number} now ms
   */
  due(level, now) {
    const passed = Math.min(STEP, now - this.#last);
    this.#last = now;
    this.#voice = Math.min(LONG, Math.max(0, this.#voice + (level < LOUD ? -PAUSE : 1) * passed));
    if (this.#voice < LONG || now - this.#said < QUIET_AGAIN) return false;
    this.#said = now;
    return true;
  }
}
