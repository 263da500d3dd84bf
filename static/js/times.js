// Moments as the reader's own clock and language tell them.

/**
 * A moment in words; what is no moment, as it stands.
 * @param {string} text ISO 8601
 */
export function moment(text) {
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) return text;
  return new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" }).format(time);
}

/**
 * Rewrites every `<time data-local>` below the root.
 * @param {ParentNode} root
 */
export function localTimes(root) {
  for (const element of root.querySelectorAll("time[data-local]")) {
    element.textContent = moment(element.getAttribute("datetime") ?? "");
  }
}
