// Whether sound gets through, by what the browser measures and what the server reports back.

import { Signal } from "../signal.js";

/**
 * What one reading of the statistics says, in totals: of my microphone's packets as the server reports them (`reported`
 * grows with each report), and of the packets that I am sent. undefined where there is no such stream.
 * @typedef {{lost: number, packets: number, reported: number}} Sending
 * @typedef {{lost: number, packets: number}} Hearing
 */

const WEAK = 0.05; // of the packets lost: gaps are heard
const WELL = 0.02; // they are hidden by error correction
const TIMES_WEAK = 2; // readings in a row before it is said
const TIMES_WELL = 3; // and before it is taken back
const FEW = 20; // packets between two readings that say nothing

/** Weak or not, with hysteresis: one bad moment is none, and one good one does not end it. */
export class Quality {
  weak = false;
  #row = 0;
  /** @type {Hearing | undefined} */
  #last;

  /**
   * Takes in totals so far; true when it became weak, or well again. Totals that fell are those of another connection.
   * @param {Hearing} total
   */
  take(total) {
    const last = this.#last;
    this.#last = total;
    if (!last || total.packets < last.packets || total.packets - last.packets < FEW) return false;
    const share = Math.max(0, total.lost - last.lost) / (total.packets - last.packets);
    this.#row = (this.weak ? share < WELL : share > WEAK) ? this.#row + 1 : 0;
    if (this.#row < (this.weak ? TIMES_WELL : TIMES_WEAK)) return false;
    this.weak = !this.weak;
    this.#row = 0;
    return true;
  }

  /** Nothing is known any more; true when it had been weak. */
  reset() {
    const was = this.weak;
    this.weak = false;
    this.#row = 0;
    this.#last = undefined;
    return was;
  }
}

const STALE = 4_500; // ms: reports come once a second and are read every two

/** Whether the server hears me: its reports go on. */
export class Evidence {
  #reported = 0;
  #at = -Infinity;

  /**
   * @param {number} reported
   * @param {number} now ms
   */
  take(reported, now) {
    if (reported === this.#reported) return;
    this.#reported = reported;
    this.#at = now;
  }

  /** @param {number} now ms */
  fresh(now) {
    return now - this.#at < STALE;
  }

  /** What was reported until now is of the past. */
  reset() {
    this.#at = -Infinity;
  }
}

/**
 * What the browser's statistics say of my microphone and of what I hear.
 * @param {any[]} stats
 * @returns {{sending: Sending | undefined, hearing: Hearing}}
 */
export function read(stats) {
  const report = stats.find((stat) => stat.type === "remote-inbound-rtp");
  const sent = stats.find((stat) => stat.type === "outbound-rtp");
  const slots = stats.filter((stat) => stat.type === "inbound-rtp");
  const lost = slots.reduce((sum, slot) => sum + (slot.packetsLost ?? 0), 0);
  const received = slots.reduce((sum, slot) => sum + (slot.packetsReceived ?? 0), 0);
  return {
    sending: report && sent && { lost: report.packetsLost ?? 0, packets: sent.packetsSent ?? 0, reported: report.timestamp },
    hearing: { lost, packets: lost + received },
  };
}

const STEP = 250; // ms between two readings until the server's first word
const PACE = 2_000; // and from then on
const PAUSE = 30_000; // ms without a voice after which a weak connection is forgotten

/** Reads the statistics while I am heard or hear somebody, and never otherwise. */
export class Monitor {
  /** What to say, or to stop saying. @type {Signal<Monitor>} */
  changed = new Signal();

  sending = new Quality();
  hearing = new Quality();
  #evidence = new Evidence();
  #read = -Infinity;
  #voice = -Infinity;

  /**
   * @param {() => Promise<any[]>} stats
   * @param {() => boolean} live whether my voice is sent
   */
  constructor(stats, live) {
    this.stats = stats;
    this.live = live;
  }

  /** Somebody is heard. @param {number} now ms */
  hears(now) {
    this.#voice = now;
  }

  /** Whether the server hears me. @param {number} now ms */
  heard(now) {
    return this.live() && this.#evidence.fresh(now);
  }

  /** To be called again and again: reads when it is time to. @param {number} now ms */
  async look(now) {
    const live = this.live();
    if (!live) this.#silent();
    if (now - this.#voice > PAUSE && this.hearing.reset()) this.changed.emit(this);
    const soon = live && !this.#evidence.fresh(now); // the first word of the server is waited for
    if (now - this.#read < (soon ? STEP : PACE)) return;
    if (!live && now - this.#voice > PACE) return;
    this.#read = now;
    this.take(read(await this.stats()), now);
  }

  /**
   * @param {ReturnType<typeof read>} reading
   * @param {number} now ms
   */
  take({ sending, hearing }, now) {
    const before = this.heard(now);
    if (sending && this.live()) this.#evidence.take(sending.reported, now);
    const changes = [sending && this.live() && this.sending.take(sending), this.hearing.take(hearing), before !== this.heard(now)];
    if (changes.some(Boolean)) this.changed.emit(this);
  }

  #silent() {
    this.#evidence.reset();
    if (this.sending.reset()) this.changed.emit(this);
  }
}
