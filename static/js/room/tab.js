// This tab's name on the socket: the same tab comes back as the same session.

const KEY = "stoa.tab";

/** @type {string | undefined} */
let name;

/** A random name, the same for as long as the tab lives, reloads included. */
export function tab() {
  name ??= kept();
  return name;
}

function kept() {
  const fresh = crypto.getRandomValues(new Uint32Array(3)).join("");
  try {
    const old = sessionStorage.getItem(KEY);
    if (!old) sessionStorage.setItem(KEY, fresh);
    return old ?? fresh;
  } catch {
    return fresh; // storage is forbidden: the name lasts until a reload
  }
}
