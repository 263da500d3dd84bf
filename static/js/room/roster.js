// Who stands where, from a snapshot: lists in the order in which people are shown.

/** @typedef {import("./protocol.js").Member} Member */

const RANKS = { host: 0, moderator: 1, member: 2 };

/**
 * Those on stage: the host first, then moderators, then by number.
 * @param {Member[]} members
 */
export function onStage(members) {
  return members
    .filter((member) => member.stage === "speaking")
    .sort((one, two) => RANKS[one.rank] - RANKS[two.rank] || one.number - two.number);
}

/**
 * Raised hands, first come first.
 * @param {Member[]} members
 */
export function hands(members) {
  return members
    .filter((member) => member.stage === "hand_up")
    .sort((one, two) => (one.hand ?? 0) - (two.hand ?? 0) || one.number - two.number);
}

/**
 * A member's place in the queue of hands, from 1; 0 without a raised hand.
 * @param {Member[]} members
 * @param {number} number
 */
export function handPlace(members, number) {
  return hands(members).findIndex((member) => member.number === number) + 1;
}

/**
 * Those invited who have not answered yet.
 * @param {Member[]} members
 */
export function invited(members) {
  return members.filter((member) => member.stage === "invited").sort((one, two) => one.number - two.number);
}
