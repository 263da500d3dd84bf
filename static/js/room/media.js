// The sound: one microphone line out, three slots in, offered once per connection and never negotiated again.

import { Signal } from "../signal.js";
import { backOff } from "./socket.js";

/** @typedef {"connecting" | "connected" | "lost"} Flow */

const SLOTS = 3;
const PATIENCE = 8_000; // ms for a connection to come up before another is tried
const FADE = 100; // ms of silence sent before nothing is sent
const HICCUP = 3_000; // ms without an answer to a check before the path counts as lost

/**
 * One attempt at a connection; `offer` is the id of the message that offered it, 0 until then.
 * @typedef {{pc: RTCPeerConnection, sender: RTCRtpSender, receivers: RTCRtpReceiver[], offering: boolean, offer: number}} Line
 */

export class Media {
  /** @type {Signal<Flow>} */
  flow = new Signal();
  /** The browser wants a tap before it plays. @type {Signal<void>} */
  blocked = new Signal();

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

  /**
   * @param {(sdp: string) => number} send takes an offer to the server and gives back the message's id
   * @param {HTMLAudioElement[]} sounds one element per slot, there as long as the page
   */
  constructor(send, sounds) {
    this.send = send;
    this.sounds = sounds;
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
   * The socket is open: connects, unless sound still flows.
   * @param {RTCIceServer[]} servers
   */
  start(servers) {
    this.#servers = servers;
    if (!this.connected) this.renew();
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
    this.flow.emit(this.#attempt ? "lost" : "connecting");
    this.#timer = setTimeout(() => this.renew(), PATIENCE + backOff(this.#attempt++, Math.random()));
    try {
      await line.sender.replaceTrack(this.#track);
      await line.pc.setLocalDescription();
    } catch (error) {
      if (this.#next === line) throw error; // one that was replaced meanwhile is closed, and may say so
    }
    if (this.#next === line) line.offer = this.send(line.pc.localDescription?.sdp ?? "");
  }

  /**
   * Takes the answer to the offer with this id; an answer to an older one is ignored.
   * @param {number} offer
   * @param {string} sdp
   */
  async answer(offer, sdp) {
    const line = this.#next;
    if (line?.offer === offer) await line.pc.setRemoteDescription({ type: "answer", sdp });
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
    this.#attempt = 0;
    for (const sound of this.sounds) sound.srcObject = null;
  }

  /** @returns {Line} */
  #line() {
    const pc = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
    const { sender } = pc.addTransceiver("audio", { direction: "sendonly" });
    const receivers = Array.from({ length: SLOTS }, () => pc.addTransceiver("audio", { direction: "recvonly" }).receiver);
    const line = { pc, sender, receivers, offering: false, offer: 0 };
    pc.onconnectionstatechange = () => this.#moved(line);
    return line;
  }

  /** @param {Line} line */
  #moved(line) {
    const state = line.pc.connectionState;
    if (line === this.#next && state === "connected") this.#switch(line);
    else if (line === this.#next && state === "failed") this.renew();
    else if (line === this.#current) this.#judge(line);
  }

  /** The new line is up: it is heard from here on, and the old one is closed. @param {Line} line */
  #switch(line) {
    clearTimeout(this.#timer);
    const old = this.#current;
    this.#current = line;
    this.#next = undefined;
    this.#attempt = 0;
    this.#attach(line);
    this.play();
    old?.pc.close();
    this.flow.emit("connected");
  }

  /** What becomes of the line that is heard. @param {Line} line */
  #judge(line) {
    const state = line.pc.connectionState;
    if (this.#next) return;
    clearTimeout(this.#timer);
    if (state === "connected") this.flow.emit("connected");
    if (state === "failed") this.renew();
    if (state === "disconnected") this.#timer = setTimeout(() => this.renew(), HICCUP);
  }

  /** @param {Line} line */
  #attach(line) {
    this.sounds.forEach((sound, slot) => {
      const { track } = line.receivers[slot];
      const stream = /** @type {MediaStream | null} */ (sound.srcObject);
      if (stream?.getTracks()[0] !== track) sound.srcObject = new MediaStream([track]);
    });
  }
}
