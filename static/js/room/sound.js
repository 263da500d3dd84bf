// Everything about sound besides the line and the voice: devices, volumes, quality, and what the system is told.

import { hideBanner } from "../banner.js";
import { later } from "../later.js";
import { listing } from "../text.js";
import { going } from "./going.js";
import { Interruption } from "./interruption.js";
import { nameKind, nameSound, showState, takeControls } from "./mediasession.js";
import { NoMicrophone } from "./microphone.js";
import { watchNetwork } from "./network.js";
import { Output } from "./output.js";
import { watchPlugs } from "./plugs.js";
import { Monitor } from "./quality.js";
import { settings } from "./settings.js";
import { SHEETS } from "./sheets.js";
import { watchQuality } from "./trouble.js";
import { Volumes } from "./volume.js";
import { WakeLock } from "./wakelock.js";

/**
 * `choose` asks for a microphone, `draw` draws the page anew, `toggle` is the microphone's key.
 * @typedef {{choose: () => void, draw: () => void, toggle: () => void, leave: () => void}} Run
 */

const NAMED = 1_000; // ms between two times that the system is told who speaks

export class Sound {
  #named = -Infinity;
  #paused = false;
  #in = false;
  #lock = new WakeLock();
  /** @type {Promise<void>} */
  #opening = Promise.resolve();

  /**
   * @param {import("./media.js").Media} media
   * @param {import("./microphone.js").Microphone} microphone
   * @param {import("./voice.js").Voice} voice
   * @param {import("./session.js").Session} session
   * @param {Run} run
   */
  constructor(media, microphone, voice, session, run) {
    this.media = media;
    this.microphone = microphone;
    this.voice = voice;
    this.session = session;
    this.run = run;
    this.output = new Output(media.sounds);
    this.volumes = new Volumes(media.sounds, (number) => this.#member(number)?.uid);
    this.monitor = new Monitor(() => media.stats(), () => voice.live && media.connected);
    this.interruption = new Interruption(microphone, voice, run.choose);
    takeControls({ play: () => this.pause(false), pause: () => this.pause(true), microphone: run.toggle, hangup: run.leave });
    watchNetwork(() => this.#in && media.renew());
    watchPlugs(microphone, this.output, (device) => this.use(device));
    watchQuality(this.monitor);
    this.monitor.changed.on(run.draw);
    voice.changed.on(() => this.#tell());
  }

  /** In the tap that joins. */
  begin() {
    this.#in = true;
    this.media.stereo(settings().music);
    this.output.restore();
    this.#tell();
  }

  /** Out of the room. */
  end() {
    this.#in = false;
    this.#paused = false;
    this.volumes.pause(false);
    nameSound("", "");
    this.#tell();
  }

  /** Whether the server hears me, by its own word. */
  get heard() {
    return this.monitor.heard(performance.now());
  }

  /**
   * Takes in who is in each slot, and who is heard now, several times a second.
   * @param {(number | undefined)[]} slots
   * @param {number[]} numbers
   */
  note(slots, numbers) {
    if (!this.#in) return;
    const now = performance.now();
    this.volumes.apply(slots);
    this.monitor.look(now);
    if (!numbers.length) return;
    this.monitor.hears(now);
    if (now - this.#named < NAMED) return;
    this.#named = now;
    nameSound(this.session.snapshot?.room.title ?? "", listing(numbers.map((number) => this.#member(number)?.name ?? "")));
  }

  /** Opens this microphone in place of the one in use. @param {string} device */
  async use(device) {
    await this.#open(() => this.microphone.open(device));
  }

  /** Applies the switches to the open microphone, and to what is sent. */
  async tune() {
    await this.#open(() => this.microphone.tune());
    this.media.stereo(settings().music);
  }

  /** Opens the sheet of settings. */
  async settings() {
    const sheet = await later(SHEETS.sound, () => this.#in);
    if (!sheet) return;
    const run = { use: (/** @type {string} */ device) => this.use(device), tune: () => this.tune(), drawn: this.run.draw };
    new sheet.SoundSheet(this.microphone, this.output, run).open(this.voice.speaking);
  }

  /** Nobody is heard for as long as it is paused: the system's pause button. @param {boolean} on */
  pause(on) {
    if (!this.#in || this.#paused === on) return;
    this.#paused = on;
    this.volumes.pause(on);
    this.#tell();
    if (!on) return this.#resumed();
    going("paused", () => this.pause(false));
  }

  #resumed() {
    hideBanner("paused");
    this.media.play();
  }

  /** One after the other: what was switched last is what comes of it. @param {() => Promise<unknown>} open */
  #open(open) {
    const turn = this.#opening.then(() => this.#try(open));
    this.#opening = turn.catch(() => undefined); // whoever asked is told
    return turn;
  }

  /** @param {() => Promise<unknown>} open */
  async #try(open) {
    try {
      await open();
    } catch (error) {
      if (!(error instanceof NoMicrophone)) throw error;
      return this.interruption.gone();
    }
    this.voice.apply();
  }

  #tell() {
    const speaking = this.#in && this.voice.speaking;
    this.#lock.hold(speaking);
    nameKind(speaking);
    showState(this.#in ? (this.#paused ? "paused" : "playing") : "none", this.voice.live);
  }

  /** @param {number} number */
  #member(number) {
    return this.session.members.find((member) => member.number === number);
  }
}
