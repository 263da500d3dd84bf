// The room's socket: connects, comes back by itself after a loss, and says for good when it cannot.

import { Signal } from "../signal.js";
import { tab } from "./tab.js";

/** @typedef {{type: string, id?: number | null, [field: string]: any}} Message */
/** @typedef {"connecting" | "open" | "waiting" | "closed"} Link */

const FIRST = 400; // ms until the first new try
const LONGEST = 15_000;
const SILENCE = 40_000; // the server pings every 15 s; longer than this and the line is dead
const DOUBT = 5_000; // for an answer when the line may be dead: after a change of network, or a sleep
const GRACE = 10_000; // until a connection that does not open is tried anew

/** Close codes after which trying again by itself would be wrong (docs/protocol.md). */
const FINAL = new Map([
  [4401, "signed_out"],
  [4403, "removed"],
  [4404, "not_found"],
  [4409, "replaced"],
  [4410, "ended"],
  [4420, "full"],
  [4423, "locked"],
  [4424, "suspended"],
  [4425, "not_started"],
  [4426, "closed"],
  [4427, "braked"],
  [4428, "locked_by_staff"],
  [4429, "too_many"],
]);

/**
 * How long to wait before the n-th new try, from 0: doubling, and half of it chance, so that a thousand pages do not return at once.
 * @param {number} attempt
 * @param {number} chance from 0 to 1
 */
export function backOff(attempt, chance) {
  return Math.min(LONGEST, FIRST * 2 ** attempt) * (0.5 + chance / 2);
}

/**
 * Why the socket must stay closed, or undefined when it should be opened again.
 * @param {number} code
 */
export function finality(code) {
  return FINAL.get(code);
}

/** Where the room's socket is, for this tab. @param {string} room */
export function address(room) {
  const url = new URL(`/ws/rooms/${room}/`, location.href);
  url.protocol = location.protocol.replace("http", "ws");
  url.searchParams.set("tab", tab());
  return url;
}

export class RoomSocket {
  /** @type {Signal<Message>} */
  message = new Signal();
  /** @type {Signal<Link>} */
  link = new Signal();
  /** Why it closed for good. @type {Signal<string>} */
  closed = new Signal();
  /** Why the server let nobody in at the last try, "" when it did not say. */
  refusal = "";

  /** @type {WebSocket | undefined} */
  #socket;
  #attempt = 0;
  #id = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {Map<number, (answer: Message) => void>} */
  #waiting = new Map();
  #done = true;
  /** The code the server gave before it let us in, which says more than the close code. */
  #said = "";
  #joined = false;

  /** @param {() => WebSocket} connect opens a new WebSocket */
  constructor(connect) {
    this.connect = connect;
  }

  /** Opens the socket, or opens it at once when it is waiting for its next try. */
  open() {
    this.#done = false;
    this.#drop();
    this.link.emit("connecting");
    const socket = this.connect();
    this.#socket = socket;
    this.#joined = false;
    this.#said = "";
    this.#alarm(GRACE);
    socket.onmessage = (event) => this.#receive(JSON.parse(event.data));
    socket.onclose = (event) => this.#ended(event.code);
  }

  /** Tries again now if the socket is waiting to, for instance because the network is back; an open one has to prove itself. */
  hurry() {
    if (this.#done) return;
    if (!this.#socket) return this.open();
    if (!this.#joined) return;
    this.send({ type: "snapshot" });
    this.#alarm(DOUBT);
  }

  /** Closes it for good. */
  close() {
    this.#done = true;
    this.#drop("over");
    this.link.emit("closed");
  }

  /**
   * Sends a message, if the socket is open; gives back its id.
   * @param {Message} message
   */
  send(message) {
    const id = ++this.#id;
    if (this.#socket?.readyState === 1) this.#socket.send(JSON.stringify({ ...message, id }));
    return id;
  }

  /**
   * The server's answer to a message: `ok`, or `error` with a code ("offline" when the line is or goes down, "over" when one leaves
   * or the room ends before it comes).
   * @param {Message} message
   * @returns {Promise<Message>}
   */
  ask(message) {
    if (this.#socket?.readyState !== 1) return Promise.resolve({ type: "error", code: "offline" });
    return new Promise((resolve) => this.#waiting.set(this.send(message), resolve));
  }

  /** @param {Message} message */
  #receive(message) {
    this.#alarm(SILENCE);
    if (message.type === "welcome") {
      this.#attempt = 0;
      this.#joined = true;
      this.link.emit("open");
    }
    if (message.type === "error" && !this.#joined) this.#said = message.code;
    if (message.type === "ping") this.send({ type: "pong" });
    const waiting = this.#waiting.get(message.id ?? 0);
    if (waiting && (message.type === "ok" || message.type === "error")) {
      this.#waiting.delete(message.id ?? 0);
      waiting(message);
    }
    this.message.emit(message);
  }

  /** @param {number} code */
  #ended(code) {
    const why = finality(code);
    this.#drop(why && "over");
    this.refusal = this.#said;
    if (why) {
      this.#done = true;
      this.link.emit("closed");
      this.closed.emit(this.#said || why);
      return;
    }
    this.link.emit("waiting");
    this.#timer = setTimeout(() => this.open(), backOff(this.#attempt++, Math.random()));
  }

  /** A line that says nothing for so long is dead, whatever the browser believes. @param {number} ms */
  #alarm(ms) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ended(1006), ms);
  }

  /** @param {string} [code] what those are told who wait for an answer */
  #drop(code = "offline") {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = undefined;
    if (socket) {
      socket.onmessage = socket.onclose = null;
      socket.close();
    }
    for (const resolve of this.#waiting.values()) resolve({ type: "error", code });
    this.#waiting.clear();
  }
}
