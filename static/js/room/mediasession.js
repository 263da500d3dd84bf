// The system's own controls: lock screen, headset buttons, the browser's media hub. Where there are none, nothing happens.

/** @typedef {{play: () => void, pause: () => void, microphone: () => void, hangup: () => void}} Controls */

/** @type {MediaSession | undefined} */
const system = globalThis.navigator?.mediaSession;
let said = "";

/**
 * What the system's buttons do from now on.
 * @param {Controls} controls
 */
export function takeControls(controls) {
  /** @type {Record<string, () => void>} */
  const actions = { play: controls.play, pause: controls.pause, togglemicrophone: controls.microphone, hangup: controls.hangup };
  for (const [action, run] of Object.entries(actions)) {
    try {
      system?.setActionHandler(/** @type {MediaSessionAction} */ (action), run);
    } catch {
      // This browser does not know the action.
    }
  }
}

/**
 * Names the room and who speaks in it.
 * @param {string} title
 * @param {string} who
 */
export function nameSound(title, who) {
  const now = `${title}\n${who}`;
  if (!system || now === said) return;
  said = now;
  system.metadata = title ? new MediaMetadata({ title, artist: who, album: "Stoa" }) : null;
}

/**
 * @param {"none" | "playing" | "paused"} state
 * @param {boolean} live whether my microphone is heard
 */
export function showState(state, live) {
  if (!system) return;
  system.playbackState = state;
  system.setMicrophoneActive?.(live)?.catch?.(() => undefined); // refused without a call: nothing depends on it
}

/**
 * Tells a phone what the sound is: a call while I may speak, something to listen to otherwise.
 * @param {boolean} speaking
 */
export function nameKind(speaking) {
  const session = /** @type {any} */ (navigator).audioSession; // Safari
  if (session) session.type = speaking ? "play-and-record" : "playback";
}
