// Moments as the reader's own clock and language tell them.

/**
 * Rewrites every `<time data-local>` below the root.
 * @param {ParentNode} root
 */
export function localTimes(root) {
  const form = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
  for (const element of root.querySelectorAll("time[data-local]")) {
    const moment = new Date(element.getAttribute("datetime") ?? "");
    if (!Number.isNaN(moment.getTime())) element.textContent = form.format(moment);
  }
}
