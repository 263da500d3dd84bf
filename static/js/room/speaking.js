// Who speaks, drawn as it is heard: the relay writes the member's number into each packet's CSRC, and receivers tell it back.

import { loudness } from "./microphone.js";

const FADE = 350; // ms after the last packet until a ring is gone
const STEP = 150; // ms between two readings: a syllable; each is a frame, and frames are most of what an open page costs
const VISIBLE = 0.06; // below this a ring is noise
const UNKNOWN = 0.5; // the level of a voice whose packets carry none
const SLOW = 1_000; // ms between two readings in the background

/**
 * @typedef {{source: number, timestamp: number, audioLevel?: number}} Heard
 * @typedef {{timestamp: number, at: number, level: number}} Trace
 */

/** Which members are heard in the slots at this moment, and how loud. */
export class Ear {
  /** @type {Map<number, Trace>} */
  #traces = new Map();

  /**
   * Takes in what receivers report. A browser goes on reporting a source for ten seconds after its last packet, so only
   * a timestamp that has moved counts.
   * @param {Heard[]} heard
   * @param {number} now ms
   */
  hear(heard, now) {
    for (const { source, timestamp, audioLevel } of heard) {
      const last = this.#traces.get(source);
      if (last?.timestamp === timestamp) continue;
      const level = audioLevel === undefined ? UNKNOWN : loudness(audioLevel);
      this.#traces.set(source, { timestamp, at: now, level });
    }
  }

  /**
   * Level (0 to 1) by member number; members no longer heard are left out.
   * @param {number} now ms
   * @returns {Map<number, number>}
   */
  levels(now) {
    /** @type {Map<number, number>} */
    const levels = new Map();
    for (const [source, { at, level }] of this.#traces) {
      if (now - at <= FADE && level >= VISIBLE) levels.set(source, level);
    }
    return levels;
  }
}

/**
 * What one receiver hears now: its contributing sources, with the stream's own level where a source carries none.
 * @param {RTCRtpReceiver} receiver
 * @returns {Heard[]}
 */
function heardBy(receiver) {
  const stream = receiver.getSynchronizationSources()[0]?.audioLevel;
  return receiver.getContributingSources().map(({ source, timestamp, audioLevel }) => ({
    source,
    timestamp,
    audioLevel: audioLevel ?? stream,
  }));
}

/**
 * Whose voice came last, undefined where none ever did.
 * @param {Heard[]} heard
 */
function latest(heard) {
  return heard.reduce((last, one) => (last && last.timestamp >= one.timestamp ? last : one), /** @type {Heard | undefined} */ (undefined))?.source;
}

/**
 * Has levels drawn for as long as the page is open. In the background nothing is drawn, and who is heard is looked up once
 * a second.
 * @param {() => RTCRtpReceiver[]} receivers
 * @param {() => [number, number] | undefined} own my number and level while others hear me; the relay never sends it back
 * @param {(levels: Map<number, number>) => void} draw
 * @param {(slots: (number | undefined)[], heard: number[]) => void} note takes who is in each slot, and who is heard now
 */
export function watchSpeaking(receivers, own, draw, note) {
  const ear = new Ear();
  let last = 0;
  setInterval(() => {
    const now = performance.now();
    if (document.hidden && now - last < SLOW) return;
    last = now;
    const slots = receivers().map(heardBy);
    ear.hear(slots.flat(), now);
    const levels = ear.levels(now);
    note(slots.map(latest), [...levels.keys()]);
    if (document.hidden) return;
    const mine = own();
    if (mine && mine[1] >= VISIBLE) levels.set(...mine);
    draw(levels);
  }, STEP);
}
