// Report buttons of pages, outside the room itself.

import { later } from "./later.js";

for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("[data-report]"))) {
  const { report = "", reportRoom, reportPerson = "", reportLive } = button.dataset;
  button.addEventListener("click", async () => {
    const sheet = await later(() => import("./report.js"));
    sheet?.openReport(reportRoom ? sheet.wholeRoom(reportRoom, report, reportLive !== undefined) : sheet.outside(reportPerson, report));
  });
  button.disabled = false;
}
