import assert from "node:assert/strict";
import { test } from "node:test";
import { Evidence, Monitor, Quality, read } from "../../static/js/room/quality.js";

/**
 * Totals after readings of 100 packets each, with these losses in percent.
 * @param {Quality} quality
 * @param {number[]} losses
 */
function after(quality, ...losses) {
  const total = { lost: 0, packets: 0 };
  quality.take({ ...total });
  return losses.map((loss) => {
    total.lost += loss;
    total.packets += 100;
    return quality.take({ ...total });
  });
}

test("one bad moment is no weak connection, two in a row are", () => {
  const quality = new Quality();
  assert.deepEqual(after(quality, 30, 0, 30, 0), [false, false, false, false]);
  assert.equal(quality.weak, false);
  assert.deepEqual(after(quality, 6, 6), [false, true]);
  assert.equal(quality.weak, true);
});

test("a weak connection is well again after three good readings in a row, and middling ones change nothing", () => {
  const quality = new Quality();
  after(quality, 9, 9);
  assert.deepEqual(after(quality, 0, 0, 3, 0, 0, 0), [false, false, false, false, false, true]);
  assert.equal(quality.weak, false);
  assert.deepEqual(after(quality, 4, 4, 4, 4), [false, false, false, false]);
});

test("a handful of packets says nothing, and another connection starts anew", () => {
  const quality = new Quality();
  quality.take({ lost: 0, packets: 1000 });
  assert.equal(quality.take({ lost: 9, packets: 1010 }), false);
  assert.equal(quality.take({ lost: 18, packets: 1019 }), false);
  assert.equal(quality.take({ lost: 50, packets: 100 }), false);
  assert.equal(quality.take({ lost: 50, packets: 200 }), false);
  assert.equal(quality.weak, false);
});

test("packets that came twice are no negative loss", () => {
  assert.deepEqual(after(new Quality(), -50, 12, 12), [false, false, true]);
});

test("the server hears me while its reports go on", () => {
  const evidence = new Evidence();
  assert.equal(evidence.fresh(0), false);
  evidence.take(1, 1_000);
  assert.equal(evidence.fresh(5_000), true);
  evidence.take(1, 5_000);
  assert.equal(evidence.fresh(6_000), false);
  evidence.take(2, 6_000);
  evidence.reset();
  assert.equal(evidence.fresh(6_000), false);
  evidence.take(2, 6_001);
  assert.equal(evidence.fresh(6_001), false);
});

test("statistics are read as totals", () => {
  const stats = [
    { type: "inbound-rtp", packetsLost: 2, packetsReceived: 98 },
    { type: "inbound-rtp", packetsLost: -1, packetsReceived: 51 },
    { type: "outbound-rtp", packetsSent: 500 },
    { type: "remote-inbound-rtp", packetsLost: 7, timestamp: 12.5 },
  ];
  assert.deepEqual(read(stats), { sending: { lost: 7, packets: 500, reported: 12.5 }, hearing: { lost: 1, packets: 150 } });
  assert.deepEqual(read([]), { sending: undefined, hearing: { lost: 0, packets: 0 } });
});

/** @param {boolean} live */
function monitor(live) {
  const world = { live, reads: 0, stats: /** @type {any[]} */ ([]), changes: 0 };
  const subject = new Monitor(async () => (world.reads++, world.stats), () => world.live);
  subject.changed.on(() => world.changes++);
  return { world, subject };
}

test("nothing is read while I neither speak nor hear anybody", async () => {
  const { world, subject } = monitor(false);
  for (let now = 0; now < 60_000; now += 250) await subject.look(now);
  assert.equal(world.reads, 0);
  subject.hears(60_000);
  for (let now = 60_000; now < 70_000; now += 250) await subject.look(now);
  assert.equal(world.reads, 2);
});

test("once live, the first report is waited for, and then every second one is read", async () => {
  const { world, subject } = monitor(true);
  for (let now = 0; now < 1_000; now += 250) await subject.look(now);
  assert.equal(world.reads, 4);
  assert.equal(subject.heard(1_000), false);
  world.stats = [{ type: "remote-inbound-rtp", packetsLost: 0, timestamp: 1 }, { type: "outbound-rtp", packetsSent: 9 }];
  await subject.look(1_000);
  assert.deepEqual([subject.heard(1_000), world.changes], [true, 1]);
  for (let now = 1_250; now <= 5_000; now += 250) await subject.look(now);
  assert.equal(world.reads, 7);
});

test("whoever mutes is heard no more, and has no weak connection", async () => {
  const { world, subject } = monitor(true);
  for (let reading = 0; reading < 4; reading++) {
    subject.take({ sending: { lost: reading * 20, packets: reading * 100, reported: reading + 1 }, hearing: { lost: 0, packets: 0 } }, 0);
  }
  assert.deepEqual([subject.sending.weak, subject.heard(0)], [true, true]);
  world.live = false;
  await subject.look(10);
  world.live = true;
  assert.deepEqual([subject.sending.weak, subject.heard(10)], [false, false]);
});

test("a weak connection that nobody speaks through is forgotten", async () => {
  const { world, subject } = monitor(false);
  subject.hears(0);
  for (let reading = 0; reading < 4; reading++) subject.take({ sending: undefined, hearing: { lost: reading * 20, packets: reading * 100 } }, 0);
  assert.equal(subject.hearing.weak, true);
  await subject.look(30_001);
  assert.deepEqual([subject.hearing.weak, world.changes], [false, 2]);
});
