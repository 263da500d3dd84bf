// Those who listen, as far as they were asked for, page by page: people I know first, then by number.

/**
 * @typedef {import("./protocol.js").Member & {known: boolean}} Listener
 * @typedef {{results: Listener[], next: string | null}} Page
 */

/**
 * The order in which the server gives them: below 0 when `one` comes before `two`.
 * @param {Listener} one
 * @param {Listener} two
 */
function order(one, two) {
  return Number(two.known) - Number(one.known) || one.number - two.number;
}

export class Listeners {
  /** Everybody known of, in order. @type {Listener[]} */
  people = [];
  /** Nobody comes after the last of them. */
  complete = false;
  /** Where each page begins: the server's cursor, and the person just before. @type {{after: string, behind: Listener | undefined}[]} */
  #starts = [{ after: "", behind: undefined }];

  /** The page that follows those that are here, or the last one when all are. */
  get last() {
    return this.#starts.length - 1;
  }

  /** The cursor to ask for page `number` with. @param {number} number */
  after(number) {
    return this.#starts[number]?.after ?? "";
  }

  /** The page in which the person at `index` stands. @param {number} index */
  pageOf(index) {
    const person = this.people[index];
    if (!person) return 0;
    return this.#starts.findLastIndex(({ behind }) => !behind || order(person, behind) > 0);
  }

  /**
   * Takes in a page, new or asked for again: whoever stood in its part of the list and is not in it any more is gone.
   * @param {number} number of the page
   * @param {Page} page
   */
  take(number, { results, next }) {
    const start = this.#starts[number];
    if (!start) return; // asked for before the list got shorter
    const { behind } = start;
    const last = next === null ? undefined : results.at(-1);
    const fresh = new Set(results.map((person) => person.number));
    const kept = this.people.filter(
      (person) => !fresh.has(person.number) && ((behind && order(person, behind) <= 0) || (last && order(person, last) > 0)),
    );
    this.people = [...kept, ...results].sort(order);
    if (next === null) {
      this.#starts.length = number + 1;
      this.complete = true;
    } else if (number === this.last) {
      this.#starts.push({ after: next, behind: last });
      this.complete = false;
    }
  }

  /** Forgets one of them, who stands elsewhere now. @param {number} number */
  drop(number) {
    this.people = this.people.filter((person) => person.number !== number);
  }
}
