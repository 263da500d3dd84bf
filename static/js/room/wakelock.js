// Keeps the screen on while I am on stage: a phone that falls asleep takes the microphone with it.

/** Browsers let go of the lock when the page is hidden: it is taken again when it is seen. */
export class WakeLock {
  #wanted = false;
  /** @type {Promise<WakeLockSentinel | undefined> | undefined} */
  #lock;

  constructor() {
    document.addEventListener("visibilitychange", () => this.#take());
  }

  /** @param {boolean} on */
  hold(on) {
    if (this.#wanted === on) return;
    this.#wanted = on;
    if (on) this.#take();
    else this.#drop();
  }

  #take() {
    if (!this.#wanted || document.visibilityState !== "visible") return;
    this.#drop();
    this.#lock = navigator.wakeLock?.request("screen").catch(() => undefined); // the battery is low: then not
  }

  #drop() {
    this.#lock?.then((lock) => lock?.release());
    this.#lock = undefined;
  }
}
