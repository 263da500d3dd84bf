// The sound: one microphone line out, three slots in, offered once per connection and never negotiated again.

import { Signal } from "../signal.js";
import { backOff } from "./socket.js";
import { playsStereo, sendsStereo } from "./stereo.js";

/**
 * `unreachable`: the server answers, and yet no path for sound is found.
 * @typedef {"connecting" | "connected" | "lost" | "unreachable"} Flow
 * @typedef {"relay" | "tcp"} Detour
 */

export const SLOTS = 3;
const PATIENCE = 8_000; // ms for a connection to come up before another is tried
const FADE = 100; // ms of silence sent before nothing is sent
const TRIES = 3; // that were answered and found no path, before it counts as blocked

/**
 * One attempt at a connection; `offer` is the id of the message that offered it, 0 until then.
 * @typedef {{pc: RTCPeerConnection, sender: RTCRtpSender, receivers: RTCRtpReceiver[], streams: MediaStream[],
 *   offering: boolean, offer: number, answered: boolean}} Line
 */

export class Media {
  /** What one hears of a slot: its own sound, or what `observing.js` lets through. @type {(stream: MediaStream) => MediaStream} */
  static heard = (stream) => stream;

  /** @type {Signal<Flow>} */
  flow = new Signal();
  /** The browser wants a tap before it plays. @type {Signal<void>} */
  blocked = new Signal();
  /** The sound takes a way round: said once per visit. @type {Signal<Detour>} */
  detour = new Signal();

  /** The line that is heard. @type {Line | undefined} */
  #current;
  /** The one that is coming up. @type {Line | undefined} */
  #next;
  /** What is sent, and what is to be sent: for a moment not the same. @type {MediaStreamTrack | null} */
  #track = null;
  /** @type {MediaStreamTrack | null} */
  #wanted = null;
  /** @type {RTCIceServer[]} */
  #servers = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #fading;
  #attempt = 0;
  #vain = 0;
  #stereo = false;
  #told = false;

  /**
   * @param {(sdp: string) => number} send takes an offer to the server and gives back the message's id
   * @param {HTMLAudioElement[]} sounds one element per slot, there as long as the page
   */
  constructor(send, sounds) {
    this.send = send;
    this.sounds = sounds;
    // A phone call stops the elements, and nobody starts them again when it is over.
    for (const sound of sounds) sound.addEventListener("pause", () => sound.srcObject && this.play());
  }

  /** Inside the tap that joins: starts the elements playing, before there is anything to hear. */
  prepare() {
    this.close();
    this.#next = this.#line();
    this.#attach(this.#next);
    this.play();
  }

  /** Starts the elements; a browser that wants a tap first is reported by `blocked`. */
  play() {
    for (const sound of this.sounds) {
      sound.play().catch((error) => error.name === "NotAllowedError" && this.blocked.emit());
    }
  }

  /** What the receivers hear, slot by slot. */
  get receivers() {
    return this.#current?.receivers ?? [];
  }

  get connected() {
    return this.#current?.pc.connectionState === "connected";
  }

  /**
   * The socket is open: connects, unless sound still flows; an offer that went down with the last socket is made again.
   * @param {RTCIceServer[]} servers
   */
  start(servers) {
    this.#servers = servers;
    if (!this.connected || this.#next?.offering) this.renew();
  }

  /** A new connection beside the old one, which is heard until the new one is up. */
  async renew() {
    clearTimeout(this.#timer);
    const prepared = this.#next?.offering === false ? this.#next : undefined;
    if (!prepared) this.#next?.pc.close();
    const line = prepared ?? this.#line();
    this.#next = line;
    line.offering = true;
    line.pc.setConfiguration({ ...line.pc.getConfiguration(), iceServers: this.#servers });
    if (!this.connected) this.flow.emit(this.#vain >= TRIES ? "unreachable" : this.#attempt ? "lost" : "connecting");
    this.#timer = setTimeout(() => this.#again(line), PATIENCE + backOff(this.#attempt++, Math.random()));
    try {
      await line.sender.replaceTrack(this.#track);
      await describe(line.pc);
    } catch (error) {
      if (this.#next === line) throw error; // one that was replaced meanwhile is closed, and may say so
    }
    const sdp = line.pc.localDescription?.sdp ?? "";
    if (this.#next === line) line.offer = this.send(this.#stereo ? sendsStereo(sdp) : sdp);
  }

  /** Another try after one that found no path. @param {Line} line */
  #again(line) {
    if (line.answered) this.#vain += 1;
    this.renew();
  }

  /**
   * Sends in stereo from now on, or in mono: by a new connection, since nothing is negotiated twice.
   * @param {boolean} on
   */
  stereo(on) {
    if (this.#stereo === on) return;
    this.#stereo = on;
    if (this.#current || this.#next?.offering) this.renew();
  }

  /** What the browser measured on the line that is heard, entry by entry. */
  async stats() {
    return [...((await this.#current?.pc.getStats()) ?? new Map()).values()];
  }

  /**
   * Takes the answer to the offer with this id; an answer to an older one is ignored.
   * @param {number} offer
   * @param {string} sdp
   */
  async answer(offer, sdp) {
    const line = this.#next;
    if (line?.offer !== offer) return;
    line.answered = true;
    await line.pc.setRemoteDescription({ type: "answer", sdp });
  }

  /** The offer with this id was refused: tries again a little later. @param {number} offer */
  refused(offer) {
    if (this.#next?.offer !== offer) return;
    clearTimeout(this.#timer);
    this.flow.emit("lost");
    this.#timer = setTimeout(() => this.renew(), backOff(this.#attempt++, Math.random()));
  }

  /**
   * Sends this track from now on, or nothing; every later connection does the same. A live track, disabled by now, is sent
   * a moment longer: its true silence is heard sooner than packets that stop, which a listener's buffer stretches.
   * @param {MediaStreamTrack | null} track
   */
  async speak(track) {
    if (this.#wanted === track) return;
    this.#wanted = track;
    clearTimeout(this.#fading);
    if (track || this.#track?.readyState !== "live") await this.#send(track);
    else this.#fading = setTimeout(() => this.#send(null), FADE);
  }

  /** @param {MediaStreamTrack | null} track */
  async #send(track) {
    this.#track = track;
    await Promise.all([this.#current, this.#next].map((line) => line?.sender.replaceTrack(track)));
  }

  /** Ends all sound. */
  close() {
    clearTimeout(this.#timer);
    clearTimeout(this.#fading);
    this.#track = this.#wanted = null;
    for (const line of [this.#current, this.#next]) line?.pc.close();
    this.#current = this.#next = undefined;
    this.#attempt = this.#vain = 0;
    this.#told = false;
    for (const sound of this.sounds) sound.srcObject = null;
  }

  /** @returns {Line} */
  #line() {
    const pc = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
    const { sender } = pc.addTransceiver("audio", { direction: "sendonly" });
    const receivers = Array.from({ length: SLOTS }, () => pc.addTransceiver("audio", { direction: "recvonly" }).receiver);
    const streams = receivers.map(({ track }) => Media.heard(new MediaStream([track])));
    const line = { pc, sender, receivers, streams, offering: false, offer: 0, answered: false };
    pc.onconnectionstatechange = () => this.#moved(line);
    return line;
  }

  /** @param {Line} line */
  #moved(line) {
    const state = line.pc.connectionState;
    if (line === this.#next && state === "connected") this.#switch(line);
    else if (line === this.#next && state === "failed") this.#again(line);
    else if (line === this.#current) this.#judge(line);
  }

  /** The new line is up: it is heard from here on, and the old one is closed. @param {Line} line */
  #switch(line) {
    clearTimeout(this.#timer);
    const old = this.#current;
    this.#current = line;
    this.#next = undefined;
    this.#attempt = this.#vain = 0;
    this.#attach(line);
    this.play();
    old?.pc.close();
    this.flow.emit("connected");
    this.#trace();
  }

  /**
   * What becomes of the line that is heard. One that went silent may come back, and is heard then; the network may as
   * well be another one, so a new line is tried at once.
   * @param {Line} line
   */
  #judge(line) {
    const state = line.pc.connectionState;
    if (state === "connected") this.flow.emit("connected");
    else if (!this.#next) this.renew();
  }

  /** Which way the sound goes. */
  async #trace() {
    if (this.#told) return;
    const way = detour(await this.stats());
    if (!way) return;
    this.#told = true;
    this.detour.emit(way);
  }

  /** @param {Line} line */
  #attach(line) {
    this.sounds.forEach((sound, slot) => {
      if (sound.srcObject !== line.streams[slot]) sound.srcObject = line.streams[slot];
    });
  }
}

/**
 * The browser's offer, set with slots that play stereo where the browser lets us say so.
 * @param {RTCPeerConnection} pc
 */
async function describe(pc) {
  const { type, sdp = "" } = await pc.createOffer();
  await pc.setLocalDescription({ type, sdp: playsStereo(sdp) }).catch(() => pc.setLocalDescription());
}

/**
 * Which way round the chosen path takes: through a TURN server, or TCP; undefined for the straight one.
 * @param {any[]} stats
 * @returns {Detour | undefined}
 */
export function detour(stats) {
  const byId = new Map(stats.map((stat) => [stat.id, stat]));
  const chosen = stats.find((stat) => stat.type === "transport" && stat.selectedCandidatePairId)?.selectedCandidatePairId;
  const pair = byId.get(chosen) ?? stats.find((stat) => stat.type === "candidate-pair" && stat.selected); // Firefox
  const local = byId.get(pair?.localCandidateId);
  if (local?.candidateType === "relay") return "relay";
  return local?.protocol === "tcp" ? "tcp" : undefined;
}
