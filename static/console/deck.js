// Several voices on one clock: played together or one alone, never louder than a limit, from where one likes.

import { limiter, LOUDEST } from "../js/limiter.js";
import { Signal } from "../js/signal.js";

export const QUIET = 0.25; // where the slider begins

/** @typedef {{id: number, offset: number, buffer: AudioBuffer}} Voice */

/**
 * Which voices sound from `position` on: after how long each, and from where in its own sound.
 * @param {{offset: number, buffer: {duration: number}}[]} voices
 * @param {number} position seconds
 */
export function starts(voices, position) {
  return voices.map(({ offset, buffer }) => ({
    after: Math.max(0, offset - position),
    from: Math.max(0, position - offset),
    over: position >= offset + buffer.duration,
  }));
}

/**
 * "0:07".
 * @param {number} seconds
 */
export function clock(seconds) {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

export class Deck {
  /** Whether something plays, each time that changes. @type {Signal<boolean>} */
  changed = new Signal();
  /** @type {Voice[]} */
  #voices = [];
  /** @type {AudioBufferSourceNode[]} */
  #sources = [];
  /** @type {number | null} */
  #alone = null;
  #from = 0;
  #since = 0;
  #context;
  #in;
  #out;
  #end = 0;

  /** @param {AudioContext} context */
  constructor(context) {
    this.#context = context;
    const { into, out } = limiter(context);
    out.connect(context.destination);
    this.#in = into;
    this.#out = out;
    this.volume(QUIET);
  }

  /** Takes these voices in place of others, and stands at their beginning. @param {Voice[]} voices */
  load(voices) {
    this.pause();
    this.#voices = voices;
    this.#alone = null;
    this.#from = 0;
  }

  get length() {
    return Math.max(0, ...this.#voices.map(({ offset, buffer }) => offset + buffer.duration));
  }

  get playing() {
    return this.#sources.length > 0;
  }

  get position() {
    const passed = this.playing ? this.#context.currentTime - this.#since : 0;
    return Math.min(this.length, this.#from + passed);
  }

  /** Whom one hears alone; null for everybody. */
  get alone() {
    return this.#alone;
  }

  play() {
    if (this.playing || !this.length) return;
    if (this.position >= this.length) this.#from = 0;
    void this.#context.resume();
    this.#since = this.#context.currentTime;
    const heard = this.#voices.filter(({ id }) => this.#alone === null || id === this.#alone);
    starts(heard, this.#from).forEach(({ after, from, over }, at) => {
      if (!over) this.#sources.push(this.#source(heard[at].buffer, after, from));
    });
    const left = this.length - this.#from;
    this.#end = window.setTimeout(() => this.#finish(), left * 1000);
    if (!this.playing) return this.#finish(); // whom one hears alone says nothing any more
    this.changed.emit(true);
  }

  pause() {
    if (!this.playing) return;
    this.#from = this.position;
    this.#stop();
    this.changed.emit(false);
  }

  /** @param {number} position seconds */
  seek(position) {
    const playing = this.playing;
    this.#stop();
    this.#from = Math.min(this.length, Math.max(0, position));
    if (playing) this.play();
  }

  /** @param {number | null} id whom to hear alone */
  hear(id) {
    this.#alone = id;
    this.seek(this.position);
  }

  /** @param {number} share of the loudest, 0 to 1 */
  volume(share) {
    this.#out.gain.value = Math.min(1, Math.max(0, share)) * LOUDEST;
  }

  /** @param {AudioBuffer} buffer @param {number} after @param {number} from */
  #source(buffer, after, from) {
    const source = this.#context.createBufferSource();
    source.buffer = buffer;
    source.connect(this.#in);
    source.start(this.#context.currentTime + after, from);
    return source;
  }

  #stop() {
    clearTimeout(this.#end);
    for (const source of this.#sources.splice(0)) source.stop();
  }

  #finish() {
    this.#stop();
    this.#from = this.length;
    this.changed.emit(false);
  }
}
