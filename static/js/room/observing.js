// Whoever listens for the server's moderation hears no scream: a limiter stands between each slot and its player.

import { limiter, LOUDEST } from "../limiter.js";
import { Media, SLOTS } from "./media.js";

/** @type {AudioContext | undefined} */
let context;
/** What must stay for as long as a limited stream does. @type {WeakMap<MediaStream, object>} */
const kept = new WeakMap();

Media.heard = (stream) => {
  context ??= new AudioContext(); // inside the tap that joins
  void context.resume();
  const { into, out } = limiter(context);
  out.gain.value = LOUDEST / SLOTS; // all of them speak at once, at worst
  const source = context.createMediaStreamSource(stream);
  const target = context.createMediaStreamDestination();
  source.connect(into);
  out.connect(target);
  const pull = Object.assign(new Audio(), { muted: true, srcObject: stream }); // Chromium gives Web Audio only what plays
  kept.set(target.stream, { source, target, pull });
  return target.stream;
};

// After a phone call the system leaves it suspended.
document.addEventListener("visibilitychange", () => void context?.resume());
