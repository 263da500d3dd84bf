// Another network: the page is told at once instead of after a silence.

/**
 * Calls when the machine is on another network, or on one again.
 * @param {() => void} changed
 */
export function watchNetwork(changed) {
  window.addEventListener("online", changed);
  const connection = /** @type {any} */ (navigator).connection;
  let type = connection?.type;
  connection?.addEventListener("change", () => {
    // It also tells of every new estimate of the speed, which changes nothing.
    if (connection.type === type) return;
    type = connection.type;
    changed();
  });
}
