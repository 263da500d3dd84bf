// What happens in the room, told to those who do not see it happen.

import { assertive, polite } from "../announce.js";
import { format, gettext } from "../text.js";
import { toast } from "../toast.js";

/** @typedef {import("./protocol.js").Member} Member */

/**
 * A sentence about somebody else, or "" when there is nothing to say.
 * @param {Member | undefined} before
 * @param {Member | undefined} after
 */
export function about(before, after) {
  const name = (after ?? before)?.name ?? "";
  const stage = after?.stage ?? "audience";
  const rank = after?.rank ?? before?.rank;
  if (stage === "hand_up" && before?.stage !== "hand_up") return format(gettext("%(name)s raised a hand"), { name });
  if (stage === "speaking" && before?.stage !== "speaking") return format(gettext("%(name)s is on stage"), { name });
  if (stage !== "speaking" && before?.stage === "speaking") return format(gettext("%(name)s left the stage"), { name });
  if (rank === "host" && before && before.rank !== "host") return format(gettext("%(name)s is the host now"), { name });
  return "";
}

/**
 * A sentence about me that I did not ask for, or "".
 * @param {Member} before
 * @param {Member} after
 * @param {boolean} own I asked to step down, or declined
 */
export function aboutMe(before, after, own) {
  if (before.stage === "speaking" && after.stage === "audience" && !own) return gettext("You were moved to the audience. You go on listening.");
  if (before.stage === "invited" && after.stage === "audience" && !own) return gettext("The invitation to the stage is over.");
  if (before.rank !== "host" && after.rank === "host") return gettext("You are the host of this room now.");
  if (before.rank === "member" && after.rank === "moderator") return gettext("You are a moderator of this room now.");
  if (before.rank !== "member" && after.rank === "member") return gettext("You are no longer a moderator of this room.");
  return "";
}

/** @param {string} text something that concerns me */
export function tellMe(text) {
  if (text) toast(text, assertive);
}

/** @param {string} text something that happened around me */
export function tell(text) {
  if (text) polite(text);
}
