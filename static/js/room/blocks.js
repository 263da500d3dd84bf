// Whom I blocked: kept by the server, asked for once it matters.

import { ApiError, call } from "../api.js";
import { format, gettext } from "../text.js";
import { toast } from "../toast.js";
import { undoable } from "./undo.js";
import { refused } from "./words.js";

/** @typedef {{uid: string, name: string}} Person */

export class Blocks {
  /** @type {Set<string>} */
  #uids = new Set();

  /** Whether I blocked this person, as far as that is known. @param {string} uid */
  has(uid) {
    return this.#uids.has(uid);
  }

  /** Asks the server, each time: I may block people on other pages, too. Without an answer what was known stands. */
  async load() {
    const page = await call("GET", "blocks/").catch(() => null); // to block twice, or to unblock nobody, does no harm
    if (page) this.#uids = new Set(page.results.map((/** @type {Person} */ person) => person.uid));
  }

  /** Blocks somebody, and says so. @param {Person} person */
  async block(person) {
    if (!(await this.#ask("POST", "blocks/", { uid: person.uid }))) return;
    this.#uids.add(person.uid);
    undoable(format(gettext("You blocked %(name)s. They are not told."), { name: person.name }), () => this.unblock(person));
  }

  /** Takes a block back, and says so. @param {Person} person */
  async unblock(person) {
    if (!(await this.#ask("DELETE", `blocks/${person.uid}/`))) return;
    this.#uids.delete(person.uid);
    toast(format(gettext("%(name)s is not blocked any more"), { name: person.name }));
  }

  /**
   * Whether it was done; if not, why is shown.
   * @param {"POST" | "DELETE"} method
   * @param {string} path
   * @param {object} [body]
   */
  async #ask(method, path, body) {
    try {
      await call(method, path, body);
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      toast(refused(error.code, error.message));
      return false;
    }
  }
}
