// What was sealed, once somebody may hear it: fetched, drawn and played on one clock, and never by itself.

import { byId, data, h, pause } from "../js/dom.js";
import { format, gettext } from "../js/text.js";
import { toast } from "../js/toast.js";
import { clock, Deck } from "./deck.js";
import { path, peaks } from "./wave.js";

const PARTS = 240;
const SKIP = 5; // seconds
const SVG = "http://www.w3.org/2000/svg";

/** @typedef {{id: number, freeze: string, offset: number, seconds: number, words: boolean}} Track */

/** The second factor has grown old, and the page goes to where it is asked for. */
class Elsewhere extends Error {}

/** The server said no, and why in words. */
class Refusal extends Error {}

/** Makes the players work; gives back what keys act on, or nothing where there is nothing to hear. */
export function watchEvidence() {
  const board = document.getElementById("deck");
  return board && new Board(board, data("tracks").tracks);
}

/**
 * What came of those that were fetched; if nothing did, or the page goes elsewhere, it throws as one of them did.
 * @template T
 * @param {PromiseSettledResult<T>[]} fetched
 */
function playable(fetched) {
  const failed = fetched.flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
  const heard = fetched.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  const away = failed.find((reason) => reason instanceof Elsewhere);
  if (away || (failed.length && !heard.length)) throw away ?? failed[0];
  return heard;
}

class Board {
  /** Made with the first sound: before somebody clicked, no browser lets one play. @type {Deck | undefined} */
  #deck;
  #frame = 0;
  #context = /** @type {AudioContext | undefined} */ (undefined);

  /** @param {HTMLElement} board @param {Track[]} tracks */
  constructor(board, tracks) {
    this.board = board;
    this.tracks = tracks;
    for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("[data-fetch]"))) {
      button.addEventListener("click", () => this.#open(button));
    }
    byId("deck-play").addEventListener("click", () => this.toggle());
    byId("deck-back").addEventListener("click", () => this.skip(-1));
    byId("deck-on").addEventListener("click", () => this.skip(1));
    byId("deck-volume").addEventListener("input", () => this.#loud());
  }

  /** Plays, or pauses. */
  toggle() {
    if (this.#deck?.playing) this.#deck.pause();
    else this.#deck?.play();
  }

  /** @param {1 | -1} way five seconds on or back */
  skip(way) {
    if (!this.#deck) return;
    this.#deck.seek(this.#deck.position + way * SKIP);
    this.#show();
  }

  /** @param {HTMLButtonElement} button of the minute */
  async #open(button) {
    const resume = pause(button);
    const chosen = this.tracks.filter(({ freeze }) => freeze === button.dataset.fetch);
    try {
      const deck = this.#ready();
      const fetched = await Promise.allSettled(chosen.map(async (track) => ({ ...track, buffer: await this.#sound(track) })));
      const heard = playable(fetched);
      fetched.forEach((one, at) => tell(chosen[at], one.status === "rejected" ? why(one.reason) : ""));
      deck.load(heard);
      for (const track of heard) if (track.words) void this.#words(track);
      solos(deck, heard, this.tracks);
      byId("deck-controls").hidden = false;
      button.textContent = gettext("Fetch it again");
      this.#show();
      byId("deck-play").focus();
    } catch (error) {
      if (!(error instanceof Elsewhere)) toast(why(error));
    }
    resume();
  }

  get playing() {
    return this.#deck?.playing ?? false;
  }

  #ready() {
    this.#context ??= new AudioContext();
    if (!this.#deck) {
      this.#deck = new Deck(this.#context);
      this.#deck.changed.on((playing) => this.#turned(playing));
      this.#loud();
    }
    return this.#deck;
  }

  #loud() {
    this.#deck?.volume(Number(/** @type {HTMLInputElement} */ (byId("deck-volume")).value) / 100);
  }

  /** @param {boolean} playing */
  #turned(playing) {
    const play = byId("deck-play");
    if (play.firstChild) play.firstChild.textContent = `${playing ? gettext("Pause") : gettext("Play")} `;
    play.setAttribute("aria-pressed", String(playing));
    cancelAnimationFrame(this.#frame);
    this.#show();
  }

  #show() {
    const deck = this.#deck;
    if (!deck) return;
    byId("deck-time").textContent = `${clock(deck.position)} / ${clock(deck.length)}`;
    for (const track of this.tracks) place(track, deck.position);
    this.#frame = deck.playing ? requestAnimationFrame(() => this.#show()) : 0;
  }

  /** @param {Track} track @returns {Promise<AudioBuffer>} */
  async #sound(track) {
    const bytes = await (await this.#ask(track, "sound")).arrayBuffer();
    const buffer = await /** @type {AudioContext} */ (this.#context).decodeAudioData(bytes);
    draw(track, buffer, (position) => {
      this.#deck?.seek(position);
      this.#show();
    });
    return buffer;
  }

  /** @param {Track} track */
  async #words(track) {
    const { text } = await (await this.#ask(track, "words")).json();
    const words = box(track).querySelector("[data-words]");
    words?.querySelector(".said")?.remove();
    if (text) words?.prepend(h("blockquote", { class: "said" }, h("bdi", {}, text)));
  }

  /** @param {Track} track @param {"sound" | "words"} what */
  async #ask(track, what) {
    const { url = "", factor = "" } = this.board.dataset;
    const token = /** @type {HTMLInputElement} */ (document.querySelector("[name=csrfmiddlewaretoken]")).value;
    const body = new URLSearchParams({ evidence: String(track.id), what, csrfmiddlewaretoken: token });
    const answer = await fetch(url, { method: "POST", body, redirect: "manual" });
    if (answer.type === "opaqueredirect") {
      location.assign(factor);
      throw new Elsewhere();
    }
    if (!answer.ok) throw new Refusal((await answer.json().catch(() => ({}))).message);
    return answer;
  }
}

/** @param {unknown} error */
function why(error) {
  return (error instanceof Refusal && error.message) || gettext("It could not be opened. Perhaps the approval has run out.");
}

/** Says at a voice why it does not play with the others; with no words it does. @param {Track} track @param {string} words */
function tell(track, words) {
  const place = box(track).querySelector("[data-words]");
  place?.querySelector("[role=alert]")?.remove();
  if (!words) return;
  const wave = box(track).querySelector("[data-wave]");
  wave?.replaceChildren();
  wave?.classList.remove("ready");
  const name = box(track).querySelector("strong")?.textContent ?? "";
  place?.prepend(h("p", { class: "banner danger", role: "alert" }, h("bdi", { class: "only-read" }, `${name} `), words));
}

/** @param {Track} track @returns {HTMLElement} */
function box(track) {
  return /** @type {HTMLElement} */ (document.querySelector(`[data-track="${track.id}"]`));
}

/**
 * The voice's wave, which leads to where it is clicked.
 * @param {Track} track
 * @param {AudioBuffer} buffer
 * @param {(position: number) => void} seek
 */
function draw(track, buffer, seek) {
  const wave = /** @type {HTMLElement} */ (box(track).querySelector("[data-wave]"));
  const svg = document.createElementNS(SVG, "svg");
  const line = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", `0 0 ${PARTS} 100`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", format(gettext("How loud it was, over %(seconds)s seconds"), { seconds: Math.round(buffer.duration) }));
  line.setAttribute("d", path(peaks(buffer.getChannelData(0), PARTS)));
  line.setAttribute("stroke", "currentColor");
  line.setAttribute("vector-effect", "non-scaling-stroke");
  line.setAttribute("stroke-width", "1.6");
  svg.append(line);
  svg.addEventListener("click", (event) => {
    const { left, width } = svg.getBoundingClientRect();
    seek(track.offset + ((event.clientX - left) / width) * buffer.duration);
  });
  wave.replaceChildren(svg);
  wave.classList.add("ready");
}

/**
 * A button at each voice that lets one hear it alone; at no other, as nothing is heard of those.
 * @param {Deck} deck
 * @param {Track[]} tracks those that are heard
 * @param {Track[]} all
 */
function solos(deck, tracks, all) {
  for (const track of all) {
    box(track).querySelector(".track-solo")?.remove();
    box(track).querySelector("[data-wave]")?.classList.remove("off");
  }
  if (tracks.length < 2) return;
  const buttons = tracks.map((track) => {
    const button = h("button", { type: "button", class: "button quiet track-solo small", "aria-pressed": "false" }, gettext("Only this voice"));
    button.addEventListener("click", () => {
      deck.hear(deck.alone === track.id ? null : track.id);
      tracks.forEach(({ id }, at) => {
        buttons[at].setAttribute("aria-pressed", String(deck.alone === id));
        box(tracks[at]).querySelector("[data-wave]")?.classList.toggle("off", deck.alone !== null && deck.alone !== id);
      });
    });
    box(track).querySelector(".track-who")?.append(button);
    return button;
  });
}

/** @param {Track} track @param {number} position */
function place(track, position) {
  const wave = /** @type {HTMLElement | null} */ (box(track).querySelector("[data-wave]"));
  const share = (position - track.offset) / Math.max(0.001, track.seconds);
  wave?.style.setProperty("--at", String(Math.min(1, Math.max(0, share))));
}
