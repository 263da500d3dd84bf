// Moments as the reader's own clock and language tell them.

/** @type {Intl.DateTimeFormatOptions} */
const SHORT = { dateStyle: "medium", timeStyle: "short" };
/** @type {Intl.DateTimeFormatOptions} */
const ZONED = { weekday: "short", day: "numeric", month: "short", hour: "numeric", minute: "2-digit", timeZoneName: "short" };

/** @param {Intl.DateTimeFormatOptions} options */
const format = (options) => new Intl.DateTimeFormat(globalThis.document?.documentElement.lang, options);

/**
 * A moment in words; what is no moment, as it stands.
 * @param {string} text ISO 8601
 * @param {boolean} [zoned] with the weekday and the name of the time zone, and the year only where it is another
 */
export function moment(text, zoned = false) {
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) return text;
  if (!zoned) return format(SHORT).format(time);
  const another = time.getFullYear() !== new Date().getFullYear();
  return format(another ? { ...ZONED, year: "numeric" } : ZONED).format(time);
}

/**
 * The name of the reader's time zone at that moment: "Central European Summer Time".
 * @param {Date} time
 */
export function zone(time) {
  const parts = format({ timeZoneName: "long" }).formatToParts(time);
  return parts.find(({ type }) => type === "timeZoneName")?.value ?? "";
}

/**
 * The moment as a `datetime-local` field holds it: by the reader's clock, to the minute.
 * @param {Date} time
 */
export function fieldTime(time) {
  return new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/**
 * Rewrites every `<time data-local>` below the root.
 * @param {ParentNode} root
 */
export function localTimes(root) {
  for (const element of root.querySelectorAll("time[data-local]")) {
    element.textContent = moment(element.getAttribute("datetime") ?? "", element.getAttribute("data-local") === "zone");
  }
}
