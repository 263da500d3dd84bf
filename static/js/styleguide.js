// The style guide's page: shows what the pieces do, with the pieces themselves.

import { avatar } from "./avatar.js";
import { byId, h, icon } from "./dom.js";
import "./pieces/banner.js";
import "./pieces/meter.js";
import { roster } from "./pieces/roster.js";
import { Dock } from "./room/dock.js";
import { GOING } from "./room/going.js";
import { view } from "./room/screen.js";
import { STATES } from "./room/states.js";
import { closeSheet, openSheet } from "./sheet.js";
import { format, gettext } from "./text.js";
import { toast } from "./toast.js";

/**
 * @typedef {import("./pieces/banner.js").Kind} Kind
 * @typedef {import("./pieces/avatar.js").Avatar} Avatar
 * @typedef {{uid: string, name: string, avatar?: string}} Person
 * @typedef {{words: string, person?: Person, classes?: string, level?: number, attributes?: Record<string, string>}} Face
 */

const picture = byId("prejoin").dataset.picture;
const ALICE = { uid: "1a", name: "Alice" };
const CHEN = { uid: "b2", name: "陈伟" };
const NAMES = ["Alice", "Bob", "陈伟", "Dana", "Eli", "Femi", "Maximiliana von Hohenzollern", "Gus"];

/** Every custom property that the page's own tokens define. @returns {string[]} */
function tokens() {
  const sheet = [...document.styleSheets].find(({ href }) => href?.includes("tokens"));
  const rules = [...(sheet?.cssRules ?? [])].flatMap((rule) => ("cssRules" in rule ? [.../** @type {CSSGroupingRule} */ (rule).cssRules] : []));
  const root = /** @type {CSSStyleRule | undefined} */ (rules.find((rule) => /** @type {CSSStyleRule} */ (rule).selectorText === ":root"));
  return [...(root?.style ?? [])].filter((name) => name.startsWith("--"));
}

function showTokens() {
  const style = getComputedStyle(document.documentElement);
  for (const name of tokens()) {
    const value = style.getPropertyValue(name);
    if (CSS.supports("color", value)) {
      const patch = h("span", {});
      patch.style.background = `var(${name})`;
      byId("colours").append(h("li", {}, patch, h("code", {}, name)));
    } else {
      byId("measures").append(h("dt", {}, h("code", {}, name)), h("dd", { class: "muted" }, value));
    }
  }
  const { sample = "" } = byId("sizes").dataset;
  for (const size of ["small", "normal", "large", "title", "display"]) {
    const line = h("p", {}, sample);
    line.style.fontSize = `var(--${size})`;
    if (size === "title" || size === "display") line.style.fontWeight = "600";
    byId("sizes").append(line);
  }
}

function showIcons() {
  for (const { id } of document.querySelectorAll(".sprite symbol")) {
    const name = id.slice("i-".length);
    byId("icon-list").append(h("li", {}, icon(name), h("code", {}, name)));
  }
}

/** @returns {Face[]} */
function faces() {
  const levels = [0.15, 0.5, 1].map((level) => ({ words: format(gettext("Speaking, %(level)s"), { level }), level, person: { uid: "6c", name: "Bob" } }));
  return [
    { words: gettext("Quiet") },
    ...levels,
    { words: gettext("Muted"), attributes: { muted: "" }, person: { uid: "8d", name: "Dana" } },
    { words: gettext("Moderator"), attributes: { rank: "moderator" }, person: CHEN },
    { words: gettext("Moderator, muted"), attributes: { rank: "moderator", muted: "" }, person: CHEN },
    { words: gettext("Host, speaking"), attributes: { rank: "host" }, level: 0.6 },
    { words: gettext("Hand raised, third"), attributes: { hand: "3" }, person: { uid: "e5", name: "Femi" } },
    { words: gettext("With a picture"), person: { ...ALICE, avatar: picture } },
    { words: gettext("Picture that is gone"), person: { ...ALICE, avatar: "data:," } },
    { words: gettext("Weak connection"), attributes: { weak: "" }, level: 0, person: { uid: "b5", name: "Bob" } },
    { words: gettext("AI voice"), attributes: { ai: "" }, level: 0.4, person: { uid: "c9", name: "Reader" } },
    { words: gettext("In a list"), classes: "", attributes: { hand: "1", rank: "moderator" }, person: { uid: "4f", name: "Gus" } },
    { words: gettext("Small, muted"), classes: "small", attributes: { muted: "" }, person: { uid: "0b", name: "Eli" } },
  ];
}

function showFaces() {
  for (const { words, person = ALICE, classes = "large", level = 0, attributes = {} } of faces()) {
    const face = /** @type {Avatar} */ (avatar(person, classes));
    for (const [name, value] of Object.entries(attributes)) face.setAttribute(name, value);
    face.level = level;
    byId("faces").append(h("li", {}, face, h("span", { class: "small muted" }, words)));
  }
}

function showRoster() {
  const list = roster("people");
  let people = NAMES.map((name, index) => ({ uid: index.toString(16), name }));
  let next = people.length;
  const make = (/** @type {Person} */ person) =>
    h("li", {}, h("button", { type: "button", class: "person", onclick: () => openSheet(person.name, []) }, avatar(person, "large"), h("bdi", { class: "name" }, person.name)));
  const draw = () => list.show(people, (person) => person.uid, make);
  byId("come").addEventListener("click", () => {
    people = [{ uid: (next % 16).toString(16) + next, name: NAMES[next++ % NAMES.length] }, ...people];
    draw();
  });
  byId("go").addEventListener("click", () => {
    people = people.filter((_, index) => index !== 1);
    draw();
  });
  draw();
}

function showMeter() {
  const meter = /** @type {import("./pieces/meter.js").Meter} */ (byId("level"));
  const range = /** @type {HTMLInputElement} */ (byId("loudness"));
  const read = () => (meter.level = Number(range.value) / 100);
  range.addEventListener("input", read);
  read();
}

/** @param {Kind} kind @param {string} text @param {string} [act] */
function banner(kind, text, act) {
  const element = h("stoa-banner");
  element.show(text, kind, act ? [{ label: act, run: () => element.remove() }] : []);
  byId("banner-list").append(element);
}

function showBanners() {
  banner("", gettext("You are invited to the stage. Would you like to speak?"));
  banner("warn", GOING.weak_sending.text());
  for (const { kind, text, act } of [GOING.line, GOING.wall]) banner(kind, text(), act());
}

function showDocks() {
  const dock = new Dock({ main: () => undefined, leave: () => undefined, more: () => undefined });
  const quiet = { open: false, wish: false, heard: false };
  const stage = /** @type {const} */ ("speaking");
  const you = { number: 1, uid: "1", name: "", avatar: "", rank: /** @type {const} */ ("member"), stage, muted: false, hand: 1 };
  /** @param {object} me @param {object} [voice] */
  const show = (me, voice = {}) => {
    const member = { ...you, ...me };
    const session = /** @type {import("./room/session.js").Session} */ (/** @type {unknown} */ ({ you: member, members: [member] }));
    dock.draw(session, { ...quiet, ...voice });
    const shown = /** @type {HTMLElement} */ (byId("dock-main").closest(".dock")?.cloneNode(true));
    shown.classList.add("guide-dock");
    shown.setAttribute("aria-label", `${byId("docks").querySelector("h2")?.textContent} ${byId("dock-list").childElementCount + 1}`);
    for (const part of shown.querySelectorAll("[popover]")) part.remove();
    for (const part of shown.querySelectorAll("[id]")) part.removeAttribute("id");
    byId("dock-list").append(shown);
    return /** @type {HTMLElement} */ (shown.querySelector(".dock-main"));
  };
  show({ stage: "audience" });
  show({ stage: "audience", rank: "moderator" });
  show({ stage: "hand_up" });
  show({ stage: "invited" });
  show({});
  show({}, { open: true });
  show({}, { open: true, wish: true });
  show({}, { open: true, wish: true, heard: true }).style.setProperty("--level", "0.6");
}

function showStates() {
  for (const { name, kind } of STATES) {
    byId("state-list").append(h("a", { class: "button", href: `#state-${name}` }, h("code", {}, name), h("span", { class: "muted small" }, kind)));
  }
  window.addEventListener("hashchange", openState);
  openState();
}

/** Opens the state that the address names, over a page without any. */
function openState() {
  closeSheet();
  byId("banners").replaceChildren();
  const state = STATES.find(({ name }) => location.hash === `#state-${name}`);
  if (state?.kind !== "screen") view("prejoin");
  state?.show();
  if (state?.kind === "banner") byId("banners").scrollIntoView({ block: "center" });
}

function sheet() {
  openSheet(gettext("End the room?"), [
    h("p", {}, gettext("Everybody is told and can no longer hear each other. This cannot be taken back.")),
    h("label", { class: "field" }, h("span", {}, gettext("Microphone")), h("select", {}, h("option", {}, gettext("Microphone")))),
    h(
      "div",
      { class: "row" },
      h("button", { type: "button", class: "button danger primary", onclick: closeSheet }, gettext("End it for everybody")),
      h("button", { type: "button", class: "button quiet", onclick: closeSheet }, gettext("Cancel")),
    ),
  ]);
}

/** The contents, and what the switches and buttons do. */
function connect() {
  for (const section of document.querySelectorAll(".guide > section")) {
    byId("contents").append(h("li", {}, h("a", { href: `#${section.id}` }, section.querySelector("h2")?.textContent)));
  }
  const undo = { label: gettext("Undo"), run: () => toast(gettext("Taken back")) };
  byId("open-toast").addEventListener("click", () => toast(gettext("Copied")));
  byId("open-undo").addEventListener("click", () => toast(gettext("Moved to the audience"), undefined, undo));
  byId("open-sheet").addEventListener("click", sheet);
  byId("mirror").addEventListener("click", () => {
    const mirrored = document.documentElement.dir !== "rtl";
    document.documentElement.dir = mirrored ? "rtl" : "ltr";
    byId("mirror").setAttribute("aria-pressed", String(mirrored));
  });
  byId("forced").hidden = !matchMedia("(forced-colors: active)").matches;
}

for (const show of [showTokens, showIcons, showFaces, showRoster, showMeter, showBanners, showDocks, connect, showStates]) show();
