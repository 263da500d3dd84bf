// What the server's codes mean, said to a person: what happened, and what to do next.

import { gettext } from "../text.js";

/**
 * `again` names the button that tries once more, `signIn` the link that leads to the sign-in page and back; `more` is the path of
 * the decision that stands behind it.
 * @typedef {{title: string, text: string, again?: string, signIn?: string, more?: string}} Words
 */

/**
 * What stops somebody from being in the room, by reason.
 * @param {string} reason
 * @returns {Words}
 */
export function stopped(reason) {
  return STOPPED[reason]?.() ?? STOPPED.lost();
}

/** @type {Record<string, () => Words>} */
export const STOPPED = {
  left: () => ({
    title: gettext("You left quietly"),
    text: gettext("The conversation goes on without you. You can come back at any time."),
    again: gettext("Come back"),
  }),
  removed: () => ({
    title: gettext("You were removed from this room"),
    text: gettext("The host or a moderator removed you. You no longer hear it, and nobody there hears you. You may come back in ten minutes, or to an invite-only room with a new invite."),
  }),
  banned: () => ({
    title: gettext("You were banned from this room"),
    text: gettext("The host or a moderator banned you. You cannot come back to this room; other rooms are open to you."),
  }),
  ended: () => ({
    title: gettext("This room has ended"),
    text: gettext("Thank you for being here."),
  }),
  replaced: () => ({
    title: gettext("You are listening somewhere else"),
    text: gettext("This room was opened with your account in another tab or on another device. Only one can be in it at a time."),
    again: gettext("Listen here instead"),
  }),
  not_found: () => ({
    title: gettext("There is no such room"),
    text: gettext("The link may be wrong, or the room is only for those who were invited. Ask whoever sent it to you for a new link."),
  }),
  not_started: () => ({
    title: gettext("This room has not started yet"),
    text: gettext("Come back when the host has opened it."),
    again: gettext("Try again"),
  }),
  locked: () => ({
    title: gettext("This room is locked"),
    text: gettext("The host or a moderator lets nobody new in at the moment. Try again in a little while."),
    again: gettext("Try again"),
  }),
  locked_by_staff: () => ({
    title: gettext("This room is locked"),
    text: gettext("A moderator of this server locked this room: nobody new comes in."),
    again: gettext("Try again"),
  }),
  full: () => ({
    title: gettext("This room is full"),
    text: gettext("It holds no more people at the moment. Try again when somebody has left."),
    again: gettext("Try again"),
  }),
  suspended: () => ({
    title: gettext("Your account is suspended"),
    text: gettext("You cannot take part for now. You can read why, and appeal if you think that it is wrong."),
    more: "/privacy/decisions/",
  }),
  closed: () => ({
    title: gettext("This server is closed for now"),
    text: gettext("No room opens, and nobody comes into one. Try again later."),
    again: gettext("Try again"),
  }),
  braked: () => ({
    title: gettext("Too many people at once"),
    text: gettext("The moderators of this server let only some people a minute into each room at the moment. Try again in a minute."),
    again: gettext("Try again"),
  }),
  too_many: () => ({
    title: gettext("Too many tries"),
    text: gettext("Wait a minute, then try again."),
    again: gettext("Try again"),
  }),
  signed_out: () => ({
    title: gettext("You are signed out"),
    text: gettext("Sign in again to come back to this room."),
    signIn: gettext("Sign in"),
  }),
  old_browser: () => ({
    title: gettext("This browser cannot play live sound"),
    text: gettext("Open this page in a current Chrome, Edge, Firefox or Safari."),
  }),
  lost: () => ({
    title: gettext("The connection was lost"),
    text: gettext("Check your network, then try again."),
    again: gettext("Try again"),
  }),
};

/**
 * Why a room ended.
 * @param {string} reason
 * @param {import("./protocol.js").Member} [you] as one was in it
 */
export function endedBecause(reason, you) {
  if (reason === "host" && you?.rank === "host") return gettext("You ended it. Everybody was told.");
  return ENDED[reason]?.() ?? STOPPED.ended().text;
}

/** @type {Record<string, () => string>} */
const ENDED = {
  host: () => gettext("The host ended it. Thank you for being here."),
  moderator: () => gettext("A moderator of this server ended it."),
  suspended: () => gettext("This server is closed for now."),
  empty: () => gettext("Everybody had left."),
  host_lost: () => gettext("The host was gone, and nobody was left to take over."),
};

/**
 * Why a move was refused: the server says it in the reader's language.
 * @param {string} code
 * @param {string} [message] the server's words
 */
export function refused(code, message = "") {
  if (code === "offline") return gettext("You are offline at the moment; nothing was changed.");
  return message || gettext("That did not work. Try again.");
}

/**
 * What a person is in the room, in one word.
 * @param {import("./protocol.js").Member} member
 */
export function role(member) {
  if (member.rank === "host") return gettext("Host");
  if (member.rank === "moderator") return gettext("Moderator");
  return "";
}
