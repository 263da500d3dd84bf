// The room's own sheet: its link, my microphone, keys, and what a host may do with the whole room.

import { h } from "../dom.js";
import { closeSheet, openSheet } from "../sheet.js";
import { gettext } from "../text.js";
import { openEdit } from "./edit.js";
import { give, invite } from "./give.js";
import { keysOn, setKeys } from "./keys.js";
import { item } from "./menu.js";
import { movesOnRoom } from "./moves.js";

/**
 * @typedef {import("./protocol.js").Move} Move
 * @typedef {import("./session.js").Session} Session
 */

/**
 * @param {import("./moves.js").Table} table
 * @param {Session} session
 * @param {{make: (move: Move) => void, settings: () => void, report: () => void}} run
 */
export function openRoom(table, session, { make, settings, report }) {
  const { snapshot, you } = session;
  if (!snapshot || !you) return;
  const { room } = snapshot;
  const moves = movesOnRoom(table, you, room.locked);
  const staff = you.rank !== "member";
  /** @param {Move} move */
  const close = (move) => () => (closeSheet(), make(move));
  openSheet(room.title, [
    h(
      "div",
      {},
      room.access === "open" && item("share", gettext("Share the link"), () => give(room)),
      staff && item("link", gettext("Invite people"), () => invite(room), gettext("A link that you can take back")),
      staff && item("edit", gettext("About this room"), () => openEdit(room), gettext("Title, topic, pinned link")),
      item("gear", gettext("Sound"), settings, gettext("Devices and how you sound")),
      you.stage === "speaking" && item("down", gettext("Step down"), close("step_down"), gettext("You go on listening")),
      matchMedia("(any-pointer: fine)").matches && item("key", gettext("Keyboard shortcuts"), openKeys),
      you.rank !== "host" && item("flag", gettext("Report the room"), report, gettext("To the moderators of this server")),
      moves.includes("lock") && item("lock", gettext("Lock the room"), close("lock"), gettext("Nobody new comes in")),
      moves.includes("unlock") && item("unlock", gettext("Unlock the room"), close("unlock")),
      moves.includes("end") && item("stop", gettext("End the room"), () => sure(close("end")), gettext("For everybody"), "danger"),
    ),
  ]);
}

/** @param {() => void} end */
function sure(end) {
  openSheet(gettext("End the room?"), [
    h("p", {}, gettext("Everybody is told and can no longer hear each other. This cannot be taken back.")),
    h(
      "div",
      { class: "row" },
      h("button", { type: "button", class: "button danger primary", onclick: end }, gettext("End it for everybody")),
      h("button", { type: "button", class: "button quiet", onclick: closeSheet }, gettext("Cancel")),
    ),
  ]);
}

/** The list of keys, and the switch that turns them off. */
export function openKeys() {
  const keys = [
    ["M", gettext("Microphone on or off")],
    [gettext("Space"), gettext("Hold to talk")],
    ["H", gettext("Raise or lower your hand")],
    ["R", gettext("React")],
    ["U", gettext("Undo what you did last")],
    ["L", gettext("Leave quietly")],
    ["?", gettext("This list")],
  ];
  const box = h("input", { type: "checkbox", checked: keysOn(), onchange: ({ target }) => setKeys(target.checked) });
  openSheet(gettext("Keyboard shortcuts"), [
    h("dl", { class: "keys" }, ...keys.flatMap(([key, text]) => [h("dt", {}, h("kbd", {}, key)), h("dd", {}, text)])),
    h("label", { class: "choice" }, box, gettext("Single keys work in this room")),
  ]);
}
