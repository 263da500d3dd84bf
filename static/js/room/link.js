// The link that is pinned for everybody: where it leads, before one goes there.

import { polite } from "../announce.js";
import { byId } from "../dom.js";
import { format, gettext } from "../text.js";

/**
 * Where a link leads: its host as the network knows it, and the rest of the way; undefined for what no page leads to.
 * @param {string} link
 */
export function destination(link) {
  if (!/^https?:/i.test(link) || !URL.canParse(link)) return undefined;
  const url = new URL(link);
  const rest = `${url.pathname}${url.search}`.replace(/^\/$/, "");
  return { href: url.href, host: url.host, rest };
}

export class LinkView {
  #card = byId("pinned");
  #link = /** @type {HTMLAnchorElement} */ (byId("pinned-link"));
  /** What is shown; undefined before the first snapshot. @type {string | undefined} */
  #shown;

  /** @param {() => void} remove takes the link down */
  constructor(remove) {
    byId("pinned-remove").addEventListener("click", remove);
  }

  /** @param {import("./session.js").Session} session */
  draw({ snapshot, you }) {
    const link = snapshot?.room.link ?? "";
    byId("pinned-remove").hidden = you?.rank === "member";
    if (link === this.#shown) return;
    const to = destination(link);
    if (this.#card.contains(document.activeElement) && !to) byId("room-title").focus();
    this.#card.hidden = !to;
    this.#link.href = to?.href ?? "";
    byId("pinned-host").textContent = to?.host ?? "";
    byId("pinned-rest").textContent = to?.rest ?? "";
    if (this.#shown !== undefined) polite(to ? format(gettext("A link was pinned: %(host)s"), { host: to.host }) : gettext("The pinned link was removed"));
    this.#shown = link;
  }

  /** Forgets what was shown: the next link is no news. */
  reset() {
    this.#shown = undefined;
  }
}
