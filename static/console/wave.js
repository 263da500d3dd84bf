// What a voice looks like: how loud it was in each part of the time.

/**
 * The loudest sample of each of so many equal parts, 0 to 1.
 * @param {Float32Array} samples
 * @param {number} parts
 */
export function peaks(samples, parts) {
  const size = samples.length / parts;
  return Array.from({ length: parts }, (_, part) => {
    let loudest = 0;
    const end = Math.min(samples.length, Math.ceil((part + 1) * size));
    for (let at = Math.floor(part * size); at < end; at++) loudest = Math.max(loudest, Math.abs(samples[at]));
    return Math.min(1, loudest);
  });
}

/**
 * The path of an SVG whose view is as wide as there are values and 100 high: a line for each, silence a dot.
 * @param {number[]} values 0 to 1
 */
export function path(values) {
  return values.map((value, at) => {
    const half = Math.max(1, Math.round(Math.sqrt(value) * 46)); // quiet speech is seen, too
    return `M${at + 0.5} ${50 - half}V${50 + half}`;
  }).join("");
}
