// The microphone: asked for once, on a tap, and only by those who are about to speak.

import { Signal } from "../signal.js";
import { change, constraints, fits, settings } from "./settings.js";

/** @typedef {"insecure" | "denied" | "missing" | "busy" | "unknown"} Trouble */

/** Why there is no microphone. */
export class NoMicrophone extends Error {
  /** @param {Trouble} trouble */
  constructor(trouble) {
    super(trouble);
    this.trouble = trouble;
  }
}

/** @type {Record<string, Trouble>} */
const TROUBLES = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "missing",
  OverconstrainedError: "missing",
  NotReadableError: "busy",
  AbortError: "busy",
};

/**
 * What a DOMException of getUserMedia means to a person.
 * @param {string} name
 * @returns {Trouble}
 */
export function trouble(name) {
  return TROUBLES[name] ?? "unknown";
}

/**
 * How loud it looks, 0 to 1, for a linear level 0 to 1: 50 dB of range, as a voice has.
 * @param {number} linear
 */
export function loudness(linear) {
  if (linear <= 0) return 0;
  return Math.min(1, Math.max(0, 1 + (20 * Math.log10(linear)) / 50));
}

export class Microphone {
  /** @type {Signal<void>} */
  opened = new Signal();
  /** The device was unplugged or taken away. @type {Signal<void>} */
  lost = new Signal();
  /** A call or the system took it for a while, or gave it back. @type {Signal<boolean>} */
  interrupted = new Signal();

  /** @type {MediaStreamTrack | undefined} */
  track;
  /** @type {AudioContext | undefined} */
  #context;
  /** @type {AnalyserNode | undefined} */
  #analyser;
  /** A second track of the same device for the meter: the first is silent while muted. @type {MediaStreamTrack | undefined} */
  #ear;
  #samples = new Float32Array(1024);

  /**
   * The track of this device (or the last one used), disabled: nothing is sent until someone enables it.
   * Raises NoMicrophone.
   * @param {string} [device]
   */
  async open(device = settings().microphone) {
    if (!navigator.mediaDevices?.getUserMedia) throw new NoMicrophone("insecure");
    const stream = await ask(device);
    const [track] = stream.getAudioTracks();
    track.enabled = false;
    this.close();
    this.track = track;
    track.onended = () => this.lost.emit();
    track.onmute = () => this.interrupted.emit(true);
    track.onunmute = () => this.interrupted.emit(false);
    change({ microphone: track.getSettings().deviceId ?? "" });
    this.#listen(track);
    this.opened.emit();
    return track;
  }

  /** The open microphone as the settings want it by now; opened anew where the browser changes nothing on a live track. */
  async tune() {
    if (!this.track) return;
    const wanted = constraints(settings());
    await this.track.applyConstraints(wanted).catch(() => undefined);
    if (fits(this.track.getSettings(), wanted)) return;
    const { device } = this;
    this.close(); // first: Chromium hands out an open source again as it is
    await this.open(device);
  }

  /** The system keeps it from us at this moment. */
  get taken() {
    return Boolean(this.track?.muted);
  }

  /** The microphones there are; names are known once one has been opened. */
  async devices() {
    const all = await navigator.mediaDevices.enumerateDevices();
    return all.filter((device) => device.kind === "audioinput" && device.deviceId);
  }

  /** The id of the device in use. */
  get device() {
    return this.track?.getSettings().deviceId ?? "";
  }

  /** How loud it is at this moment, 0 to 1, also while muted. */
  level() {
    if (!this.#analyser) return 0;
    this.#analyser.getFloatTimeDomainData(this.#samples);
    const power = this.#samples.reduce((sum, sample) => sum + sample * sample, 0) / this.#samples.length;
    return loudness(Math.sqrt(power));
  }

  /** Lets go of the device; the browser's recording sign goes out. */
  close() {
    for (const track of [this.track, this.#ear]) track?.stop();
    if (this.track) this.track.onended = this.track.onmute = this.track.onunmute = null;
    if (this.#context) this.#context.onstatechange = null;
    this.#context?.close();
    this.track = this.#ear = this.#context = this.#analyser = undefined;
  }

  /** @param {MediaStreamTrack} track */
  #listen(track) {
    const ear = track.clone();
    ear.enabled = true;
    const context = new AudioContext();
    const analyser = new AnalyserNode(context, { fftSize: this.#samples.length });
    context.createMediaStreamSource(new MediaStream([ear])).connect(analyser);
    // Firefox may leave resume() pending without a gesture: the meter then stays still, and nothing waits for it.
    context.resume().catch(() => undefined);
    context.onstatechange = () => {
      // Safari, while a call has the sound; TypeScript does not know the word.
      if (/** @type {string} */ (context.state) === "interrupted") this.interrupted.emit(true);
    };
    this.#ear = ear;
    this.#context = context;
    this.#analyser = analyser;
  }
}

/**
 * @param {string} device
 * @returns {Promise<MediaStream>}
 */
async function ask(device) {
  const wanted = constraints(settings());
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: device ? { ...wanted, deviceId: { exact: device } } : wanted });
  } catch (error) {
    const { name } = /** @type {DOMException} */ (error);
    if (device && (name === "OverconstrainedError" || name === "NotFoundError")) return ask("");
    throw new NoMicrophone(trouble(name));
  }
}
