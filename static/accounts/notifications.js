// Notifications on this device: asked for on a tap, renewed quietly, and every way in which they cannot be is explained.

import { ApiError, call } from "../js/api.js";
import { pause } from "../js/dom.js";
import { register } from "../js/register.js";
import { gettext } from "../js/text.js";
import { bytes } from "./base64url.js";

/** @typedef {"unsupported" | "install" | "denied" | "off" | "on"} State */
/** @typedef {{supported: boolean, apple: boolean, installed: boolean, permission: string, subscribed: boolean}} Facts */

/** The browser's push service gave no line. */
class NoLine extends Error {}

/**
 * How it stands with notifications here.
 * @param {Facts} facts
 * @returns {State}
 */
export function stateOf({ supported, apple, installed, permission, subscribed }) {
  if (!supported) return apple && !installed ? "install" : "unsupported";
  if (permission === "denied") return "denied";
  return subscribed && permission === "granted" ? "on" : "off";
}

/** @type {Record<State, () => string>} */
const WORDS = {
  unsupported: () => gettext("This browser cannot show notifications."),
  install: () =>
    gettext("On an iPhone or iPad, install Stoa first: tap Share, then “Add to Home Screen”, and open it from there."),
  denied: () =>
    gettext("This browser blocks notifications from here. Allow them in its settings for this site, then load this page again."),
  off: () => gettext("Off on this device."),
  on: () => gettext("On for this device, as long as you are signed in here."),
};

const supported = "serviceWorker" in (globalThis.navigator ?? {}) && "PushManager" in globalThis && "Notification" in globalThis;

/** @returns {Promise<PushSubscription | null>} */
async function current() {
  const worker = supported ? await navigator.serviceWorker.getRegistration() : undefined;
  return (await worker?.pushManager.getSubscription()) ?? null;
}

/** @returns {Promise<Facts>} */
async function facts() {
  return {
    supported,
    apple: /iPhone|iPad/.test(navigator.userAgent) || (/Macintosh/.test(navigator.userAgent) && navigator.maxTouchPoints > 1),
    installed: matchMedia("(display-mode: standalone)").matches,
    permission: supported ? Notification.permission : "denied",
    subscribed: Boolean(await current()),
  };
}

/** Whether this device shows what one is told. */
export async function here() {
  return stateOf(await facts()) === "on";
}

/** Tells the server of this browser; a session that is new here is then known to it. @param {PushSubscription} subscription */
async function tell(subscription) {
  const { endpoint, keys } = subscription.toJSON();
  await call("POST", "push/", { endpoint, keys });
}

/** Tells the server anew, where notifications are on: the session it knew may have ended. */
export async function renew() {
  const subscription = supported && Notification.permission === "granted" ? await current() : null;
  if (subscription) await tell(subscription);
}

async function turnOn() {
  if ((await Notification.requestPermission()) !== "granted") return;
  await register();
  const worker = await navigator.serviceWorker.ready;
  const { key } = await call("GET", "push/");
  await (await worker.pushManager.getSubscription())?.unsubscribe(); // one for another key could not be renewed
  await tell(await line(worker.pushManager, bytes(key)));
}

/** A new line to the browser's push service. Raises NoLine. @param {PushManager} manager @param {Uint8Array<ArrayBuffer>} key */
function line(manager, key) {
  return manager.subscribe({ userVisibleOnly: true, applicationServerKey: key }).catch(() => {
    throw new NoLine();
  });
}

async function turnOff() {
  const subscription = await current();
  if (!subscription) return;
  await call("DELETE", "push/", { endpoint: subscription.endpoint });
  await subscription.unsubscribe();
}

/** @param {HTMLElement} root */
async function show(root) {
  const state = stateOf(await facts());
  const words = /** @type {HTMLElement} */ (root.querySelector("[data-state]"));
  const button = /** @type {HTMLButtonElement} */ (root.querySelector("[data-switch]"));
  words.textContent = WORDS[state]();
  button.hidden = state !== "on" && state !== "off";
  button.textContent = state === "on" ? gettext("Turn off here") : gettext("Turn on here");
  button.onclick = () => change(root, state === "on" ? turnOff : turnOn);
}

/** @param {HTMLElement} root @param {() => Promise<void>} act */
async function change(root, act) {
  const words = /** @type {HTMLElement} */ (root.querySelector("[data-state]"));
  const button = /** @type {HTMLButtonElement} */ (root.querySelector("[data-switch]"));
  const resume = pause(button);
  try {
    await act();
    await show(root);
  } catch (error) {
    words.textContent = why(error);
  } finally {
    resume();
  }
}

/** Why nothing was changed. @param {unknown} error */
function why(error) {
  if (error instanceof NoLine) return gettext("That did not work: the browser's push service could not be reached. Please try again later.");
  if (error instanceof ApiError && error.code === "invalid") return gettext("This browser's push service is not one that this server knows.");
  return (error instanceof ApiError && error.message) || gettext("That did not work. Check your network, then try again.");
}

const root = /** @type {HTMLElement | null} */ (globalThis.document?.querySelector("[data-notifications]") ?? null);
if (root) {
  show(root);
  renew().catch(() => {}); // what cannot be renewed now is at the next visit
}
