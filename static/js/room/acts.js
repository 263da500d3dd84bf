// My moves: asked of the server, said when they are made, and taken back when I think better of it.

import { toast } from "../toast.js";
import { deed, inverse, undoable } from "./undo.js";
import { refused } from "./words.js";

/**
 * @typedef {import("./protocol.js").Member} Member
 * @typedef {import("./protocol.js").Move} Move
 * @typedef {import("./socket.js").Message} Message
 */

const ROOM = 0; // in place of a member's number

export class Acts {
  /** Whom I have just moved, so that what I did is not told as news. @type {Set<number>} */
  #touched = new Set();
  /** The last way back offered for each: what was done since has made an older one wrong. @type {Map<number, import("../pieces/toast.js").Toast>} */
  #offers = new Map();

  /**
   * @param {(message: Message) => Promise<Message>} ask
   * @param {(move: Move) => void} [failed] is told of a move that comes to nothing
   */
  constructor(ask, failed = () => undefined) {
    this.ask = ask;
    this.failed = failed;
  }

  /**
   * The server's answer to a move on somebody, or without a member on myself or the room; a refusal is shown.
   * @param {Move} move
   * @param {Member} [member]
   */
  async say(move, member) {
    const answer = await this.ask({ type: "move", move, member: member?.number });
    if (answer.type === "error") this.failed(move);
    // Muted is muted: a mute that was said offline, or twice, has done what it should. What is over is said by the screen.
    const silent = ["already", "over"].includes(answer.code) || (move === "mute" && !member && answer.code === "offline");
    if (answer.type === "error" && !silent) toast(refused(answer.code, answer.message));
    return answer;
  }

  /**
   * Makes a move on somebody else or on the room, says so, and offers to take it back.
   * @param {Move} move
   * @param {Member} [member]
   */
  async make(move, member) {
    if (member) this.#touched.add(member.number);
    const back = inverse(move, member?.stage);
    const answer = await this.say(move, member);
    if (answer.type === "error") {
      if (member) this.#touched.delete(member.number);
      return;
    }
    const words = deed(move, member?.name ?? "");
    const whom = member?.number ?? ROOM;
    this.#offers.get(whom)?.dismiss();
    if (back) this.#offers.set(whom, undoable(words, () => this.make(back, member)));
    else if (words) toast(words);
  }

  /**
   * Whether what happened to this member was my doing; once for each. Where it was not, and they stand elsewhere now, what I
   * did before cannot be taken back any more.
   * @param {number} number
   * @param {Member} [before]
   * @param {Member} [after]
   */
  mine(number, before, after) {
    if (this.#touched.delete(number)) return true;
    if (before?.stage !== after?.stage) this.#offers.get(number)?.dismiss();
    return false;
  }
}
