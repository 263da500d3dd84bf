// Words for people. The script of the page's language (config/catalog.py) defines the global functions; English has none.

/**
 * @typedef {{gettext?: (message: string) => string | undefined,
 *   ngettext?: (one: string, many: string, count: number) => string | undefined}} Catalog
 */
const catalog = /** @type {Catalog} */ (/** @type {unknown} */ (globalThis));

/**
 * The message in the page's language.
 * @param {string} message
 */
export function gettext(message) {
  return catalog.gettext?.(message) ?? message;
}

/**
 * The message in the page's language, in the form that fits the number.
 * @param {string} one
 * @param {string} many
 * @param {number} count
 */
export function ngettext(one, many, count) {
  return catalog.ngettext?.(one, many, count) ?? (count === 1 ? one : many);
}

/**
 * The template with each `%(name)s` replaced by its value, numbers as the page's language writes them.
 * @param {string} template
 * @param {Record<string, string | number>} values
 */
export function format(template, values) {
  const language = globalThis.document?.documentElement.lang;
  return template.replace(/%\((\w+)\)s/g, (whole, name) => (values[name] ?? whole).toLocaleString(language));
}

/**
 * The words that are not empty, one after the other as the language lists them.
 * @param {(string | false | undefined)[]} words
 */
export function listing(words) {
  return words.filter(Boolean).join(gettext(", "));
}

/**
 * What is read out in one go: each phrase but the last with a stop behind it, as the language writes one.
 * @param {string[]} phrases
 */
export function spoken(phrases) {
  const stopped = (/** @type {string} */ sentence) => (/[.!?。！？]$/.test(sentence) ? sentence : format(gettext("%(sentence)s."), { sentence }));
  return sentences([...phrases.slice(0, -1).map(stopped), ...phrases.slice(-1)]);
}

/**
 * The sentences that are not empty, one behind the other; a full-width stop brings its own space.
 * @param {string[]} words
 */
export function sentences(words) {
  return words.filter(Boolean).join(" ").replace(/([。！？]) /g, "$1");
}
