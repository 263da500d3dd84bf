// One thing that happens, and those who want to know.

/** @template Value */
export class Signal {
  /** @type {Set<(value: Value) => void>} */
  #listeners = new Set();

  /**
   * Calls the listener with every value from now on; the function returned ends that.
   * @param {(value: Value) => void} listener
   */
  on(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** @param {Value} value */
  emit(value) {
    for (const listener of this.#listeners) listener(value);
  }
}
