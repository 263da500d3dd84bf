import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { RoomSocket, backOff, finality } from "../../static/js/room/socket.js";

class Line {
  /** @type {Line[]} */
  static all = [];
  readyState = 1;
  /** @type {any[]} */
  sent = [];
  /** @type {((event: any) => void) | null} */
  onmessage = null;
  /** @type {((event: any) => void) | null} */
  onclose = null;
  closed = false;
  constructor() {
    Line.all.push(this);
  }
  /** @param {string} text */
  send(text) {
    this.sent.push(JSON.parse(text));
  }
  close() {
    this.closed = true;
  }
  /** @param {object} message */
  says(message) {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
}

/** @param {import("node:test").TestContext} context */
function opened(context) {
  mock.timers.enable({ apis: ["setTimeout"] });
  context.after(() => mock.timers.reset());
  Line.all = [];
  const socket = new RoomSocket(() => /** @type {any} */ (new Line()));
  /** @type {string[]} */
  const links = [];
  socket.link.on((link) => links.push(link));
  socket.open();
  return { socket, links, line: Line.all[0] };
}

test("the wait doubles, has a ceiling, and is at least half of what it may be", () => {
  assert.equal(backOff(0, 1), 400);
  assert.equal(backOff(0, 0), 200);
  assert.equal(backOff(3, 1), 3200);
  assert.equal(backOff(40, 1), 15_000);
});

test("only refusals end it; a restart or a slow line does not", () => {
  assert.equal(finality(4404), "not_found");
  assert.equal(finality(4409), "replaced");
  assert.equal(finality(4420), "full");
  assert.equal(finality(4424), "suspended");
  assert.equal(finality(4426), "closed");
  for (const code of [1006, 1012, 4413]) assert.equal(finality(code), undefined);
});

test("a lost line is opened again by itself", (context) => {
  const { links, line } = opened(context);
  line.says({ type: "welcome" });
  line.onclose?.({ code: 1006 });
  mock.timers.tick(400);
  assert.equal(Line.all.length, 2);
  assert.deepEqual(links, ["connecting", "open", "waiting", "connecting"]);
});

test("a refused line stays closed and says why", (context) => {
  const { socket, links, line } = opened(context);
  /** @type {string[]} */
  const reasons = [];
  socket.closed.on((reason) => reasons.push(reason));
  line.onclose?.({ code: 4403 });
  mock.timers.tick(60_000);
  assert.equal(Line.all.length, 1);
  assert.deepEqual(reasons, ["removed"]);
  assert.equal(links.at(-1), "closed");
});

test("what the server says before it lets us in counts more than the close code", (context) => {
  const { socket, line } = opened(context);
  /** @type {string[]} */
  const reasons = [];
  socket.closed.on((reason) => reasons.push(reason));
  line.says({ type: "error", id: null, code: "banned", message: "" });
  line.onclose?.({ code: 4403 });
  assert.deepEqual(reasons, ["banned"]);
});

test("a server that cannot let anybody in is asked again, and its word is kept", (context) => {
  const { socket, line } = opened(context);
  line.says({ type: "error", id: null, code: "unavailable", message: "" });
  line.onclose?.({ code: 4400 });
  assert.equal(socket.refusal, "unavailable");
  mock.timers.tick(400);
  assert.equal(Line.all.length, 2);
  Line.all[1].says({ type: "welcome" });
  Line.all[1].onclose?.({ code: 1006 });
  assert.equal(socket.refusal, "");
});

test("a line that says nothing for 40 seconds is given up", (context) => {
  const { links, line } = opened(context);
  line.says({ type: "welcome" });
  mock.timers.tick(39_000);
  line.says({ type: "ping", seq: 1 });
  mock.timers.tick(39_000);
  assert.equal(line.closed, false);
  mock.timers.tick(1_000);
  assert.equal(line.closed, true);
  assert.equal(links.at(-1), "waiting");
});

test("a ping is answered", (context) => {
  const { line } = opened(context);
  line.says({ type: "ping", seq: 1 });
  assert.equal(line.sent[0].type, "pong");
});

test("an answer goes to whoever asked", async (context) => {
  const { socket, line } = opened(context);
  const one = socket.ask({ type: "move", move: "mute" });
  const two = socket.ask({ type: "move", move: "lock" });
  line.says({ type: "error", id: line.sent[1].id, code: "forbidden" });
  line.says({ type: "ok", id: line.sent[0].id });
  assert.equal((await one).type, "ok");
  assert.equal((await two).code, "forbidden");
});

test("what was asked before one left, or the room ended, is over and nobody is offline", async (context) => {
  const { socket, line } = opened(context);
  const left = socket.ask({ type: "move", move: "end" });
  socket.close();
  assert.equal((await left).code, "over");
  socket.open();
  const ended = socket.ask({ type: "move", move: "end" });
  Line.all[1].onclose?.({ code: 4410 });
  assert.equal((await ended).code, "over");
  assert.equal(line.closed, true);
});

test("what was asked before the line broke is answered as offline", async (context) => {
  const { socket, line } = opened(context);
  const answer = socket.ask({ type: "move", move: "mute" });
  line.onclose?.({ code: 1006 });
  assert.equal((await answer).code, "offline");
  assert.equal((await socket.ask({ type: "move" })).code, "offline");
});

test("a closed socket does not come back", (context) => {
  const { socket, line } = opened(context);
  socket.close();
  assert.equal(line.closed, true);
  socket.hurry();
  mock.timers.tick(60_000);
  assert.equal(Line.all.length, 1);
});

test("a line that may be dead is asked for a sign of life, and given up without one", (context) => {
  const { socket, line } = opened(context);
  line.says({ type: "welcome" });
  socket.hurry();
  assert.equal(line.sent[0].type, "snapshot");
  line.says({ type: "snapshot", id: line.sent[0].id });
  mock.timers.tick(6_000);
  assert.equal(line.closed, false);
  socket.hurry();
  mock.timers.tick(5_000);
  assert.equal(line.closed, true);
});

test("news of the network cuts the wait short", (context) => {
  const { socket, line } = opened(context);
  line.onclose?.({ code: 1006 });
  socket.hurry();
  assert.equal(Line.all.length, 2);
  mock.timers.tick(5_000);
  assert.equal(Line.all.length, 2);
});
