// What I did to somebody, said, and for a moment easy to take back.

import { byId } from "../dom.js";
import { format, gettext } from "../text.js";
import { toast } from "../toast.js";

/**
 * @typedef {import("./protocol.js").Move} Move
 * @typedef {{said: (values: {name: string}) => string, back?: Move}} Deed
 */

/** What is said of a move upon somebody else, or upon the room, and the move that takes it back. @type {Partial<Record<Move, Deed>>} */
const DEEDS = {
  invite: { said: (values) => format(gettext("%(name)s is invited to speak"), values), back: "move_to_audience" },
  take_back: { said: (values) => format(gettext("%(name)s waits in line again"), values), back: "invite" },
  move_to_audience: { said: (values) => format(gettext("%(name)s is in the audience now"), values), back: "invite" },
  make_moderator: { said: (values) => format(gettext("%(name)s is a moderator now"), values), back: "unmake_moderator" },
  unmake_moderator: { said: (values) => format(gettext("%(name)s is no longer a moderator"), values), back: "make_moderator" },
  lower_hand: { said: (values) => format(gettext("%(name)s's hand is down"), values) },
  mute: { said: (values) => format(gettext("%(name)s is muted"), values) },
  pass_host: { said: (values) => format(gettext("%(name)s is the host now"), values) },
  remove: { said: (values) => format(gettext("%(name)s was removed"), values) },
  ban: { said: (values) => format(gettext("%(name)s was banned"), values) },
  lock: { said: () => gettext("The room is locked"), back: "unlock" },
  unlock: { said: () => gettext("The room is open again"), back: "lock" },
};

/**
 * The move that takes this one back, if one does; whoever waited with a hand up waits again, and in the same place.
 * @param {Move} move
 * @param {string} [stage] where the one it is made upon stood
 */
export function inverse(move, stage) {
  return move === "invite" && stage === "hand_up" ? "take_back" : DEEDS[move]?.back;
}

/**
 * What is said once a move is made, or "".
 * @param {Move} move
 * @param {string} name of the one it was made upon
 */
export function deed(move, name) {
  return DEEDS[move]?.said({ name }) ?? "";
}

/**
 * Says what was done, with a button that takes it back.
 * @param {string} text
 * @param {() => void} back
 */
export function undoable(text, back) {
  return toast(text, undefined, { label: gettext("Undo"), run: back });
}

/** Takes back the last thing that can be, as its button does. */
export function undo() {
  /** @type {HTMLElement | undefined} */ ([...byId("toasts").querySelectorAll("button")].at(-1))?.click();
}
