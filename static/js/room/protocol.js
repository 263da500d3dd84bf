// The room as the server tells it: the shapes on the socket (docs/protocol.md), and the fold that the server proves too.

/**
 * @typedef {"member" | "moderator" | "host"} Rank
 * @typedef {"audience" | "hand_up" | "invited" | "speaking"} Stage
 * @typedef {{number: number, uid: string, name: string, rank: Rank, stage: Stage, muted: boolean, hand: number | null,
 *   avatar?: string, ai_voice?: boolean}} Member `avatar`: the path of a picture, or empty; `ai_voice`: a machine's, as they say
 * @typedef {{id: string, title: string, topic: string, language: string, access: "open" | "invite",
 *   state: "scheduled" | "live" | "ended", locked: boolean, link?: string, slow?: number, observed?: boolean}} Room `slow`: seconds between two hands or reactions
 * @typedef {{seq: number, room: Room, members: Member[], listening: number}} Snapshot
 * @typedef {{type: "member", seq: number, member: Member}
 *   | {type: "left", seq: number, number: number, reason: string}
 *   | {type: "room", seq: number, room: Room}
 *   | {type: "ended", seq: number, reason: string}} RoomEvent
 * @typedef {"raise_hand" | "lower_hand" | "invite" | "accept" | "decline" | "step_down" | "move_to_audience" | "take_back" | "mute" | "unmute"
 *   | "make_moderator" | "unmake_moderator" | "pass_host" | "remove" | "ban" | "lock" | "unlock" | "end"} Move
 */

/**
 * Whether a member is in the list at all: the plain audience is only a number.
 * @param {Member} member
 */
export function listed(member) {
  return member.stage !== "audience" || member.rank !== "member";
}

/**
 * Where an event stands to a snapshot: the next one, an old one, or one after a gap.
 * @param {number} seq of the snapshot
 * @param {number} event its seq
 * @returns {"next" | "old" | "gap"}
 */
export function place(seq, event) {
  if (event <= seq) return "old";
  return event === seq + 1 ? "next" : "gap";
}

/**
 * The snapshot after one more event. Pure: the old snapshot stays as it was.
 * @param {Snapshot} snapshot
 * @param {RoomEvent} event
 * @returns {Snapshot}
 */
export function fold(snapshot, event) {
  const after = { ...snapshot, seq: event.seq };
  switch (event.type) {
    case "member":
      return { ...after, members: withMember(snapshot.members, event.member) };
    case "left":
      return { ...after, members: snapshot.members.filter((member) => member.number !== event.number) };
    case "room":
      return { ...after, room: event.room };
    case "ended":
      return { ...after, room: { ...snapshot.room, state: "ended" }, members: [] };
  }
}

/**
 * @param {Member[]} members
 * @param {Member} member
 */
function withMember(members, member) {
  const others = members.filter((other) => other.number !== member.number);
  if (listed(member)) others.push(member);
  return others.sort((one, two) => one.number - two.number);
}
