// The service worker of this site, in the language of the page.

/** Registers it, or finds it unchanged; without one there is no page for when one is offline, and no notification. */
export function register() {
  return navigator.serviceWorker.register(`/worker.js?language=${document.documentElement.lang}`);
}
