// How loud each person is for me: remembered by person, and set on whichever slot they are heard in.

import { keep, recall } from "../memory.js";

const KEY = "stoa.volumes";
const MOST = 300; // people remembered, those set last

/** @type {Map<string, number> | undefined} */
let known;

/**
 * The volumes in a text that was kept, by uid, the one set last at the end.
 * @param {string} text
 * @returns {Map<string, number>}
 */
export function read(text) {
  try {
    const pairs = JSON.parse(text);
    return new Map(pairs.filter((/** @type {any} */ [uid, volume]) => typeof uid === "string" && volume >= 0 && volume < 1));
  } catch {
    return new Map();
  }
}

/**
 * The volumes with one more; full volume needs no remembering.
 * @param {Map<string, number>} volumes
 * @param {string} uid
 * @param {number} volume 0 to 1
 */
export function withVolume(volumes, uid, volume) {
  const after = [...volumes].filter(([other]) => other !== uid);
  if (volume < 1) after.push([uid, Math.max(0, volume)]);
  return new Map(after.slice(-MOST));
}

function volumes() {
  return (known ??= read(recall(KEY)));
}

/**
 * How loud I want to hear this person, 0 (not at all) to 1.
 * @param {string} uid
 */
export function volumeOf(uid) {
  return volumes().get(uid) ?? 1;
}

/**
 * @param {string} uid
 * @param {number} volume 0 to 1
 */
export function setVolume(uid, volume) {
  known = withVolume(volumes(), uid, volume);
  keep(KEY, JSON.stringify([...known]));
}

/** iOS takes a volume, and has its own one back a moment later: set at once, so that it has settled when it is asked. */
const probe = Object.assign(globalThis.Audio ? new Audio() : {}, { volume: 0.5 });

/** Whether a page may set here how loud it plays. */
export const adjustable = () => probe.volume === 0.5;

/** The elements' volumes: each as loud as I want whoever is in its slot. */
export class Volumes {
  #paused = false;
  /** @type {(number | undefined)[]} */
  #numbers = [];

  /**
   * @param {HTMLAudioElement[]} sounds
   * @param {(number: number) => string | undefined} uid of the member with this number
   */
  constructor(sounds, uid) {
    this.sounds = sounds;
    this.uid = uid;
  }

  /** Nobody is heard while this is on; what was set for each stays. @param {boolean} on */
  pause(on) {
    this.#paused = on;
    this.apply(this.#numbers);
  }

  /**
   * Takes in who is in each slot now; where nobody is known it stays with whoever was there last, who may go on.
   * @param {(number | undefined)[]} numbers
   */
  apply(numbers) {
    this.#numbers = this.sounds.map((_, slot) => numbers[slot] ?? this.#numbers[slot]);
    this.sounds.forEach((sound, slot) => {
      const number = this.#numbers[slot];
      const volume = number === undefined ? sound.volume : volumeOf(this.uid(number) ?? "");
      if (sound.volume !== volume) sound.volume = volume;
      const muted = this.#paused || volume === 0; // iOS ignores the volume, but not this
      if (sound.muted !== muted) sound.muted = muted;
    });
  }
}
