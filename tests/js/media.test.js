import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Media } from "../../static/js/room/media.js";

class Peer {
  /** @type {Peer[]} */
  static all = [];
  connectionState = "new";
  /** @type {any} */
  track = null;
  /** @type {string[]} */
  lines = [];
  /** @type {(() => void) | null} */
  onconnectionstatechange = null;
  /** @type {any} */
  localDescription = null;
  answered = "";
  constructor() {
    Peer.all.push(this);
  }
  /** @param {string} kind @param {{direction: string}} how */
  addTransceiver(kind, { direction }) {
    this.lines.push(`${kind} ${direction}`);
    const replaceTrack = async (/** @type {any} */ track) => (this.track = track);
    return { sender: { replaceTrack }, receiver: { track: { peer: this } } };
  }
  getConfiguration() {
    return {};
  }
  setConfiguration() {}
  async setLocalDescription() {
    this.localDescription = { sdp: `offer ${Peer.all.indexOf(this)}` };
  }
  /** @param {{sdp: string}} description */
  async setRemoteDescription({ sdp }) {
    this.answered = sdp;
  }
  close() {
    this.connectionState = "closed";
  }
  /** @param {string} state */
  becomes(state) {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }
}

class Stream {
  /** @param {any[]} tracks */
  constructor(tracks) {
    this.tracks = tracks;
  }
  getTracks() {
    return this.tracks;
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** @param {import("node:test").TestContext} context */
async function joined(context) {
  mock.timers.enable({ apis: ["setTimeout"] });
  context.after(() => mock.timers.reset());
  Object.assign(globalThis, { RTCPeerConnection: Peer, MediaStream: Stream });
  Peer.all = [];
  /** @type {string[]} */
  const offers = [];
  /** @type {any[]} */
  const sounds = [0, 1, 2].map(() => ({ srcObject: null, played: 0, play() { this.played++; return Promise.resolve(); } }));
  const media = new Media((sdp) => offers.push(sdp), sounds);
  media.prepare();
  const playedInTheTap = sounds.map((sound) => sound.played);
  media.start([]);
  await settled();
  return { media, offers, sounds, playedInTheTap, first: Peer.all[0] };
}

test("sound starts inside the tap, before there is a server", async (context) => {
  const { playedInTheTap } = await joined(context);
  assert.deepEqual(playedInTheTap, [1, 1, 1]);
});

test("one line out and three in are offered once", async (context) => {
  const { offers, first } = await joined(context);
  assert.deepEqual(first.lines, ["audio sendonly", "audio recvonly", "audio recvonly", "audio recvonly"]);
  assert.deepEqual(offers, ["offer 0"]);
});

test("an answer to an older offer is ignored", async (context) => {
  const { media, first } = await joined(context);
  await media.answer(99, "stray");
  assert.equal(first.answered, "");
  await media.answer(1, "answer");
  assert.equal(first.answered, "answer");
});

test("while sound flows, a socket that is back changes nothing", async (context) => {
  const { media, first } = await joined(context);
  first.becomes("connected");
  media.start([]);
  await settled();
  assert.equal(Peer.all.length, 1);
});

test("the old connection is heard until the new one is up, and never both", async (context) => {
  const { media, sounds, first } = await joined(context);
  first.becomes("connected");
  media.renew();
  await settled();
  const second = Peer.all[1];
  assert.equal(sounds[0].srcObject.tracks[0].peer, first);
  assert.equal(first.connectionState, "connected");
  second.becomes("connected");
  assert.equal(sounds[0].srcObject.tracks[0].peer, second);
  assert.equal(first.connectionState, "closed");
});

test("a path that stays silent is replaced, one that comes back is kept", async (context) => {
  const { first } = await joined(context);
  first.becomes("connected");
  first.becomes("disconnected");
  mock.timers.tick(2_900);
  first.becomes("connected");
  mock.timers.tick(60_000);
  assert.equal(Peer.all.length, 1);
  first.becomes("disconnected");
  mock.timers.tick(3_000);
  await settled();
  assert.equal(Peer.all.length, 2);
});

test("a connection that does not come up is tried again", async (context) => {
  await joined(context);
  mock.timers.tick(8_400);
  await settled();
  assert.equal(Peer.all.length, 2);
  assert.equal(Peer.all[0].connectionState, "closed");
});

test("a refused offer is tried again a little later", async (context) => {
  const { media, offers } = await joined(context);
  media.refused(1);
  await settled();
  assert.equal(offers.length, 1);
  mock.timers.tick(1_000);
  await settled();
  assert.equal(offers.length, 2);
});

test("what is sent is sent on every connection, old and new", async (context) => {
  const { media, first } = await joined(context);
  first.becomes("connected");
  const track = /** @type {any} */ ({});
  await media.speak(track);
  assert.equal(first.track, track);
  media.renew();
  await settled();
  assert.equal(Peer.all[1].track, track);
  await media.speak(null);
  assert.deepEqual([first.track, Peer.all[1].track], [null, null]);
});

test("a mute sends a moment of silence before nothing, unless it is taken back meanwhile", async (context) => {
  const { media, first } = await joined(context);
  first.becomes("connected");
  const track = /** @type {any} */ ({ readyState: "live" });
  await media.speak(track);
  await media.speak(null);
  mock.timers.tick(99);
  assert.equal(first.track, track);
  await media.speak(track);
  mock.timers.tick(1_000);
  assert.equal(first.track, track);
  await media.speak(null);
  mock.timers.tick(60);
  await media.speak(null);
  mock.timers.tick(40);
  await settled();
  assert.equal(first.track, null);
});

test("two calls to renew make one offer each, on connections of their own", async (context) => {
  const { media, offers } = await joined(context);
  media.renew();
  media.renew();
  await settled();
  assert.deepEqual(offers, ["offer 0", "offer 2"]);
  assert.equal(Peer.all[1].connectionState, "closed");
});

test("a browser that wants a tap first is reported", async (context) => {
  const { media, sounds } = await joined(context);
  let blocked = 0;
  media.blocked.on(() => blocked++);
  const refusal = Object.assign(new Error(), { name: "NotAllowedError" });
  for (const sound of sounds) sound.play = () => Promise.reject(refusal);
  media.play();
  await settled();
  assert.equal(blocked, 3);
});

test("closing ends all sound", async (context) => {
  const { media, sounds, first } = await joined(context);
  first.becomes("connected");
  media.close();
  assert.equal(first.connectionState, "closed");
  assert.deepEqual(sounds.map((sound) => sound.srcObject), [null, null, null]);
});
