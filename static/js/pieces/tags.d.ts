// Which class stands behind which tag, for the type checker.

import type { Avatar } from "./avatar.js";
import type { Banner } from "./banner.js";
import type { Meter } from "./meter.js";
import type { Roster } from "./roster.js";
import type { Sheet } from "./sheet.js";
import type { Toast } from "./toast.js";

declare global {
  interface HTMLElementTagNameMap {
    "stoa-avatar": Avatar;
    "stoa-banner": Banner;
    "stoa-meter": Meter;
    "stoa-roster": Roster;
    "stoa-sheet": Sheet;
    "stoa-toast": Toast;
  }
}
