import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { openInvite } from "../../static/js/room/invite.js";
import { choose, field, settled, sheet, submit, tap } from "./paper.js";

const room = /** @type {import("../../static/js/room/protocol.js").Room} */ (/** @type {unknown} */ ({ id: "r1", title: "Slow Sunday" }));
const LINK = { id: "i1", stage: "speaking", uses: 5, uses_left: 2, expires_at: "2026-07-04T20:05:00Z" };
const URL = "https://stoa.example/i/abc";

/** A server with these links; `refusal` is what it answers to a new one. */
const server = { links: [LINK], refusal: /** @type {object | null} */ (null), down: false, asked: /** @type {string[]} */ ([]) };

globalThis.fetch = /** @type {any} */ (
  async (/** @type {string} */ path, /** @type {{method: string, body?: string}} */ { method, body }) => {
    server.asked.push([method, path.replace("/api/v1/rooms/r1/invites/", "…/"), body].filter(Boolean).join(" "));
    if (server.down) throw new TypeError("offline");
    if (method === "GET") return Response.json({ results: server.links });
    if (method === "DELETE") return new Response(null, { status: 204 });
    return server.refusal ? Response.json(server.refusal, { status: 403 }) : Response.json("uses" in JSON.parse(body ?? "") ? { url: URL } : {});
  }
);
beforeEach(() => Object.assign(server, { links: [LINK], refusal: null, down: false, asked: [] }));

/** Nothing: the sheet is open, and has asked what there is. */
async function open() {
  openInvite(room);
  await settled();
  server.asked.length = 0;
}

test("a link is for twenty who listen, for a day, unless one says otherwise", async () => {
  await open();
  await tap("Make a link");
  assert.deepEqual(server.asked, ['POST …/ {"uses":20,"hours":24,"stage":"audience"}', "GET …/"]);
  await choose("They come in", "speaking");
  await choose("For", "1");
  await choose("Works for", "168");
  await tap("Make a link");
  assert.equal(server.asked[2], 'POST …/ {"uses":1,"hours":168,"stage":"speaking"}');
});

test("the choices are told in words", async () => {
  await open();
  const words = (/** @type {string} */ name) => field(name).children.map((/** @type {any} */ option) => option.textContent);
  assert.deepEqual(words("For"), ["1 person", "5 people", "20 people", "100 people"]);
  assert.deepEqual(words("Works for"), ["1 hour", "24 hours", "7 days"]);
});

test("a fresh link is shown once, right below what made it, and what it opens is listed", async () => {
  await open();
  await tap("Make a link");
  assert.match(sheet.textContent, /Make a linkhttps:\/\/stoa\.example\/i\/abcCopy.*Or one person/s);
  assert.match(sheet.textContent, /A link straight to the stage2 of 5 left · until /);
  assert.match(sheet.querySelector("time")?.textContent ?? "", /^until .+/, "which style keeps in one line");
});

test("one person is invited by name, without the spaces around it, and the page stays", async () => {
  await open();
  field("#invite-name").value = " bob ";
  assert.equal(await submit(), true);
  assert.deepEqual(server.asked, ['POST …/ {"username":"bob","stage":"audience"}', "GET …/"]);
  assert.match(sheet.textContent, /Invited\. They find the room in their hallway\./);
});

test("a refusal is told in the server's words, and no link is shown", async () => {
  await open();
  server.refusal = { code: "quota", message: "You have made enough for today." };
  await tap("Make a link");
  assert.match(sheet.textContent, /You have made enough for today\./);
  assert.doesNotMatch(sheet.textContent, /abc/);
});

test("a link that is taken back goes from the list", async () => {
  await open();
  server.links = [];
  document.body.focus(); // where a button leaves the focus that goes with it
  await tap("Take back");
  assert.equal(document.activeElement, field("ul"));
  assert.deepEqual(server.asked, ["DELETE …/i1/", "GET …/"]);
  assert.doesNotMatch(sheet.textContent, /left/);
});

test("without a line the list stays as it was, and nothing is said to be gone", async () => {
  await open();
  server.down = true;
  await tap("Take back");
  assert.match(sheet.textContent, /2 of 5 left/);
});

test("what breaks in the page itself is not shown as the server's refusal", async (t) => {
  await open();
  t.mock.method(globalThis, "fetch", async () => new Response(null, { status: 204 }));
  await assert.rejects(/** @type {any} */ (field("button")).attributes.onclick(), TypeError);
  assert.doesNotMatch(sheet.textContent, /undefined|That did not work/);
});
