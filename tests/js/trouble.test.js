import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { GOING } from "../../static/js/room/going.js";
import { watchQuality, watchTrouble } from "../../static/js/room/trouble.js";
import { Signal } from "../../static/js/signal.js";
import { assertive, polite, quiet, shown, tap } from "./saying.js";

const MOMENT = 1_500; // ms that a trouble lasts before it is shown
const PAUSE = 1_200; // ms until screen readers are told what can wait

mock.timers.enable({ apis: ["setTimeout"] });
beforeEach(quiet);

/** The socket and the sound of a room whose troubles are shown. */
function watched() {
  const socket = { link: /** @type {Signal<string>} */ (new Signal()), refusal: "", hurry: mock.fn() };
  const media = {
    flow: /** @type {Signal<string>} */ (new Signal()),
    detour: new Signal(),
    blocked: /** @type {Signal<void>} */ (new Signal()),
    renew: mock.fn(),
    play: mock.fn(),
  };
  watchTrouble(/** @type {any} */ (socket), /** @type {any} */ (media));
  return { socket, media };
}

test("a hiccup of line and sound is neither shown nor said", () => {
  const { socket, media } = watched();
  socket.link.emit("waiting");
  media.flow.emit("lost");
  mock.timers.tick(MOMENT / 2);
  socket.link.emit("connecting");
  media.flow.emit("connecting");
  mock.timers.tick(MOMENT / 2 - 1);
  socket.link.emit("open");
  media.flow.emit("connected");
  mock.timers.tick(60_000);
  assert.deepEqual([shown(), polite.textContent, assertive.textContent], [{}, "", ""]);
});

test("a line that stays down is shown and said after a moment, can be hurried, and its return is said", () => {
  const { socket } = watched();
  socket.link.emit("waiting");
  mock.timers.tick(MOMENT - 1);
  assert.deepEqual(shown(), {});
  mock.timers.tick(1);
  assert.deepEqual([shown(), assertive.textContent], [{ line: GOING.line.text() }, "Connection lost"]);
  tap("line");
  assert.equal(socket.hurry.mock.callCount(), 1);
  socket.link.emit("open");
  assert.deepEqual(shown(), {});
  mock.timers.tick(PAUSE);
  assert.equal(polite.textContent, "Connected again");
});

test("a hiccup after a loss that was shown is silent like any other", () => {
  const { socket } = watched();
  socket.link.emit("waiting");
  mock.timers.tick(MOMENT);
  socket.link.emit("open");
  mock.timers.tick(PAUSE);
  quiet();
  socket.link.emit("waiting");
  socket.link.emit("open");
  mock.timers.tick(60_000);
  assert.deepEqual([shown(), polite.textContent], [{}, ""]);
});

test("tries in between do not put the moment off", () => {
  const { socket } = watched();
  for (const link of ["waiting", "connecting", "waiting"]) {
    socket.link.emit(link);
    mock.timers.tick(MOMENT / 3);
  }
  assert.deepEqual(shown(), { line: GOING.line.text() });
  socket.link.emit("closed");
  assert.deepEqual(shown(), {});
});

test("each trouble has its own moment, also right after another", () => {
  const { socket } = watched();
  for (let again = 0; again < 3; again++) {
    socket.link.emit("waiting");
    mock.timers.tick(MOMENT - 1);
    socket.link.emit("open");
  }
  assert.deepEqual(shown(), {});
  socket.link.emit("waiting");
  mock.timers.tick(MOMENT);
  assert.deepEqual(shown(), { line: GOING.line.text() });
});

test("a server that lets nobody in is not called a line that is down", () => {
  const { socket } = watched();
  socket.refusal = "unavailable";
  socket.link.emit("waiting");
  mock.timers.tick(MOMENT);
  assert.deepEqual(shown(), { line: GOING.unavailable.text() });
});

test("sound that stays away is shown until it is back, which is said", () => {
  const { media } = watched();
  media.flow.emit("connecting");
  mock.timers.tick(MOMENT);
  assert.deepEqual(shown(), { sound: GOING.sound.text() });
  media.flow.emit("connected");
  assert.deepEqual(shown(), {});
  mock.timers.tick(PAUSE);
  assert.equal(polite.textContent, "The sound is back");
});

test("a network that lets no sound through takes the place of sound that is down, and one can try anew", () => {
  const { media } = watched();
  media.flow.emit("lost");
  mock.timers.tick(MOMENT);
  media.flow.emit("unreachable");
  mock.timers.tick(MOMENT);
  assert.deepEqual(shown(), { wall: GOING.wall.text() });
  tap("wall");
  assert.equal(media.renew.mock.callCount(), 1);
});

test("a room that one has left complains of nothing any more", () => {
  const { socket, media } = watched();
  socket.link.emit("waiting");
  media.flow.emit("unreachable");
  mock.timers.tick(MOMENT);
  assert.deepEqual(Object.keys(shown()), ["line", "wall"]);
  polite.textContent = "";
  socket.link.emit("closed");
  mock.timers.tick(60_000);
  assert.deepEqual([shown(), polite.textContent], [{}, ""]);
});

test("a browser that wants a tap says so at once, and plays on that tap", () => {
  const { media } = watched();
  media.blocked.emit();
  assert.deepEqual(shown(), { tap: GOING.tap.text() });
  tap("tap");
  assert.deepEqual([shown(), media.play.mock.callCount()], [{}, 1]);
});

test("of a weak line is said first what others miss, and nothing when it is well", () => {
  const monitor = { changed: new Signal() };
  watchQuality(/** @type {any} */ (monitor));
  const is = (/** @type {boolean} */ sending, /** @type {boolean} */ hearing) => {
    monitor.changed.emit({ sending: { weak: sending }, hearing: { weak: hearing } });
    return shown();
  };
  assert.deepEqual(is(true, true), { weak: GOING.weak_sending.text() });
  assert.deepEqual(is(false, true), { weak: GOING.weak_hearing.text() });
  assert.deepEqual(is(false, false), {});
});
