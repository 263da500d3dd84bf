// Scripts that few need, fetched when somebody does. Firefox (ESR 153) remembers one that did not come until the page is loaded anew.

import { gettext } from "./text.js";
import { toast } from "./toast.js";

/**
 * What a tap needs: the module, as soon as it is here; undefined when it does not come, which is said, and when nobody wants it any more.
 * @template T
 * @param {() => Promise<T>} load imports it: the caller names the address, which is given its hash there
 * @param {() => boolean} [wanted]
 * @returns {Promise<T | undefined>}
 */
export async function later(load, wanted = () => true) {
  const tapped = /** @type {HTMLElement | null} */ (document.activeElement);
  try {
    const module = await load();
    if (!wanted()) return undefined;
    tapped?.focus({ preventScroll: true }); // for whoever tabbed on meanwhile: what opens now gives the focus back to it
    return module;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    toast(gettext("This part of the page did not come. Check your network, then try again. If that does not help, load the page anew."));
    return undefined;
  }
}
