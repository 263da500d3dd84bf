// Which moves to offer. The table is the server's own (rooms/roles.py), written into the page; the server decides all the same.

/**
 * @typedef {import("./protocol.js").Member} Member
 * @typedef {import("./protocol.js").Move} Move
 * @typedef {import("./protocol.js").Rank} Rank
 * @typedef {"SELF" | "HIGHER" | "ANY" | "RANKED" | "HOST"} By
 * @typedef {{stages: [string, Move, By][], ranks: [string, Move, By][], out: [Move, By][], room: [Move, number][]}} Table
 */

/** @type {Record<Rank, number>} */
const HEIGHT = { member: 0, moderator: 1, host: 2 };

/**
 * @param {By} by
 * @param {number} actor
 * @param {number} subject
 * @param {boolean} own
 */
function may(by, actor, subject, own) {
  return {
    SELF: own,
    HIGHER: !own && actor > subject,
    ANY: own || actor > subject,
    RANKED: own && actor >= HEIGHT.moderator,
    HOST: !own && actor === HEIGHT.host,
  }[by];
}

/**
 * The moves `you` may make on `member` as things stand; those that would change nothing are left out.
 * @param {Table} table
 * @param {Member} you
 * @param {Member} member
 * @returns {Move[]}
 */
export function movesOn(table, you, member) {
  const own = you.number === member.number;
  /** @param {By} by */
  const allowed = (by) => may(by, HEIGHT[you.rank], HEIGHT[member.rank], own);
  return [
    ...table.stages.filter(([stage, move, by]) => stage === member.stage && allowed(by) && changes(move, member)).map(([, move]) => move),
    ...table.ranks.filter(([rank, , by]) => rank === member.rank && allowed(by)).map(([, move]) => move),
    ...table.out.filter(([, by]) => allowed(by)).map(([move]) => move),
  ];
}

/**
 * The moves `you` may make on the whole room.
 * @param {Table} table
 * @param {Member} you
 * @param {boolean} locked
 * @returns {Move[]}
 */
export function movesOnRoom(table, you, locked) {
  return table.room
    .filter(([move, rank]) => HEIGHT[you.rank] >= rank && move !== (locked ? "lock" : "unlock"))
    .map(([move]) => move);
}

/**
 * @param {Move} move
 * @param {Member} member
 */
function changes(move, member) {
  if (move === "mute") return !member.muted;
  if (move === "unmute") return member.muted;
  return true;
}
