// A report that is being made: the page asks whether it is there, ever less often, and shows it.

const FIRST = 1_000; // ms
const LONGEST = 15_000;
const MAKING = 202;

/**
 * Resolves once the report is there, or the page must be looked at for another reason.
 * @param {() => Promise<{status: number}>} ask
 * @param {(ms: number) => Promise<unknown>} pause
 */
export async function made(ask, pause) {
  for (let wait = FIRST; ; wait = Math.min(wait * 1.5, LONGEST)) {
    await pause(wait);
    const answer = await ask().catch(() => null);
    if (answer && answer.status !== MAKING) return;
  }
}

if (typeof document !== "undefined") {
  const pause = (/** @type {number} */ ms) => new Promise((done) => setTimeout(done, ms));
  made(() => fetch(location.href, { headers: { Accept: "text/html" } }), pause).then(() => location.reload());
}
