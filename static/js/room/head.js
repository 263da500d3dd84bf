// The head of the room: its title and topic, and what holds for everybody in it.

import { polite } from "../announce.js";
import { byId, write } from "../dom.js";
import { format, gettext } from "../text.js";

/**
 * @param {import("./protocol.js").Room} room
 * @param {import("./protocol.js").Member} you
 */
export function drawHead(room, you) {
  write("room-name", room.title);
  write("room-topic", room.topic);
  byId("room-locked").hidden = !room.locked;
  drawObserved(room.observed ?? false);
  byId("room-slow").hidden = !room.slow;
  write("room-slow-words", format(gettext("Slow mode: %(n)s s"), { n: room.slow ?? 0 }));
  byId("share").hidden = room.access !== "open" && you.rank === "member"; // its link opens nothing to others
}

/** Whether the server's moderation listens is always seen, and said when it begins and ends. @param {boolean} observed */
function drawObserved(observed) {
  const label = byId("room-observed");
  if (label.hidden !== observed) return;
  label.hidden = !observed;
  polite(observed ? gettext("Moderation is listening") : gettext("Moderation is not listening any more"));
}
