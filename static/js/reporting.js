// Report buttons on pages outside a live room.

import { openReport, outside, wholeRoom } from "./report.js";

for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-report]"))) {
  const { report = "", reportRoom, reportPerson = "" } = button.dataset;
  const target = () => (reportRoom ? wholeRoom(reportRoom, report, false) : outside(reportPerson, report));
  button.addEventListener("click", () => openReport(target()));
  button.hidden = false;
}
