// A part of a page that the server writes: asked for again, only what has changed comes back.

/** @typedef {(path: string, options: {headers: Record<string, string>}) => Promise<Response>} Fetch */

export class Part {
  #path;
  #tag;
  #turn = 0;
  #fetch;
  #anew;

  /**
   * @param {string} path of what the page shows so far
   * @param {string} tag its ETag
   * @param {Fetch} [ask]
   * @param {() => void} [anew] loads the page anew, which says why, where it is not theirs any more: signed out elsewhere, or suspended
   */
  constructor(path, tag, ask = (...how) => fetch(...how), anew = () => location.reload()) {
    this.#path = path;
    this.#tag = tag;
    this.#fetch = ask;
    this.#anew = anew;
  }

  /**
   * The part's HTML; "" when it is as it was, or something else was asked for meanwhile; null when there is no answer.
   * @param {string} path
   */
  async ask(path) {
    const turn = ++this.#turn;
    /** @type {Record<string, string>} */
    const headers = { Accept: "text/html" };
    if (path === this.#path && this.#tag) headers["If-None-Match"] = this.#tag;
    const answer = await this.#fetch(path, { headers }).catch(() => null);
    const html = answer?.ok && !answer.redirected ? await answer.text().catch(() => null) : null;
    if (turn !== this.#turn || answer?.status === 304) return "";
    if (answer?.redirected || answer?.status === 403) this.#anew();
    if (html === null) return null;
    this.#path = path;
    this.#tag = answer?.headers.get("ETag") ?? "";
    return html;
  }
}
