// Scripts that few need, fetched when somebody does.

import { gettext } from "./text.js";
import { toast } from "./toast.js";

/**
 * What imports a script, once the browser's cache has it: Firefox (ESR 153) never asks again for one whose import failed.
 * @template T
 * @param {URL[]} addresses of the script and of all it imports that no page has already
 * @param {() => Promise<T>} load imports the first: both are given the hash where they stand
 * @returns {() => Promise<T>}
 */
export function late(addresses, load) {
  let there = false;
  return async () => {
    if (!there) await Promise.all(addresses.map(fetched));
    there = true;
    return load();
  };
}

/** Returns once all of the file has come. @param {URL} address */
async function fetched(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new TypeError(`${answer.status} for ${address}`);
  await answer.text();
}

/**
 * What a tap needs: the module, as soon as it is here; undefined when it does not come, which is said, and when nobody wants it any more.
 * @template T
 * @param {() => Promise<T>} load see `late`
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
