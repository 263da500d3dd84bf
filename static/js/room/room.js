// The room's page: puts the parts together.

import { urgent } from "../announce.js";
import { byId, data } from "../dom.js";
import { closeSheet } from "../sheet.js";
import { gettext, spoken } from "../text.js";
import { toast } from "../toast.js";
import { Acts } from "./acts.js";
import { AudienceView } from "./audience.js";
import { watchClock } from "./clock.js";
import { Dock } from "./dock.js";
import { give } from "./give.js";
import { HandsView } from "./hands.js";
import { drawHead } from "./head.js";
import { MutedHint } from "./hint.js";
import { holdToTalk } from "./hold.js";
import { watchKeys } from "./keys.js";
import { KEPT, Lines } from "./lines.js";
import { LinkView } from "./link.js";
import { Me } from "./me.js";
import { Measures, showMeasure } from "./measures.js";
import { Media } from "./media.js";
import { Microphone } from "./microphone.js";
import { watchNetwork } from "./network.js";
import { about, tell, tellMe } from "./news.js";
import { Openers } from "./openers.js";
import { ReactionsView } from "./reactions.js";
import { showScreen, view } from "./screen.js";
import { Session } from "./session.js";
import { settings } from "./settings.js";
import { fetchSheets } from "./sheets.js";
import { address, RoomSocket } from "./socket.js";
import { soon } from "./soon.js";
import { Sound } from "./sound.js";
import { watchSpeaking } from "./speaking.js";
import { StageView } from "./stage.js";
import { watchTrouble } from "./trouble.js";
import { undo } from "./undo.js";
import { Voice } from "./voice.js";
import { Warning } from "./warning.js";
import { endedBecause, stopped } from "./words.js";

/**
 * @typedef {import("./protocol.js").Member} Member
 * @typedef {import("./protocol.js").Move} Move
 * @typedef {import("./socket.js").Message} Message
 */

/** @type {{id: string, observes: boolean, moves: import("./moves.js").Table, blocks: boolean, warned: string[]}} */
const page = data("room-data");
const NONE = -1; // the id of a message that answers none of ours
const session = new Session();
const warning = new Warning(page.id, page.blocks, page.warned);
const socket = new RoomSocket(() => new WebSocket(address(page.id)));
const sounds = /** @type {HTMLAudioElement[]} */ ([...document.querySelectorAll("audio[data-slot]")]);
const media = new Media((sdp) => socket.send({ type: "media.offer", sdp }), sounds);
const microphone = new Microphone();
const acts = new Acts((message) => socket.ask(message), (move) => me.failed(move));
const voice = new Voice(microphone, media, (move) => acts.say(move));
const openers = new Openers(page, session, { find, weak, make, leave, settings: () => sound.settings() });
const open = (/** @type {number} */ number) => openers.person(number);
const audience = new AudienceView(page.id, open);
const stage = new StageView(open, weak);
const hands = new HandsView(page.moves, make, open);
const link = new LinkView(() => openers.unpin());
const reactions = new ReactionsView((reaction) => socket.send({ type: "react", reaction }));
const dock = new Dock({ main: (action) => ACTIONS[action](), leave, more: () => openers.more() });
const sound = new Sound(media, microphone, voice, session, { choose: openMicrophone, draw, toggle: toggleMicrophone, leave });
const hint = new MutedHint();
/** @type {ReturnType<typeof toast> | undefined} */
let hinted;
const lines = new Lines();
const measures = new Measures(showMeasure);
const me = new Me(session, voice, measures, { accept, decline: () => make("decline") });

/** @type {Record<import("./dock.js").Action, () => void>} */
const ACTIONS = {
  raise_hand: () => make("raise_hand"),
  lower_hand: () => make("lower_hand"),
  answer: accept,
  go_on_stage: accept,
  open: openMicrophone,
  unmute: () => (microphone.taken ? sound.interruption.resume() : voice.unmute()),
  mute: () => voice.mute(),
};

/** @param {number} number */
function find(number) {
  return session.members.find((member) => member.number === number)
    ?? (session.you?.number === number ? session.you : audience.find(number));
}

/** Whether I am in the room still. */
const here = () => Boolean(session.you);

/** @param {number} number */
function weak(number) {
  return lines.words(number, performance.now());
}

/** Whoever runs the room sees whose line is weak, until nothing more is heard of it. @param {Message} line */
function showLine(line) {
  lines.take(/** @type {any} */ (line), performance.now());
  setTimeout(draw, KEPT);
  draw();
}

/**
 * Makes a move: those that concern my own voice go by way of the microphone.
 * @param {Move} move
 * @param {Member} [member] on whom; nobody for myself and for the room
 */
function make(move, member) {
  me.asked = move;
  const other = member && member.number !== session.you?.number;
  if (other || page.moves.room.some(([name]) => name === move)) return acts.make(move, member);
  if (move === "accept") return accept();
  if (move === "mute") return voice.mute();
  return acts.say(move);
}

/** Onto the stage: the microphone first, so that nobody stands there without one. */
async function accept() {
  const choice = await openers.microphone(microphone, voice, "stage");
  if (!choice) return;
  voice.intend(choice === "live");
  if ((await acts.say("accept")).type !== "error") return;
  microphone.close();
  voice.intend(false);
}

async function openMicrophone() {
  const choice = await openers.microphone(microphone, voice, "unmute");
  if (choice === "live") voice.unmute();
  draw();
}

/** The one tap: sound starts inside it. Whoever is to be warned stays outside, and comes in with another. */
async function join() {
  if (!globalThis.RTCPeerConnection || !globalThis.WebSocket) return showScreen(stopped("old_browser"), join);
  if (warning.asking) return; // a second tap
  media.prepare();
  sound.begin();
  if (await warning.holds()) return outside();
  view("room");
  byId("room-title").focus();
  socket.open();
}

/** Back where one comes in: focus stands on that button, also for whoever tapped one of a screen that is gone. */
function outside() {
  shut();
  view("prejoin");
  button.focus();
}

function leave() {
  socket.send({ type: "leave" });
  part("left");
}

/** They may come back, and have blocked somebody in here, or where they listen now. @param {"left" | "replaced"} how */
function part(how) {
  stop(how);
  warning.look();
}

/**
 * Ends everything and says why.
 * @param {string} reason
 * @param {string} [text] in other words than the usual ones
 */
function stop(reason, text) {
  const words = measures.conclude(reason, { ...stopped(reason), ...(text && { text }) });
  shut();
  showScreen(words, join);
  urgent(spoken([words.title, words.text]));
}

/** Ends everything. */
function shut() {
  socket.close();
  media.close();
  microphone.close();
  voice.reset();
  sound.end();
  session.reset();
  audience.close();
  lines.reset();
  link.reset();
  closeSheet();
  hinted?.dismiss();
  byId("banners").replaceChildren();
}

/** Sound begins, unless this page is not the one for it: whoever observes has a limiter, and no hand. @param {Message} message */
async function welcome({ ice, observes }) {
  if (observes !== page.observes) return location.reload();
  media.start(ice);
  fetchSheets();
  if (!(await warning.owes(here))) return;
  socket.send({ type: "leave" });
  outside();
}

/** @type {Record<string, (message: Message) => void>} */
const HEARD = {
  welcome,
  "media.answer": ({ id, sdp }) => media.answer(id ?? NONE, sdp),
  "media.lost": () => media.renew(),
  line: showLine,
  reactions: ({ counts }) => reactions.show(counts),
  error: ({ id }) => media.refused(id ?? NONE),
  measure: (message) => measures.take(/** @type {any} */ (message)),
  news: ({ text, url }) => tellMe(text ?? "", { label: gettext("Read it"), run: () => void window.open(url, "_blank", "noopener") }),
  removed: ({ reason, text }) => stop(reason, text),
  replaced: () => part("replaced"),
  ended: ({ reason }) => stop("ended", endedBecause(reason, session.you)),
};

function draw() {
  const { snapshot, you } = session;
  if (!snapshot || !you) return;
  audience.draw(session);
  drawHead(snapshot.room, you);
  reactions.slow = snapshot.room.slow ?? 0;
  link.draw(session);
  stage.draw(session);
  hands.draw(session);
  dock.draw(session, { open: Boolean(microphone.track), wish: voice.wish, heard: sound.heard });
  openers.refresh();
}

/** The page is seen again, perhaps after the machine slept: line and sound may be gone without a word. */
function awake() {
  socket.hurry();
  if (media.connected) media.play();
}

function toggleMicrophone() {
  if (voice.speaking) ACTIONS[dock.action]();
}

/**
 * Talks for as long as a key or the button is held; whether it took the press.
 * @param {boolean} down
 */
function talk(down) {
  if (!voice.speaking || !microphone.track || (down && voice.wish)) return false;
  if (down) ACTIONS.unmute();
  else voice.mute();
  return true;
}

/** My number and level, while others hear me. @returns {[number, number] | undefined} */
function own() {
  const level = microphone.level();
  const arrives = sound.heard;
  dock.level(arrives ? level : 0);
  const trying = /** @type {HTMLDialogElement} */ (byId("sheet")).open; // the microphone, perhaps: that is no talk
  const unheard = voice.speaking && microphone.track && !voice.live && !trying;
  if (hint.due(unheard ? level : 0, performance.now())) hinted = toast(gettext("You are muted: nobody hears you."));
  return arrives && session.you ? [session.you.number, level] : undefined;
}

socket.message.on((message) => {
  session.receive(message);
  HEARD[message.type]?.(message);
});
socket.closed.on((reason) => stop(reason));
session.changed.on(soon(draw));
session.gap.on(() => socket.send({ type: "snapshot" }));
session.moved.on(({ before, after }) => {
  const number = (after ?? before)?.number ?? 0;
  audience.moved(number);
  if (number !== session.you?.number && !acts.mine(number, before, after)) tell(about(before, after));
});
voice.changed.on(({ live }) => (live && hinted?.dismiss(), draw()));
media.flow.on(draw);
watchTrouble(socket, media);
watchSpeaking(() => media.receivers, own, (levels) => stage.rings(levels), (slots, numbers) => sound.note(slots, numbers));
watchKeys(() => document.body.dataset.view === "room", {
  mic: toggleMicrophone,
  hand: () => dock.action.endsWith("hand") && !byId("dock-main").hidden && ACTIONS[dock.action](),
  react: () => byId("dock-react").hidden || reactions.toggle(),
  undo,
  leave,
  help: () => openers.keys(),
  talk,
});
holdToTalk(byId("dock-main"), () => settings().hold && ["mute", "unmute"].includes(dock.action), talk);
watchNetwork(() => socket.hurry());
for (const sign of ["pageshow", "visibilitychange"]) window.addEventListener(sign, () => document.hidden || awake());
document.addEventListener("visibilitychange", () => document.hidden || here() || warning.look()); // one may block somebody elsewhere
byId("share").addEventListener("click", () => session.snapshot && give(session.snapshot.room));
watchClock(byId("live-time"));
const button = /** @type {HTMLButtonElement} */ (byId("join"));
button.addEventListener("click", join);
button.disabled = false;
