// The room's sheets, which not everybody opens: their scripts come when one is asked for, or soon after one has come in.

const SOON = 1_000; // ms: by then the sound is there

/** How each is fetched. */
export const SHEETS = {
  edit: () => import("./edit.js"),
  person: () => import("./person.js"),
  report: () => import("../report.js"),
  room: () => import("./roomsheet.js"),
  sound: () => import("./soundsheet.js"),
  speak: () => import("./speaksheet.js"),
};

/** Fetches all of them in a moment: then they open at once, also while the line is down. */
export function fetchSheets() {
  setTimeout(() => Object.values(SHEETS).forEach((load) => load().catch(() => undefined)), SOON);
}
