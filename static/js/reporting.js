// Report buttons of pages, outside the room itself.

import { late, later } from "./later.js";

const reporting = late(
  [new URL("./report.js", import.meta.url), new URL("./sheet.js", import.meta.url), new URL("./pieces/sheet.js", import.meta.url)],
  () => import("./report.js"),
);

for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("[data-report]"))) {
  const { report = "", reportRoom, reportPerson = "", reportLive } = button.dataset;
  button.addEventListener("click", async () => {
    const sheet = await later(reporting);
    sheet?.openReport(reportRoom ? sheet.wholeRoom(reportRoom, report, reportLive !== undefined) : sheet.outside(reportPerson, report));
  });
  button.disabled = false;
}
