// Moments as the reader's own clock and language tell them.

/** @type {Intl.DateTimeFormatOptions} */
const SHORT = { dateStyle: "medium", timeStyle: "short" };
/** @type {Intl.DateTimeFormatOptions} */
const DAY = { weekday: "short", day: "numeric", month: "short", minute: "2-digit" };

/** @param {string} tag */
function spoken(tag) {
  const { language, script } = new Intl.Locale(tag).maximize();
  return `${language} ${script}`;
}

/**
 * The reader's own kind of the page's language: days come before months for a Briton, "20:00" is no "8 PM".
 * @param {string} page
 * @param {readonly string[]} reader the languages they read, the best first
 */
export function variety(page, reader) {
  return reader.find((tag) => spoken(tag) === spoken(page)) ?? page;
}

/** @param {Intl.DateTimeFormatOptions} options */
function format(options) {
  const page = globalThis.document?.documentElement.lang;
  return new Intl.DateTimeFormat(page && variety(page, navigator.languages), options);
}

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
  const { hour12 } = format({ hour: "numeric" }).resolvedOptions();
  const hour = hour12 ? "numeric" : "2-digit"; // "4:00" would leave a reader of 24 hours in doubt
  const said = format({ ...DAY, hour, year: another ? "numeric" : undefined }).format(time);
  return `${said} ${zone(time, "short")}`; // last, also where the language's own pattern has it between day and hour
}

/**
 * The day of a moment, in words.
 * @param {string} text ISO 8601
 */
export function day(text) {
  return format({ dateStyle: "medium" }).format(new Date(text));
}

/**
 * The name of the reader's time zone at that moment: "Central European Summer Time".
 * @param {Date} time
 * @param {"long" | "short"} [length]
 */
export function zone(time, length = "long") {
  const parts = format({ timeZoneName: length }).formatToParts(time);
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
  for (const element of /** @type {NodeListOf<HTMLTimeElement>} */ (root.querySelectorAll("time[data-local]"))) {
    const { dateTime, dataset } = element;
    element.textContent = dataset.local === "day" ? day(dateTime) : moment(dateTime, dataset.local === "zone");
  }
}
