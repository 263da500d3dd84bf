// Report buttons of pages, outside the room itself.

import { openReport, outside, wholeRoom } from "./report.js";

for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("[data-report]"))) {
  const { report = "", reportRoom, reportPerson = "", reportLive } = button.dataset;
  const target = () => (reportRoom ? wholeRoom(reportRoom, report, reportLive !== undefined) : outside(reportPerson, report));
  button.addEventListener("click", () => openReport(target()));
  button.disabled = false;
}
