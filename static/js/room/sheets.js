// The room's sheets, which not everybody opens: their scripts come when one is asked for, or soon after one has come in.

import { late } from "../later.js";

const SOON = 1_000; // ms: by then the sound is there

/** How each is fetched. */
export const SHEETS = {
  edit: late([new URL("./edit.js", import.meta.url)], () => import("./edit.js")),
  person: late(
    [new URL("./person.js", import.meta.url), new URL("./blocks.js", import.meta.url), new URL("./menu.js", import.meta.url)],
    () => import("./person.js"),
  ),
  report: late([new URL("../report.js", import.meta.url)], () => import("../report.js")),
  room: late(
    [new URL("./roomsheet.js", import.meta.url), new URL("./edit.js", import.meta.url), new URL("./menu.js", import.meta.url)],
    () => import("./roomsheet.js"),
  ),
  sound: late(
    [new URL("./soundsheet.js", import.meta.url), new URL("../pieces/meter.js", import.meta.url)],
    () => import("./soundsheet.js"),
  ),
  speak: late(
    [
      new URL("./speaksheet.js", import.meta.url),
      new URL("./permission.js", import.meta.url),
      new URL("./soundsheet.js", import.meta.url),
      new URL("../pieces/meter.js", import.meta.url),
    ],
    () => import("./speaksheet.js"),
  ),
};

/** Fetches all of them in a moment: then they open at once, also while the line is down. */
export function fetchSheets() {
  setTimeout(() => Object.values(SHEETS).forEach((load) => load().catch(() => undefined)), SOON);
}
