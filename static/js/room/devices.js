// The sound devices of this machine: which there are, and which came or went.

/**
 * What came and what went between two lists. The browser's own words for "whichever the system uses" are no devices.
 * @param {MediaDeviceInfo[]} before
 * @param {MediaDeviceInfo[]} after
 */
export function compare(before, after) {
  return { came: missing(after, before), went: missing(before, after) };
}

/**
 * @param {MediaDeviceInfo[]} from
 * @param {MediaDeviceInfo[]} others
 */
function missing(from, others) {
  const known = new Set(others.map(name));
  return from.filter((device) => real(device) && !known.has(name(device)));
}

/** @param {MediaDeviceInfo} device */
function real({ kind, deviceId }) {
  return kind !== "videoinput" && !["", "default", "communications"].includes(deviceId);
}

/** @param {MediaDeviceInfo} device */
function name({ kind, deviceId }) {
  return `${kind} ${deviceId}`;
}

/** Every device that the page may know by its id. */
export async function devices() {
  const all = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  return all.filter((device) => device.deviceId);
}

/**
 * Says what came and what went, from now on. Gives back what takes the list anew: for when a permission brings names.
 * @param {(change: {came: MediaDeviceInfo[], went: MediaDeviceInfo[]}) => void} tell
 */
export function watchDevices(tell) {
  /** @type {MediaDeviceInfo[]} */
  let before = [];
  const look = async () => void (before = await devices());
  look();
  navigator.mediaDevices?.addEventListener?.("devicechange", async () => { // an insecure page has none
    const after = await devices();
    // A list without labels is one from before the permission: then everything would seem new.
    const change = before.some((device) => device.label) ? compare(before, after) : { came: [], went: [] };
    before = after;
    if (change.came.length || change.went.length) tell(change);
  });
  return look;
}
