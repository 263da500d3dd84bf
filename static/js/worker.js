// The service worker: shows notifications, also while no page is open. Payload: {title, body, url}; `url` is a path of ours.

const worker = /** @type {any} */ (self); // the type checker knows pages only

worker.addEventListener("push", (/** @type {any} */ event) => {
  const { title, body, url } = event.data.json();
  event.waitUntil(worker.registration.showNotification(title, { body, icon: "/static/icon.svg", tag: url, data: { url } }));
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
