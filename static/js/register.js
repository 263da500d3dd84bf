// The service worker of this site. It is told the language of the page, and is one and the same in all of them: a worker that is
// replaced keeps pages waiting, and right after somebody chose a language is when they look.

/** Registers it, or finds it unchanged; without one there is no page for when one is offline, and no notification. */
export async function register() {
  const registration = await navigator.serviceWorker.register("/worker.js");
  navigator.serviceWorker.ready.then(({ active }) => active?.postMessage({ language: document.documentElement.lang }));
  return registration;
}
