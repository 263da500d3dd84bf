// Giving the room away: its link, or, where the link alone opens nothing, an invitation.

import { late, later } from "../later.js";
import { share } from "../share.js";

/** @typedef {import("./protocol.js").Room} Room */

const inviting = late([new URL("./invite.js", import.meta.url)], () => import("./invite.js"));

/** Gives the room to others in the way that lets them in. @param {Room} room */
export function give(room) {
  if (room.access === "open") share(new URL(`/r/${room.id}`, location.href).href, room.title);
  else invite(room);
}

/** Opens the sheet of invitations into the room. @param {Room} room */
export async function invite(room) {
  const sheet = await later(inviting);
  sheet?.openInvite(room);
}
