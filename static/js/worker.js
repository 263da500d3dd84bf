// The service worker. Without a network it shows a page that says so; it keeps that page and the files it stands on, and
// nothing else. It shows notifications, also while no page is open. Their payload: {title, body, url}; `url` is a path of ours.

const worker = /** @type {any} */ (self); // the type checker knows pages only
const KEPT = "offline";
// A page need not wait for the worker to start; but Firefox (153) shows an error of its own for a preload that fails, whatever we answer.
const PRELOADS = !/Firefox\//.test(worker.navigator.userAgent);

/** Puts aside the page as a stranger gets it, in this language, and every static file it names. @param {string} language */
async function keep(language) {
  const page = new Request("/offline/", { credentials: "omit", headers: { "Accept-Language": language } });
  const answer = await fetch(page);
  if (!answer.ok) throw new Error(`no page to keep: ${answer.status}`); // the browser tries again at a later visit
  const files = new Set((await answer.clone().text()).match(/\/static\/[^"]+/g));
  const kept = await caches.open(KEPT);
  await kept.addAll(files);
  await kept.put("/offline/", answer);
  for (const old of await kept.keys()) {
    const { pathname } = new URL(old.url);
    if (pathname !== "/offline/" && !files.has(pathname)) await kept.delete(old);
  }
}

/** Installed with the browser's own language, until a page tells the member's. */
async function install() {
  await keep(worker.navigator.language);
  await worker.skipWaiting();
}

/** Makes the page that is kept one in this language, if it is not. @param {string} language */
async function speak(language) {
  const page = await caches.match("/offline/");
  if (page?.headers.get("Content-Language") !== language) await keep(language);
}

/** The page asked for; without a network, the one that says so. @param {any} event */
async function visit(event) {
  try {
    return (await event.preloadResponse) ?? (await fetch(event.request));
  } catch {
    return (await caches.match("/offline/")) ?? Response.error();
  }
}

/** A static file; without a network, as it was kept. @param {Request} request */
async function file(request) {
  try {
    return await fetch(request);
  } catch {
    return (await caches.match(request)) ?? Response.error();
  }
}

worker.addEventListener("install", (/** @type {any} */ event) => event.waitUntil(install()));

worker.addEventListener("message", (/** @type {any} */ event) => event.waitUntil(speak(event.data.language)));

worker.addEventListener("activate", (/** @type {any} */ event) => {
  const { navigationPreload } = worker.registration;
  event.waitUntil(PRELOADS ? navigationPreload?.enable() : navigationPreload?.disable());
});

worker.addEventListener("fetch", (/** @type {any} */ event) => {
  const { mode, method, url } = event.request;
  if (mode === "navigate" && method === "GET") event.respondWith(visit(event));
  // Modules come with `cors`: the page that is kept has none, and a room's many need not pass through here.
  else if (mode === "no-cors" && new URL(url).pathname.startsWith("/static/")) event.respondWith(file(event.request));
});

worker.addEventListener("push", (/** @type {any} */ event) => {
  const { title, body, url } = event.data.json();
  const icon = "/static/icons/any-192.png";
  const how = { body, icon, tag: url, renotify: true, data: { url } }; // one in the place of an older one is heard, too
  event.waitUntil(worker.registration.showNotification(title, how));
});

worker.addEventListener("notificationclick", (/** @type {any} */ event) => {
  event.notification.close();
  event.waitUntil(open(new URL(event.notification.data.url, worker.location.origin).href));
});

/** Shows the page in a window that is there already, or in a new one. @param {string} url */
async function open(url) {
  const windows = await worker.clients.matchAll({ type: "window", includeUncontrolled: true });
  const there = windows.find((/** @type {any} */ window) => window.url === url);
  await (there ? there.focus() : worker.clients.openWindow(url));
}
